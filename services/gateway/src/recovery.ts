/** What a returning client has missed. */
import { type Line, limits, type Position } from "@madang/contracts";
import { type Part, partFor } from "./delivery.ts";
import type { Feed } from "./feed.ts";
import type { Recipient } from "./room-view.ts";

/** Brings here what the client may have missed, as far as it can be recovered. @throws HistoryUnavailable */
export async function prepareRecovery(feed: Feed, from: Position): Promise<void> {
  // A client ahead of this gateway has seen what is still on its way here, or waits here to be given out.
  if (isSameEpoch(feed, from) && from.offset > feed.head.offset) await feed.recheck();
  if (isSameEpoch(feed, from) && from.offset > feed.position.offset) await feed.flush();
  if (isRecoverable(feed, from) && missed(feed, from) === undefined) await feed.recall();
}

/**
 * Of every line after a position up to the feed's own, of this very turn, what is for this reader: whoever joins the feed in it misses
 * nothing. Undefined: the position is of another life of the log, lies ahead of it, or too much has happened since.
 */
export function recovered(feed: Feed, from: Position, reader: Recipient): Part | undefined {
  const lines = isRecoverable(feed, from) ? missed(feed, from) : undefined;
  if (lines === undefined) return undefined;
  const part = partFor(reader, lines, feed.view);
  return bytesOf(part.lines) > limits.recoveryBytes ? undefined : part;
}

function missed(feed: Feed, from: Position): readonly Line[] | undefined {
  return feed.recent(from.offset + 1, feed.position.offset);
}

function isRecoverable(feed: Feed, from: Position): boolean {
  const behind = feed.position.offset - from.offset;
  return isSameEpoch(feed, from) && behind >= 0 && behind <= limits.recoveryLines;
}

/** From the very beginning needs no epoch: nobody can have seen another. */
function isSameEpoch(feed: Feed, { epoch, offset }: Position): boolean {
  return epoch === feed.position.epoch || (epoch === "" && offset === 0);
}

function bytesOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { line }) => sum + line.length, 0);
}
