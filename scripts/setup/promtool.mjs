// Provides promtool, Prometheus' own judge of metrics and rules, for tests only: `.cache/promtool`, unless it is on PATH.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { debianFamily, unpackPackages } from "./debian.mjs";
import { moveWhole } from "./files.mjs";
import { cache } from "./places.mjs";
import { findProgram, isExecutable, run } from "./run.mjs";
import { sayWhile } from "./say.mjs";
import { firstThatWorks } from "./sources.mjs";

const kept = join(cache, "promtool");

export const promtool = {
  async isDone({ forTests }) {
    return !forTests || isExecutable(kept) || findProgram("promtool") !== undefined;
  },

  async do() {
    mkdirSync(cache, { recursive: true });
    await firstThatWorks(
      "promtool",
      [fromDebian()],
      "There is no promtool. Install one (it comes with Prometheus), and it is found on PATH. Until then, tests of metrics and alerts fail.",
    );
  },
};

function fromDebian() {
  if (debianFamily() === undefined) return undefined;
  return {
    what: "the package prometheus of this system, unpacked into .cache",
    get: async () => {
      const scratch = mkdtempSync(join(cache, "scratch-"));
      try {
        await sayWhile("  still fetching", () => unpackPackages(["prometheus"], scratch));
        const program = join(scratch, "usr/bin/promtool");
        await run(program, ["--version"], { withinMs: 10_000 });
        // The server beside it, as large once more, is left.
        moveWhole(program, kept);
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    },
  };
}
