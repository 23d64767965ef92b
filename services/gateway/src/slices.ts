/** Sends many away bit by bit: who goes at once comes back at once, and whoever takes them in has to bear it. */
import { limits } from "@madang/contracts";
import { pause } from "@madang/runtime";

export interface SlicesOptions {
  /** Over how long they are spread, ms. Few are done sooner: no slice is smaller than `limits.closeSliceAtLeast`. */
  overMs: number;
  /** Ends it early: those who were not sent away yet stay. */
  signal?: AbortSignal | undefined;
  sleep?: (ms: number) => Promise<void>;
}

/** Resolves right after the last slice. */
export async function inSlices<T>(
  all: readonly T[],
  { overMs, signal, sleep = pause }: SlicesOptions,
  sendAway: (one: T) => void,
): Promise<void> {
  const slices = Math.max(1, Math.floor(overMs / limits.closeSliceMs));
  const size = Math.max(limits.closeSliceAtLeast, Math.ceil(all.length / slices));
  for (let from = 0; from < all.length; from += size) {
    if (from > 0) await sleep(limits.closeSliceMs);
    if (signal?.aborted) return;
    for (const one of all.slice(from, from + size)) sendAway(one);
  }
}
