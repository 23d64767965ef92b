/** Frees the log of what the store has, so that a full log refuses senders only over what is not stored yet. */
import { limits } from "@madang/contracts";
import type { SpaceTaken, StreamSpace } from "@madang/log";

export interface JanitorOptions {
  space: Pick<StreamSpace, "taken" | "firstSince" | "purgeBefore">;
  /** How far the stream is stored: beyond it nothing is ever purged, whatever was acknowledged. */
  stored: () => Promise<number>;
  /** Server time, ms. */
  now: () => number;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  report: (news: { kind: "purged"; before: number; fill: number } | { kind: "waits"; error: unknown }) => void;
  /** Younger records stay, in a log that is filling up and in one that is nearly full. */
  keeps?: { filling: number; full: number };
}

/** Until the signal aborts. */
export async function keepClean(options: JanitorOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clean(options).catch((error: unknown) => options.report({ kind: "waits", error }));
    await options.sleep(limits.janitorEveryMs, signal);
  }
}

/** One look. */
export async function clean({ space, stored, now, report, keeps = defaults }: JanitorOptions): Promise<void> {
  const taken = await space.taken();
  const keepsMs = keptFor(taken, keeps);
  if (keepsMs === undefined) return;
  const before = Math.min((await stored()) + 1, await space.firstSince(now() - keepsMs));
  if (before <= taken.firstSequence) return;
  await space.purgeBefore(before);
  report({ kind: "purged", before, fill: fillOf(taken) });
}

const defaults = { filling: limits.janitorKeepsMs, full: limits.janitorFullKeepsMs };

function keptFor(taken: SpaceTaken, keeps: { filling: number; full: number }): number | undefined {
  const fill = fillOf(taken);
  if (fill >= limits.janitorFullFill) return keeps.full;
  return fill >= limits.janitorFill ? keeps.filling : undefined;
}

const fillOf = ({ bytes, maxBytes }: SpaceTaken) => (maxBytes > 0 ? bytes / maxBytes : 0);
