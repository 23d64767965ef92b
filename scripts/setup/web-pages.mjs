// Builds the pages that the gateway serves, apps/web/dist: what browsers load is the one thing here that does not run as it is.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { moveWhole } from "./files.mjs";
import { bin, cache, root } from "./places.mjs";
import { run } from "./run.mjs";
import { SetupError, say } from "./say.mjs";
import { Stamp } from "./stamp.mjs";

const pages = join(root, "apps/web/dist");
// Types are all that the pages take from other packages.
const stamp = new Stamp("web-pages", () => [
  "pnpm-lock.yaml",
  "tsconfig.json",
  ...filesIn("apps/web"),
  ...filesIn("libs/client"),
]);

export const webPages = {
  isDone: () => existsSync(join(pages, "index.html")) && stamp.fits(),

  async do() {
    say("pages: building");
    mkdirSync(cache, { recursive: true });
    // Aside, so that a gateway that runs meanwhile never serves half of them.
    const scratch = mkdtempSync(join(cache, "scratch-"));
    try {
      const vite = join(root, "apps/web/node_modules/vite/bin/vite.js");
      const build = async (folder, ...how) => {
        const args = [vite, "build", "apps/web", ...how, "--outDir", folder, "--emptyOutDir", "--logLevel", "warn"];
        await run(join(bin, "node"), args, { cwd: root, withinMs: 120_000 });
      };
      await build(scratch);
      // One file for other people's pages, beside ours.
      await build(join(scratch, "embed"), "--config", "apps/web/vite.embed.config.ts");
      moveWhole(scratch, pages);
    } catch (error) {
      throw new SetupError(`The pages could not be built: ${error.message}`);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    stamp.set();
  },
};

function filesIn(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ["node_modules", "dist"].includes(entry.name) ? [] : filesIn(path);
    return /\.test\.tsx?$/.test(entry.name) ? [] : [path];
  });
}
