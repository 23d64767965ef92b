// `npm run faults -- --seed 7 --minutes 30 --only "room owner"`: lives through all faults again and again, and prints what they cost.
// `--outage 180`: how long, in seconds, what may be away for long is away.
import { parseArgs } from "node:util";
import { shareDatabaseServer } from "@madang/devkit";
import { startClusterSite } from "./cluster-site.ts";
import { live } from "./run.ts";
import { faults } from "./table.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    minutes: { type: "string", default: "5" },
    only: { type: "string", default: "" },
    outage: { type: "string", default: "10" },
  },
});
const chosen = faults.filter(({ name }) => name.includes(values.only));
const until = performance.now() + Number(values.minutes) * 60_000;
const worst = new Map<string, { runs: number; stallMs: number; limitMs: number }>();
let failed = false;
const stopDatabaseServer = shareDatabaseServer();

// At least once.
for (let seed = Number(values.seed), first = true; (first || performance.now() < until) && !failed; seed++, first = false) {
  console.log(`seed ${seed}`);
  await using site = await startClusterSite();
  const { findings, acknowledged, unknown, file } = await live(site, {
    seed,
    outageMs: Number(values.outage) * 1_000,
    faults: chosen,
    report: ({ name, stallMs, limitMs, measured, tookMs }) => {
      console.log(`  ${name}: ${stallMs} ms of ${limitMs}, in ${tookMs} ms${measured === undefined ? "" : `; ${measured}`}`);
      const before = worst.get(name) ?? { runs: 0, stallMs: 0, limitMs };
      worst.set(name, { runs: before.runs + 1, stallMs: Math.max(before.stallMs, stallMs), limitMs });
    },
  });
  console.log(`  ${acknowledged} acknowledged, ${unknown} unknown, ${findings.length} findings`);
  for (const finding of findings) console.log(`  ! ${finding}`);
  if (file !== undefined) console.log(`  history: ${file}; again: ${commandOf(seed)}`);
  failed = findings.length > 0;
}

await stopDatabaseServer();
console.log("\n| fault | times | longest stall | limit |\n| --- | --- | --- | --- |");
for (const [name, { runs, stallMs, limitMs }] of worst) console.log(`| ${name} | ${runs} | ${stallMs} ms | ${limitMs} ms |`);
process.exit(failed || [...worst.values()].some(({ stallMs, limitMs }) => stallMs > limitMs) ? 1 : 0);

/** Lives that one life again, with all that decides it. */
function commandOf(seed: number): string {
  const only = values.only === "" ? "" : ` --only ${JSON.stringify(values.only)}`;
  return `npm run faults -- --seed ${seed} --minutes 0 --outage ${values.outage}${only}`;
}
