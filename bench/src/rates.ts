/** Stacks in turn, each with fresh processes and its viewers, loaded at one rate after the other. */
import { limits } from "@madang/contracts";
import { now } from "./comment.ts";
import { pinServers } from "./cores.ts";
import type { Usage } from "./cpu.ts";
import { CrowdRun, type Watched } from "./crowd-run.ts";
import type { Running, Stack } from "./stack.ts";
import { generatorFault, type Measurement, type SuiteOptions } from "./suite.ts";

export interface RatesOptions extends SuiteOptions {
  readonly viewers: number;
  readonly rooms?: number;
  /** The case is called by its rate, unless it has a name. */
  readonly rates: readonly { perSecond: number; seconds: number; name?: string }[];
}

/** Code that has run before is what is measured: first what a comment costs, with few who watch, for some seconds are too few of them later. */
const commentWarmUp = { viewers: 20, perSecond: 500, seconds: 6 };
/** Then what a delivery costs, in rooms that are awake: so many, within bounds. */
const warmUpDeliveries = 60_000;
const warmUpPerSecond = 20;
const warmUpSecondsFor = (viewers: number) => Math.min(3, Math.max(1, warmUpDeliveries / viewers / warmUpPerSecond));
/** What adapts to a rate has done so: a steady rate is what is measured. */
const settleSeconds = 4;
const opensPerSecond = 300;
/** Until what thousands who came left behind is collected: some 100 ms of work, once, which belongs to no comment and to no idle second. */
const restSeconds = 8;
/** The second round of the store's audit looks at all that the warm-up has made, more than all that is measured; and some seconds for it to do so. */
const auditedSeconds = limits.auditEveryMs / 1_000 + 4;
/** Longer where it is subtracted: at 1 comment a second it is half of what is measured. */
const idleSeconds = { peer: 1, A: 1, B: 7, C: 7 };
const quickSeconds = 2;
/** A median above this is the wait in a queue that grows. */
const queueMs = 500;

export async function measureRates(options: RatesOptions): Promise<Measurement[]> {
  const found: Measurement[] = [];
  for (const stack of options.stacks) {
    options.say(`  ${stack.name}`);
    found.push(...(await ratesOf(stack, options).catch((error: unknown) => failed(stack, options, error))));
  }
  return found;
}

/** One stack that falls over does not take the others' figures with it. */
function failed({ name, layer }: Stack, { rates }: RatesOptions, error: unknown): Measurement[] {
  const faults = [error instanceof Error ? error.message : String(error)];
  return rates.map((rate) => ({ case: caseOf(rate), stack: name, layer, figures: {}, faults }));
}

function caseOf({ perSecond, name = `${perSecond.toLocaleString("en")}/s` }: RatesOptions["rates"][number]): string {
  return name;
}

async function ratesOf(stack: Stack, options: RatesOptions): Promise<Measurement[]> {
  const { quick, viewers, rooms = 1, rates, seed, profileDirectory } = options;
  const pinned = pinServers(true);
  const running = await stack.start({ profileDirectory });
  const started = now();
  try {
    if (!quick) await warmUpComments(running, pinned);
    await using run = await CrowdRun.start({ running, viewers, rooms, pinned });
    await run.watchEach({ perSecond: opensPerSecond });
    await run.watch({ perSecond: warmUpPerSecond, seconds: warmUpSecondsFor(viewers), seed: 0 });
    if (!quick) await run.idle(restAfter(stack, started));
    const idle = await run.idle(quick ? quickSeconds : idleSeconds[stack.layer]);
    const found: Measurement[] = [];
    for (const rate of rates) {
      const { perSecond } = rate;
      await run.watch({ perSecond, seconds: quick ? quickSeconds : settleSeconds, seed: 0 });
      const watched = await run.watch({ perSecond, seconds: quick ? quickSeconds : rate.seconds, seed });
      found.push(toMeasurement({ name: caseOf(rate), stack, watched, idle }));
    }
    return found;
  } finally {
    await running.stop();
    pinServers(false);
  }
}

/** Only C has a store, and so an audit. */
function restAfter({ layer }: Stack, started: number): number {
  return layer === "C" ? Math.max(restSeconds, auditedSeconds - (now() - started) / 1_000) : restSeconds;
}

async function warmUpComments(running: Running, pinned: boolean): Promise<void> {
  const { viewers, perSecond, seconds } = commentWarmUp;
  await using run = await CrowdRun.start({ running, viewers, pinned });
  await run.watch({ perSecond, seconds, seed: 0 });
}

function toMeasurement(parts: { name: string; stack: Stack; watched: Watched; idle: Usage }): Measurement {
  const { name, stack, watched, idle } = parts;
  const { usage, comments, expected, frames, lost, p50, p99 } = watched;
  // Brokers, stores and leases have something to do when nobody talks: that is shown by itself, and is no part of a delivery.
  const subtracted = stack.layer === "B" || stack.layer === "C" ? idle.serverCores : 0;
  const seconds = usage.seconds * Math.max(0, usage.serverCores - subtracted);
  const faults = generatorFault(usage.generatorCores);
  const notes = seconds > 0 ? [] : ["used no more than when nobody talked"];
  if (p50 > queueMs) notes.push("more than it could do there: latencies are those of a queue");
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
    notes,
  };
}
