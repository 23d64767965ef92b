// `npm run faults -- --seed 7 --minutes 30 --only "room owner"`: lives through all faults again and again, and prints what they cost.
import { shareDatabaseServer } from "@madang/devkit";
import { startClusterSite } from "./cluster-site.ts";
import { Costs } from "./costs.ts";
import { formerRelease } from "./former-release.ts";
import { commandOf, type FaultsOptions, wishOf } from "./options.ts";
import { rollingUpgrade } from "./rolling.ts";
import { live } from "./run.ts";
import { faults } from "./table.ts";

const wish = wishOf(process.argv.slice(2), { names: faults.map(({ name }) => name), newSeed: Date.now() % 1_000_000 });
switch (wish.kind) {
  case "help":
    process.stdout.write(wish.text);
    break;
  case "refused":
    process.stderr.write(wish.text);
    process.exitCode = 1;
    break;
  case "live":
    // Not left to the end of all that is open: clients and servers of a life that failed may still be.
    process.exit((await liveThrough(wish.options)) ? 0 : 1);
    break;
  default:
    wish satisfies never;
}

/** Whether all was as promised. */
async function liveThrough(options: FaultsOptions): Promise<boolean> {
  const { from, only } = options;
  const chosen = from === undefined ? faults.filter(({ name }) => name.includes(only)) : [rollingUpgrade];
  const release = from === undefined ? {} : { release: formerRelease(from) };
  const until = performance.now() + options.minutes * 60_000;
  const costs = new Costs();
  const again = (seed: number) => commandOf(seed, options);
  const stopDatabaseServer = shareDatabaseServer();
  let failed = false;
  // At least once.
  for (let { seed } = options, first = true; (first || performance.now() < until) && !failed; seed++, first = false) {
    console.log(`seed ${seed}`);
    await using site = await startClusterSite(release);
    const { findings, acknowledged, unknown, file } = await live(site, {
      seed,
      outageMs: options.outageMs,
      faults: chosen,
      report: (result) => {
        const { name, stallMs, limitMs, waitMs, measured, tookMs } = result;
        const over = stallMs > limitMs ? " OVER" : "";
        const more = measured === undefined ? "" : `; ${measured}`;
        console.log(`  ${name}: ${stallMs} ms of ${limitMs}${over}, a sender up to ${waitMs} ms, in ${tookMs} ms${more}`);
        costs.add(seed, result);
      },
    });
    console.log(`  ${acknowledged} acknowledged, ${unknown} unknown, ${findings.length} findings`);
    for (const finding of findings) console.log(`  ! ${finding}`);
    if (file !== undefined) console.log(`  history: ${file}; again: ${again(seed)}`);
    failed = findings.length > 0;
  }
  await stopDatabaseServer();
  process.stdout.write(`\n${costs.text(again)}`);
  return !failed && !costs.over;
}
