/** One comment to 2,000 viewers of one room, at three rates, through every stack: what a delivery costs, and how late it comes. */

import { pinServers } from "../cores.ts";
import type { Usage } from "../cpu.ts";
import type { Watched } from "../crowd-run.ts";
import { CrowdRun } from "../crowd-run.ts";
import type { Stack } from "../stack.ts";
import { generatorFault, type Measurement, type Suite, type SuiteOptions } from "../suite.ts";

const rates = [
  { perSecond: 1, seconds: 9 },
  { perSecond: 10, seconds: 5 },
  { perSecond: 50, seconds: 4 },
];
/** Code that has run before is what is measured. */
const warmUp = { perSecond: 20, seconds: 1, seed: 1 };

export const fanOut: Suite = {
  name: "fan-out",
  about: "one room, 2,000 viewers, 1, 10 and 50 comments a second",
  repeats: 5,
  ratio: { figure: "perCpuSecond", to: "ws-loop" },
  run: async (options) => {
    const found: Measurement[] = [];
    for (const stack of options.stacks) {
      options.say(`  ${stack.name}`);
      found.push(...(await fanOutOf(stack, options)));
    }
    return found;
  },
};

async function fanOutOf(stack: Stack, { quick, viewers = 2_000, seed, profileDirectory }: SuiteOptions): Promise<Measurement[]> {
  const pinned = pinServers(true);
  const running = await stack.start({ profileDirectory });
  try {
    await using run = await CrowdRun.start({ running, viewers, pinned });
    await run.watch(warmUp);
    const idle = await run.idle(quick ? 1 : stack.layer === "B" || stack.layer === "C" ? 4 : 2);
    const found: Measurement[] = [];
    for (const { perSecond, seconds } of rates) {
      const watched = await run.watch({ perSecond, seconds: quick ? 2 : seconds, seed });
      found.push(toMeasurement({ name: `${perSecond}/s`, stack, watched, idle }));
    }
    return found;
  } finally {
    await running.stop();
    pinServers(false);
  }
}

export function toMeasurement(parts: { name: string; stack: Stack; watched: Watched; idle: Usage }): Measurement {
  const { name, stack, watched, idle } = parts;
  const { usage, comments, expected, frames, lost, p50, p99 } = watched;
  // Brokers, stores and leases have something to do when nobody talks: that is shown by itself, and is no part of a delivery.
  const subtracted = stack.layer === "B" || stack.layer === "C" ? idle.serverCores : 0;
  const seconds = usage.seconds * Math.max(0, usage.serverCores - subtracted);
  const faults = generatorFault(usage.generatorCores);
  if (comments !== expected) faults.push(`${comments} of ${expected} deliveries were seen`);
  if (lost > 0) faults.push(`the server ended ${lost} connections`);
  return {
    case: name,
    stack: stack.name,
    layer: stack.layer,
    figures: {
      perCpuSecond: comments / seconds,
      p50Ms: p50,
      p99Ms: p99,
      serverCores: usage.serverCores,
      idleCores: idle.serverCores,
      deliveries: comments,
      frames,
      samples: watched.samples,
      generatorCores: usage.generatorCores,
      otherCores: usage.otherCores,
    },
    faults,
  };
}
