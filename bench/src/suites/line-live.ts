/** LINE LIVE's busiest: 30,000 comments in one minute in one room, here with 2,000 viewers and without leaving any out. */
import { pinServers } from "../cores.ts";
import { CrowdRun } from "../crowd-run.ts";
import { coresOf } from "../site-run.ts";
import { madangC, missingDatabase } from "../stacks/madang.ts";
import { generatorFault, type Suite } from "../suite.ts";

const perSecond = 500;
const warmUp = { perSecond: 50, seconds: 2, seed: 0 };

export const lineLive: Suite = {
  name: "line-live",
  about: "30,000 comments a minute in one room with 2,000 viewers, all processes counted",
  repeats: 2,
  missing: missingDatabase,
  run: async ({ quick, viewers = 2_000, profileDirectory, seed }) => {
    pinServers(false);
    const running = await madangC.start({ profileDirectory });
    try {
      await using run = await CrowdRun.start({ running, viewers, pinned: false });
      await run.watch(warmUp);
      const { usage, ...seen } = await run.watch({ perSecond, seconds: quick ? 5 : 60, seed });
      const faults = generatorFault(usage.generatorCores);
      if (seen.comments !== seen.expected) faults.push(`${seen.comments} of ${seen.expected} deliveries were seen`);
      if (seen.lost > 0) faults.push(`the server ended ${seen.lost} connections`);
      const figures = {
        comments: seen.published,
        deliveriesPerS: seen.comments / usage.seconds,
        framesPerS: seen.frames / usage.seconds,
        p50Ms: seen.p50,
        p99Ms: seen.p99,
        ...coresOf(usage),
      };
      return [{ case: `${perSecond}/s, ${viewers.toLocaleString("en")} viewers`, layer: "C", figures, faults }];
    } finally {
      await running.stop();
    }
  },
};
