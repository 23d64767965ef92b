/** What one room takes, through everything: from a sender's socket to the durable log, with the store behind it. */
import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../comment.ts";
import { poisson } from "../schedule.ts";
import { coresOf, type SiteRun, startSiteRun } from "../site-run.ts";
import { missingDatabase } from "../stacks/madang.ts";
import { checkStore } from "../store-check.ts";
import { generatorFault, type Measurement, type Suite } from "../suite.ts";

export const senderCount = 100;
export const inFlight = 8;
export const warmUpSeconds = 3;
const perSecond = 500;

export const hotRoom: Suite = {
  name: "hot-room",
  about: "comments a second that one room takes, acknowledged and durable, and how long 500 a second wait for it",
  repeats: 2,
  missing: missingDatabase,
  run: async ({ quick, profileDirectory, seed }) => {
    await using run = await startSiteRun({ store: true, profileDirectory });
    const { generator, site } = run;
    await generator.tell("connect", { authority: site.gateways[0]?.authority ?? "", count: senderCount, verb: "rpc" });
    const flood = await flooded(run, { seconds: quick ? 10 : 60, rooms: 1 });

    const load = { perSecond, seconds: quick ? 3 : 15, seed };
    const stop = run.meter();
    const ack = await generator.tell("follow", { start: now() + 50, ...poisson(load) });
    const usage = stop();
    const { faults } = await checkStore(site.databaseUrl, flood.total + ack.comments);
    const bareAck = await generator.tell("barePublish", {
      natsUrl: site.natsUrl,
      schedule: { start: now() + 500, ...poisson(load) },
    });
    return [
      flood.measurement,
      {
        case: `${perSecond}/s`,
        layer: "C",
        figures: {
          ackP50Ms: ack.p50,
          ackP99Ms: ack.p99,
          bareP50Ms: bareAck.p50,
          bareP99Ms: bareAck.p99,
          p99ToBare: ack.p99 / bareAck.p99,
          ...coresOf(usage),
        },
        faults: [...generatorFault(usage.generatorCores), ...faults],
      },
    ];
  },
};

/** As fast as the senders are answered. Every row is looked for in the database afterwards. `before`: what was sent already. */
export async function flooded(
  { generator, site, meter }: SiteRun,
  { seconds, rooms, before = 0 }: { seconds: number; rooms: number; before?: number },
): Promise<{ measurement: Measurement; total: number }> {
  const flooding = generator.tell("flood", { inFlight, warmUpSeconds, seconds, rooms });
  await Promise.race([flooding, sleep(warmUpSeconds * 1000)]);
  const stop = meter();
  await Promise.race([flooding, sleep(seconds * 1000)]);
  const usage = stop();
  const flood = await flooding;
  const stored = await checkStore(site.databaseUrl, before + flood.total);
  const measurement: Measurement = {
    case: `closed loop, ${senderCount} senders, ${rooms === 1 ? "one room" : `${rooms.toLocaleString("en")} rooms`}`,
    layer: "C",
    figures: {
      commentsPerS: flood.perSecond,
      ackP50Ms: flood.p50,
      ackP99Ms: flood.p99,
      retries: flood.retries,
      rowsVerified: stored.rows,
      storedAfterS: stored.afterS,
      ...coresOf(usage),
    },
    faults: [...generatorFault(usage.generatorCores), ...stored.faults],
  };
  return { measurement, total: flood.total };
}
