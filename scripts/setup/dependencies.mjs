// Installs what the lockfile lists, with the very pnpm that the project names: nothing has to be there but npm.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "./files.mjs";
import { root } from "./places.mjs";
import { run } from "./run.mjs";
import { SetupError, say } from "./say.mjs";
import { manifests, Stamp } from "./stamp.mjs";

const stamp = new Stamp("dependencies", () => ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests()]);

export const dependencies = {
  isDone: () => existsSync(join(root, "node_modules/.modules.yaml")) && stamp.fits(),

  async do() {
    const pnpm = readJson(join(root, "package.json")).packageManager.split("+")[0];
    say(`dependencies: installing with ${pnpm}`);
    // A node_modules that pnpm wants to make anew would have it ask first, which no machine can answer.
    const args = ["-y", pnpm, "install", "--frozen-lockfile", "--config.confirm-modules-purge=false"];
    // News about newer npm and pnpm would hide what matters here.
    const env = { ...process.env, npm_config_update_notifier: "false" };
    try {
      await run("npx", args, { cwd: root, env, show: true, withinMs: 600_000, shell: process.platform === "win32" });
    } catch (error) {
      throw new SetupError(`The dependencies could not be installed (${error.message}); the lines above say why.`);
    }
    stamp.set();
  },
};
