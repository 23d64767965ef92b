/** `npm run bench`: suites, several times each, with fresh processes every time; then tables, a file and plots. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { conditions } from "./machine.ts";
import { readOptions } from "./options.ts";
import { bench } from "./places.ts";
import { format, textOf, writeDocs } from "./report/write.ts";
import type { Run } from "./result.ts";

const options = await readOptions(process.argv.slice(2));
const say = (line: string) => void process.stderr.write(`${line}\n`);
for (const { name, why } of options.leftOut) say(`left out: ${name}: ${why}`);

const began = new Date();
const runs: Run[] = [];
for (const suite of options.suites) {
  const repeats = options.repeats ?? suite.repeats;
  const suiteName = options.of.viewers === undefined ? suite.name : `${suite.name}-${options.of.viewers}`;
  // Interleaved: what the machine does besides, for some minutes, touches every stack alike, and ratios are within one repeat.
  for (let repeat = 1; repeat <= repeats; repeat++) {
    say(`${suite.name}, repeat ${repeat} of ${repeats}`);
    const stacks =
      suite.stacks === undefined ? options.stacks : options.stacks.filter(({ name }) => suite.stacks?.includes(name));
    const measurements = await suite.run({ ...options.of, stacks, seed: repeat, say });
    for (const measurement of measurements) {
      runs.push({ suite: suiteName, repeat, ...measurement });
      for (const fault of measurement.faults) say(`  VOID ${measurement.stack ?? ""} ${measurement.case}: ${fault}`);
    }
  }
}

const result = { ...conditions(began), quick: options.of.quick, viewers: options.of.viewers, leftOut: options.leftOut, runs };
const directory = join(bench, "results");
const file = join(directory, `${result.date.slice(0, 10)}-${options.name}.json`);
mkdirSync(directory, { recursive: true });
writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
format(file);
process.stdout.write(textOf(result));
process.stdout.write(`\n${file}\n`);
if (options.docs) for (const written of await writeDocs(result)) process.stdout.write(`${written}\n`);
if (runs.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
