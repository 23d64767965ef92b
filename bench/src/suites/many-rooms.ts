/** What 1,000 rooms take together, and whether a commit waits longer where 10,000 are awake than where 100 are. */
import { now } from "../comment.ts";
import { poisson } from "../schedule.ts";
import { coresOf, startSiteRun } from "../site-run.ts";
import { missingDatabase } from "../stacks/madang.ts";
import { checkStore } from "../store-check.ts";
import { generatorFault, type Measurement, type Suite, type SuiteOptions } from "../suite.ts";
import { flooded, senderCount } from "./hot-room.ts";

const rooms = 1_000;
const few = 100;
const many = 10_000;
const perSecond = 200;

export const manyRooms: Suite = {
  name: "many-rooms",
  about: "comments a second over 1,000 rooms, and the wait for an acknowledgement with 100 and 10,000 rooms awake",
  repeats: 2,
  missing: missingDatabase,
  run: async (options) => [await ingest(options), ...(await latencies(options))],
};

async function ingest({ quick, profileDirectory }: SuiteOptions): Promise<Measurement> {
  await using run = await startSiteRun({ store: true, profileDirectory });
  await run.generator.tell("connect", { authority: run.site.gateways[0]?.authority ?? "", count: senderCount, verb: "rpc" });
  const before = await run.generator.tell("touch", { rooms });
  return (await flooded(run, { seconds: quick ? 5 : 20, rooms, before })).measurement;
}

async function latencies({ quick, profileDirectory, seed }: SuiteOptions): Promise<Measurement[]> {
  await using run = await startSiteRun({ store: true, profileDirectory });
  const { generator, site } = run;
  await generator.tell("connect", { authority: site.gateways[0]?.authority ?? "", count: senderCount, verb: "rpc" });
  const found: Measurement[] = [];
  let sent = 0;
  for (const awake of [few, quick ? many / 10 : many]) {
    sent += await generator.tell("touch", { rooms: awake });
    // What opening them left to be written must not be what the commits wait for.
    await checkStore(site.databaseUrl, sent);
    const stop = run.meter();
    const load = { perSecond, seconds: quick ? 3 : 10, seed, rooms: awake };
    const ack = await generator.tell("follow", { start: now() + 50, ...poisson(load) });
    sent += ack.comments;
    const usage = stop();
    const ratio = ack.p50 / (found[0]?.figures.ackP50Ms ?? ack.p50);
    const figures = { ackP50Ms: ack.p50, ackP99Ms: ack.p99, p50ToFew: ratio, ...coresOf(usage) };
    const { faults } = await checkStore(site.databaseUrl, sent);
    const name = `${perSecond}/s over ${awake.toLocaleString("en")} rooms awake`;
    found.push({ case: name, layer: "C", figures, faults: [...generatorFault(usage.generatorCores), ...faults] });
  }
  return found;
}
