/** 15,000 people sit in a room of one gateway and some talk, while 500 strangers a second come to the same gateway. */
import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../comment.ts";
import { residentKiB } from "../cpu.ts";
import { senderCount } from "../crowd-run.ts";
import { Generator } from "../generator.ts";
import { poisson } from "../schedule.ts";
import { coresOf, startSiteRun } from "../site-run.ts";
import { generatorFault, type Measurement, type Suite } from "../suite.ts";

const people = 15_000;
const strangersPerS = 500;
/** Below the default rate of new connections, so that nobody of the crowd is refused. */
const joinPerS = 800;
const perSecond = 1;
/** What the gateway may hold beside the crowd before it says that it is full. */
const room = 4_200;

export const raid: Suite = {
  name: "raid",
  about: "15,000 idle connections and a raid of 500 new ones a second on one gateway, from few addresses and from many",
  repeats: 1,
  run: async ({ quick, viewers = people, profileDirectory, seed }) => {
    // The raid says by X-Forwarded-For where it comes from; the crowd names nobody, and is bounded as a whole.
    const limited = { MADANG_TRUSTED_PROXIES: "127.0.0.0/8", MADANG_MAX_CONNECTIONS: String(viewers + room) };
    await using run = await startSiteRun({ store: false, limited, profileDirectory });
    const { generator, site } = run;
    await using raiders = new Generator({ pinned: false });
    const [gateway] = site.gateways;
    if (gateway === undefined) throw new Error("there is no gateway");
    const { authority } = gateway;
    await generator.tell("join", { protocol: "centrifuge", authority, count: viewers, rooms: 1, perS: joinPerS });
    await generator.tell("connect", { authority, count: senderCount, verb: "rpc" });
    const seconds = quick ? 5 : 20;
    const phases: [name: string, addresses: number][] = [
      ["nobody comes", 0],
      ["500/s from 8 addresses", 8],
      ["500/s from 60,000 addresses", 60_000],
      ["they have gone", 0],
    ];
    const found: Measurement[] = [];
    for (const [name, addresses] of phases) {
      await generator.tell("begin", undefined);
      const stop = run.meter();
      const talking = generator.tell("follow", { start: now() + 50, ...poisson({ perSecond, seconds, seed }) });
      const raided =
        addresses === 0 ? undefined : await raiders.tell("raid", { authority, perS: strangersPerS, seconds, addresses });
      const { comments, p99: ackP99Ms } = await talking;
      const seen = await generator.tell("settle", comments * viewers);
      const usage = stop();
      const remaining = await raiders.tell("remaining", undefined);
      found.push({
        case: name,
        layer: "B",
        figures: {
          p50Ms: seen.p50,
          p99Ms: seen.p99,
          ackP99Ms,
          gatewayMiB: residentKiB(gateway.pid) / 1024,
          ...(raided ?? {}),
          remaining,
          ...coresOf(usage),
        },
        faults: [
          ...generatorFault(usage.generatorCores),
          ...(seen.lost > 0 ? [`${seen.lost} of the crowd were closed`] : []),
          ...(seen.comments < comments * viewers ? [`${comments * viewers - seen.comments} comments did not come`] : []),
          ...((raided?.unanswered ?? 0) > 0 ? [`${raided?.unanswered} strangers had no answer`] : []),
        ],
      });
      if (addresses === 0) continue;
      await raiders.tell("leave", undefined);
      await sleep(2_000);
    }
    return found;
  },
};
