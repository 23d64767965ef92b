/** What a returning client has missed. */
import { type Line, limits, type Position } from "@madang/contracts";
import type { Feed } from "./feed.ts";

/**
 * Every line after a position up to the feed's own, which holds when this resolves: no turn passes in between. Undefined: the position
 * is of another life of the log, lies ahead of it, or too much has happened since.
 *
 * @throws HistoryUnavailable
 */
export async function recover(feed: Feed, from: Position): Promise<readonly Line[] | undefined> {
  // From the very beginning needs no epoch: nobody can have seen another.
  const sameEpoch = () => from.epoch === feed.position.epoch || (from.epoch === "" && from.offset === 0);
  // A client ahead of this gateway has seen what is still on its way here, or waits here to be given out.
  if (sameEpoch() && from.offset > feed.head.offset) await feed.recheck();
  if (sameEpoch() && from.offset > feed.position.offset) await feed.flushed();
  const missed = () => feed.recent(from.offset + 1, feed.position.offset);
  const recoverable = () => {
    const behind = feed.position.offset - from.offset;
    return sameEpoch() && behind >= 0 && behind <= limits.recoveryLines;
  };
  if (recoverable() && missed() === undefined) await feed.recall();
  const lines = recoverable() ? missed() : undefined;
  return lines === undefined || bytesOf(lines) > limits.recoveryBytes ? undefined : lines;
}

function bytesOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { line }) => sum + line.length, 0);
}
