// Builds the pages that the gateway serves, apps/web/dist: what browsers load is the one thing here that does not run as it is.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bin, cache, root } from "./places.mjs";
import { putPages } from "./put-pages.mjs";
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
      // In a folder of its own within: this one is for our eyes alone, and the pages need not be.
      const built = join(scratch, "dist");
      await run(join(bin, "node"), [join(root, "apps/web/build.mjs"), built], { cwd: root, withinMs: 120_000 });
      putPages(built, pages);
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
