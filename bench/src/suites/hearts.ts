/** Hearts and nothing else, in one room with two gateways: more and more of them, until they wait a second, or are ten times LINE LIVE's. */
import { now } from "../comment.ts";
import { heartsPerCall } from "../generator/heart-senders.ts";
import { checkRoom } from "../room-check.ts";
import { coresOf, startSiteRun } from "../site-run.ts";
import { missingDatabase } from "../stacks/madang.ts";
import { generatorFault, type Measurement, type Suite } from "../suite.ts";

const rates = [2_000, 5_000, 10_000, 15_000, 20_000];
const mostMs = 1_000;
const warmUp = { perSecond: 1_000, seconds: 2 };

export const hearts: Suite = {
  name: "hearts",
  about: "hearts in one room, acknowledged and counted once: how many a second, and how long they wait",
  repeats: 2,
  missing: missingDatabase,
  run: async ({ quick, profileDirectory }) => {
    await using run = await startSiteRun({ store: true, gateways: 2, profileDirectory });
    const { generator, site } = run;
    const authorities = site.gateways.map(({ authority }) => authority);
    const [authority = ""] = authorities;
    await generator.tell("connectHearts", { authorities, count: Math.max(...rates) / heartsPerCall });
    // Somebody has the broadcast open.
    await generator.tell("join", { protocol: "centrifuge", authority, count: 1, rooms: 1 });
    let counted = (await generator.tell("beat", { start: now() + 50, ...warmUp })).counted;
    const found: Measurement[] = [];
    for (const perSecond of rates) {
      const stop = run.meter();
      const beaten = await generator.tell("beat", { start: now() + 50, perSecond, seconds: quick ? 3 : 15 });
      const usage = stop();
      counted += beaten.counted;
      const told = await checkRoom(site, { hearts: counted, comments: 0 });
      const faults = [...generatorFault(usage.generatorCores), ...told.faults];
      if (beaten.counted !== beaten.sent) faults.push(`${beaten.sent} hearts were sent, and ${beaten.counted} acknowledged`);
      if (beaten.unlike > 0) faults.push(`${beaten.unlike} calls that were made again were answered otherwise`);
      const figures = {
        hearts: beaten.counted,
        calls: beaten.calls,
        callsMadeAgain: beaten.repeated,
        ackP50Ms: beaten.p50,
        ackP99Ms: beaten.p99,
        retries: beaten.retries,
        total: counted,
        toldAfterS: told.afterS,
        ...coresOf(usage),
      };
      found.push({ case: `${perSecond.toLocaleString("en")}/s`, layer: "C", figures, faults });
      if (beaten.p99 > mostMs) break;
    }
    return found;
  },
};
