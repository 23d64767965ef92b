/** Frees the log of what the store has, so that a full log refuses senders only over what is not stored yet. */
import { limits } from "@madang/contracts";
import type { SpaceTaken, StreamSpace } from "@madang/log";
import { Waiting, type WaitNews } from "./waiting.ts";

export interface JanitorOptions {
  space: Pick<StreamSpace, "taken" | "firstSince" | "purgeBefore">;
  /** How far the stream is stored: beyond it nothing is ever purged, whatever was acknowledged. */
  stored: () => Promise<number>;
  /** Server time, ms. */
  now: () => number;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  report: (news: { kind: "purged"; before: number; fill: number } | WaitNews) => void;
  /** Younger records stay, in a log that is filling up and in one that is nearly full. */
  keeps?: { filling: number; full: number };
}

/** Until the signal aborts. */
export async function keepClean(options: JanitorOptions, signal: AbortSignal): Promise<void> {
  const waiting = new Waiting(options.report);
  while (!signal.aborted) {
    let restMs: number = limits.janitorEveryMs;
    try {
      restMs = await clean(options);
      waiting.well();
    } catch (error) {
      waiting.failed(error);
    }
    await options.sleep(restMs, signal);
  }
}

/** One look. Answers when the next one is due, in ms. */
export async function clean({ space, stored, now, report, keeps = defaults }: JanitorOptions): Promise<number> {
  const taken = await space.taken();
  const keepsMs = keptFor(taken, keeps);
  if (keepsMs === undefined) return restOf(taken);
  const before = Math.min((await stored()) + 1, await space.firstSince(now() - keepsMs));
  if (before > taken.firstSequence) {
    await space.purgeBefore(before);
    report({ kind: "purged", before, fill: fillOf(taken) });
  }
  return limits.janitorEveryMs;
}

/** What a stream grows by in a ms, at the 5,000 comments/s of 500 bytes that `limits.janitorEveryMs` counts with. */
const growthBytes = 2_500;
const longestRestMs = 30_000;

/** A log with room to spare is left alone for half the time in which it could begin to be full. */
function restOf({ bytes, maxBytes }: SpaceTaken): number {
  const spare = maxBytes > 0 ? maxBytes * limits.janitorFill - bytes : Number.POSITIVE_INFINITY;
  return Math.max(limits.janitorEveryMs, Math.min(longestRestMs, spare / growthBytes / 2));
}

const defaults = { filling: limits.janitorKeepsMs, full: limits.janitorFullKeepsMs };

function keptFor(taken: SpaceTaken, keeps: { filling: number; full: number }): number | undefined {
  const fill = fillOf(taken);
  if (fill >= limits.janitorFullFill) return keeps.full;
  return fill >= limits.janitorFill ? keeps.filling : undefined;
}

const fillOf = ({ bytes, maxBytes }: SpaceTaken) => (maxBytes > 0 ? bytes / maxBytes : 0);
