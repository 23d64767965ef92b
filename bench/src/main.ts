/** `npm run bench`: suites, several times each, with fresh processes every time; then tables, a file and plots. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { conditions } from "./machine.ts";
import { readOptions } from "./options.ts";
import { bench } from "./places.ts";
import { format, textOf, writeDocs } from "./report/write.ts";
import type { Result, Run } from "./result.ts";
import type { Measurement, Suite } from "./suite.ts";

const options = readOptions(process.argv.slice(2));
const say = (line: string) => void process.stderr.write(`${line}\n`);
for (const { name, why } of options.leftOut) say(`left out: ${name}: ${why}`);
// Whatever was started ends with us.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const { quick, viewers } = options.of;
const runs: Run[] = [];
const result: Result = { ...conditions(new Date()), quick, viewers, leftOut: options.leftOut, runs };
const directory = join(bench, "results");
const file = join(directory, `${result.date.slice(0, 10)}-${options.name}.json`);
mkdirSync(directory, { recursive: true });

for (const suite of options.suites) {
  const repeats = options.repeats ?? suite.repeats;
  // With another crowd than its own it is another suite.
  const name = viewers === undefined ? suite.name : `${suite.name}-${viewers}`;
  // Interleaved: what the machine does besides, for some minutes, touches every stack alike, and ratios are within one repeat.
  for (let repeat = 1; repeat <= repeats; repeat++) {
    say(`${name} (${suite.about}), repeat ${repeat} of ${repeats}`);
    for (const measurement of await measure(suite, repeat)) {
      runs.push({ suite: name, repeat, ...measurement, figures: known(measurement.figures) });
      for (const fault of measurement.faults) say(`  VOID ${measurement.stack ?? ""} ${measurement.case}: ${fault}`);
    }
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  }
}

format(file);
process.stdout.write(textOf(result));
process.stdout.write(`\n${file}\n`);
if (options.docs) for (const written of await writeDocs(result)) process.stdout.write(`${written}\n`);
process.exit(runs.some(({ faults }) => faults.length > 0) ? 1 : 0);

async function measure(suite: Suite, seed: number): Promise<Measurement[]> {
  const stacks = options.stacks.filter(({ name }) => suite.stacks?.includes(name) ?? true);
  try {
    return await suite.run({ ...options.of, stacks, seed, say });
  } catch (error) {
    return [{ case: "failed", figures: {}, faults: [error instanceof Error ? error.message : String(error)] }];
  }
}

/** What could not be measured is left out: JSON has no word for it. */
function known(figures: Measurement["figures"]): Measurement["figures"] {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)));
}
