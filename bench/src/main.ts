/** `pnpm bench`: each suite, several times, against a fresh server and from a fresh generator; then a table and a file. */
import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { conditions } from "./machine.ts";
import { summarise, table } from "./report.ts";
import { type Site, startSite } from "./site.ts";
import type { Measurement, Target } from "./suite.ts";
import { suites } from "./suites/index.ts";

const { values: options } = parseArgs({
  options: {
    /** Which suites: all, unless named. */
    suite: { type: "string", multiple: true, default: Object.keys(suites) },
    repeats: { type: "string", default: "3" },
    /** Of the result: `results/<date>-<name>.json`. */
    name: { type: "string", default: "latest" },
    /** Where the server leaves its CPU profiles. The figures are then for nothing else. */
    profile: { type: "string" },
  },
});

const measured = conditions(new Date());
const measurements: Measurement[] = [];

let current: Site | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await current?.stop();
    process.exit(1);
  });
}

// Interleaved: what the machine does besides, for some minutes, then touches every suite alike.
for (let repeat = 1; repeat <= Number(options.repeats); repeat++) {
  for (const suite of options.suite) {
    process.stderr.write(`${suite}, repeat ${repeat} of ${options.repeats}\n`);
    const site = await startSite({ profileDirectory: options.profile });
    current = site;
    try {
      measurements.push(...(await generate(suite, { authority: site.authority, pid: site.pid })));
    } finally {
      await site.stop();
    }
  }
}

const reports = summarise(measurements);
process.stdout.write(table(reports));
const directory = join(import.meta.dirname, "../results");
const file = join(directory, `${measured.date.slice(0, 10)}-${options.name}.json`);
mkdirSync(directory, { recursive: true });
writeFileSync(file, `${JSON.stringify({ ...measured, reports, runs: measurements }, null, 2)}\n`);
process.stdout.write(`\n${file}\n`);
if (reports.some(({ faults }) => faults.length > 0)) process.exitCode = 1;

function generate(suite: string, target: Target): Promise<Measurement[]> {
  const child = fork(join(import.meta.dirname, "generator.ts"), [suite, JSON.stringify(target)]);
  return new Promise((resolve, reject) => {
    child.once("message", (found) => resolve(found as Measurement[]));
    child.once("exit", (code) => reject(new Error(`the generator of ${suite} ended with ${code}`)));
    child.once("error", reject);
  });
}
