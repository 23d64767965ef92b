/** How a process is while it works for long: what it takes, and whether that grows. */
import { readdirSync } from "node:fs";
import { residentKiB } from "../cpu.ts";
import type { LoopDelay } from "../service-vitals.ts";

export interface Sample {
  /** Since the load began, seconds. */
  readonly atS: number;
  readonly memoryMb: number;
  /** Files, sockets and whatever else it holds open. */
  readonly descriptors: number;
}

/** What is left after a collection of everything. */
export type Alive = Pick<Sample, "atS" | "memoryMb">;

export interface Vitals {
  readonly name: string;
  /** Since the warm-up was over, oldest first. */
  readonly samples: readonly Sample[];
  readonly alive: readonly Alive[];
  /** Of services; brokers and databases have no such loop. */
  readonly loop?: LoopDelay | undefined;
}

export interface VitalLimits {
  /**
   * Growth in ten minutes of what is alive, as a share of it; absent where the time is too short to tell. What is resident goes in steps: V8
   * and malloc keep what one moment needed, and a single step of 18 MB in 18 minutes is a slope of 6 % where nothing grows.
   */
  readonly slope?: number;
  /** How much more may be resident in the end than after the warm-up. */
  readonly growthMb: number;
  readonly descriptors: number;
  /** Of the event loop's delay; absent where others use the machine as well. */
  readonly loopP99Ms?: number;
}

/** Linux only. */
export function sampleOf(pid: number, atS: number): Sample {
  return { atS, memoryMb: residentKiB(pid) / 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** Of the straight line that is nearest to the samples: its growth in ten minutes, as a share of their mean. NaN of fewer than two. */
export function slopeOf(samples: readonly Alive[]): number {
  const mean = (of: (sample: Alive) => number) => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const at = mean(({ atS }) => atS);
  const memory = mean(({ memoryMb }) => memoryMb);
  const together = mean(({ atS, memoryMb }) => (atS - at) * (memoryMb - memory));
  return ((together / mean(({ atS }) => (atS - at) ** 2)) * 600) / memory;
}

/** What is not as it should be. */
export function faultsOf({ name, samples, alive, loop }: Vitals, limits: VitalLimits): string[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return [`${name}: nothing is known of it`];
  const faults: string[] = [];
  const slope = slopeOf(alive);
  if (limits.slope !== undefined && !(slope <= limits.slope))
    faults.push(`${name}: what is alive grows by ${percent(slope)} in ten minutes, limit ${percent(limits.slope)}`);
  const growth = last.memoryMb - first.memoryMb;
  if (!(growth <= limits.growthMb))
    faults.push(`${name}: memory grew by ${Math.round(growth)} MB after the warm-up, limit ${limits.growthMb} MB`);
  const half = Math.ceil(samples.length / 2);
  const most = (some: readonly Sample[]) => Math.max(...some.map(({ descriptors }) => descriptors));
  const more = most(samples.slice(half)) - most(samples.slice(0, half));
  if (more > limits.descriptors) faults.push(`${name}: ${more} more descriptors in the second half, limit ${limits.descriptors}`);
  if (loop !== undefined && limits.loopP99Ms !== undefined && loop.p99Ms > limits.loopP99Ms)
    faults.push(`${name}: its event loop was late by ${loop.p99Ms.toFixed(0)} ms (p99), limit ${limits.loopP99Ms} ms`);
  return faults;
}

/** One row of the table. Without a slope where it would say nothing. */
export function rowOf({ name, samples, alive, loop }: Vitals, { slope }: VitalLimits): string {
  const [first, last] = [samples[0], samples.at(-1)];
  const mb = (sample: Alive | undefined) => (sample === undefined ? "" : `${Math.round(sample.memoryMb)} MB`);
  const cells = [
    name,
    mb(first),
    mb(last),
    slope === undefined ? "" : percent(slopeOf(samples)),
    mb(alive[0]),
    mb(alive.at(-1)),
    slope === undefined || alive.length < 2 ? "" : percent(slopeOf(alive)),
    `${first?.descriptors} … ${last?.descriptors}`,
    loop === undefined ? "" : `${loop.p99Ms.toFixed(1)} ms`,
    loop === undefined ? "" : `${loop.maxMs.toFixed(0)} ms`,
  ];
  return `| ${cells.join(" | ")} |`;
}

export const heading = [
  "| process | resident after the warm-up | in the end | slope in 10 min | alive | in the end | slope | descriptors | loop delay p99 | longest |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
].join("\n");

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
