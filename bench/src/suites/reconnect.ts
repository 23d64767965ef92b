/** A gateway is killed, and its 2,000 viewers come back to another with the position they had, while people talk. */
import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../comment.ts";
import { senderCount } from "../crowd-run.ts";
import { roomName } from "../generator/protocols.ts";
import { countLogReads } from "../log-reads.ts";
import { poisson } from "../schedule.ts";
import { coresOf, startSiteRun } from "../site-run.ts";
import { missingDatabase } from "../stacks/madang.ts";
import { generatorFault, type Suite } from "../suite.ts";

const perSecond = 20;
const secondsBefore = 4;
const seconds = 12;
/** The first back-off of the Centrifuge SDKs is a random part of half a second to a second. */
const backOffMs = 1_000;

export const reconnect: Suite = {
  name: "reconnect",
  about: "2,000 viewers whose gateway was killed are live at another one, with all that they missed",
  repeats: 3,
  missing: missingDatabase,
  run: async ({ viewers = 2_000, profileDirectory, seed }) => {
    await using run = await startSiteRun({ store: true, gateways: 2, profileDirectory });
    const { generator, site } = run;
    const [lost, other] = site.gateways;
    if (lost === undefined || other === undefined) throw new Error("there are not two gateways");
    await generator.tell("connect", { authority: other.authority, count: senderCount, verb: "rpc" });
    await generator.tell("joinReturning", { authority: lost.authority, back: other.authority, count: viewers, backOffMs, seed });
    const talking = generator.tell("follow", { start: now() + 50, ...poisson({ perSecond, seconds, seed }) });
    await Promise.race([talking, sleep(secondsBefore * 1000)]);

    await using reads = await countLogReads(site.natsUrl, roomName(0));
    const stop = run.meter();
    await lost.stop("kill");
    const back = await generator.tell("back", undefined);
    const logReads = reads.count;
    const usage = stop();
    const { comments } = await talking;
    const { behind, outOfPlace } = await generator.tell("faults", comments);
    const faults = generatorFault(usage.generatorCores);
    if (behind > 0) faults.push(`${behind} viewers did not see the last comment`);
    if (outOfPlace > 0) faults.push(`${outOfPlace} comments were out of their place`);
    if (back.notRecovered > 0) faults.push(`${back.notRecovered} viewers were told that their position is lost`);
    const figures = {
      lastLiveMs: back.lastLiveMs,
      p50Ms: back.p50,
      p99Ms: back.p99,
      recovered: back.recovered,
      refused: back.refused,
      logReads,
      ...coresOf(usage),
    };
    return [{ case: `${viewers.toLocaleString("en")} viewers`, layer: "C", figures, faults }];
  },
};
