/** What a returning client has missed. */
import { type Line, limits, type Position } from "@madang/contracts";
import type { Feed } from "./feed.ts";
import type { Past } from "./past.ts";

/**
 * Every line after a position up to the feed's own, which holds when this resolves: no turn passes in between. Undefined: the position
 * is of another life of the log, lies ahead of it, or too much has happened since.
 *
 * @throws HistoryUnavailable
 */
export async function recover({
  feed,
  past,
  from,
}: {
  feed: Feed;
  past: Pick<Past, "page">;
  from: Position;
}): Promise<readonly Line[] | undefined> {
  // From the very beginning needs no epoch: nobody can have seen another.
  const sameEpoch = () => from.epoch === feed.position.epoch || (from.epoch === "" && from.offset === 0);
  // A client ahead of this gateway has seen what is still on its way here.
  if (sameEpoch() && from.offset > feed.position.offset) await feed.recheck();
  const fetched: Line[] = [];
  for (;;) {
    const next = from.offset + fetched.length + 1;
    const head = feed.position.offset;
    if (!sameEpoch() || from.offset > head || head - from.offset > limits.recoveryLines) return undefined;
    const recent = feed.recent(next, head);
    if (recent !== undefined) {
      const lines = [...fetched, ...recent];
      return bytesOf(lines) > limits.recoveryBytes ? undefined : lines;
    }
    const to = feed.oldest === undefined ? head : Math.max(next, feed.oldest - 1);
    const lines = await past.page({ room: feed.room, from: next, to, reverse: false, maxBytes: limits.recoveryBytes });
    if (lines === "lost") return undefined;
    fetched.push(...lines);
    if (bytesOf(fetched) > limits.recoveryBytes) return undefined;
  }
}

function bytesOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { line }) => sum + line.length, 0);
}
