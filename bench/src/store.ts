/**
 * How fast persistence follows the log, and what it costs. `npm run bench:store -- --events 200000 --repeats 3`; with
 * `--against DIR` the same is done in turns with the persistence service of another checkout, and ratios are shown.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { shareDatabaseServer } from "@madang/devkit";
import { conditions } from "./machine.ts";
import { spread } from "./statistics.ts";
import { measureStore, type StoreCase, type StoreFigures } from "./store-cases.ts";

const { values: options } = parseArgs({
  options: {
    events: { type: "string", default: "200000" },
    repeats: { type: "string", default: "3" },
    seconds: { type: "string", default: "20" },
    /** How long the database is away. */
    outage: { type: "string", default: "180" },
    /** Part of a case's name. */
    only: { type: "string", default: "" },
    against: { type: "string" },
    profile: { type: "string" },
    save: { type: "boolean", default: false },
  },
});
const events = Number(options.events);
const seconds = Number(options.seconds);
const allCases: { [name: string]: StoreCase } = {
  "1 room, batches of 50": { kind: "catch-up", rooms: 1, eventsPerBatch: 50, events },
  "100 rooms, batches of 50": { kind: "catch-up", rooms: 100, eventsPerBatch: 50, events },
  "1 room, batches of 1": { kind: "catch-up", rooms: 1, eventsPerBatch: 1, events },
  "100 rooms, batches of 1": { kind: "catch-up", rooms: 100, eventsPerBatch: 1, events },
  "50/s in 1 room": { kind: "steady", rooms: 1, perSecond: 50, seconds },
  "500/s in 100 rooms": { kind: "steady", rooms: 100, perSecond: 500, seconds },
  "idle, 1 room": { kind: "idle", rooms: 1, events: 1_000, afterSeconds: 5, seconds },
  "idle, 100 rooms, in the audit's second round": { kind: "idle", rooms: 100, events: 100_000, afterSeconds: 58, seconds: 30 },
  "database away at 500/s": { kind: "outage", rooms: 20, perSecond: 500, seconds: Number(options.outage) },
};
const cases = Object.entries(allCases).filter(([name]) => name.includes(options.only));
const here = join(import.meta.dirname, "../..");
const projects = options.against === undefined ? { here } : { before: options.against, here };

const stopDatabase = shareDatabaseServer();
const runs: { [name: string]: { [project: string]: StoreFigures[] } } = {};
try {
  for (let repeat = 0; repeat < Number(options.repeats); repeat++) {
    for (const [name, what] of cases) {
      // Either of them first in turn.
      const order = repeat % 2 === 0 ? Object.entries(projects) : Object.entries(projects).toReversed();
      for (const [key, project] of order) {
        const figures = await measureStore(what, { project, profileDirectory: options.profile });
        runs[name] ??= {};
        runs[name][key] ??= [];
        runs[name][key].push(figures);
        process.stderr.write(`${name}, ${key}: ${sayAll(figures)}\n`);
      }
    }
  }
} finally {
  await stopDatabase();
}

for (const [name, byProject] of Object.entries(runs)) {
  process.stdout.write(`\n${name}\n`);
  const now = byProject.here ?? [];
  for (const figure of Object.keys(now[0] ?? {})) {
    const of = (figures: readonly StoreFigures[]) => spread(figures.map((each) => each[figure] ?? Number.NaN));
    const { median, min, max } = of(now);
    let line = `  ${figure.padEnd(24)} ${say(median)} (${say(min)} … ${say(max)})`;
    if (byProject.before !== undefined) {
      const before = of(byProject.before);
      line += `, before ${say(before.median)} (${say(before.min)} … ${say(before.max)}): × ${say(median / before.median)}`;
    }
    process.stdout.write(`${line}\n`);
  }
}
if (options.save) {
  const found = conditions(new Date());
  const results = join(import.meta.dirname, "../results");
  mkdirSync(results, { recursive: true });
  const file = join(results, `${found.date.slice(0, 10)}-store.json`);
  writeFileSync(file, `${JSON.stringify({ ...found, runs }, null, 2)}\n`);
  process.stdout.write(`\n${file}\n`);
}

function say(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function sayAll(figures: StoreFigures): string {
  return Object.entries(figures)
    .map(([figure, value]) => `${figure} ${say(value)}`)
    .join(", ");
}
