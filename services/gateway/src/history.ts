/** Pages of a room's past. Offsets are gapless, so a page is found by counting. */
import { ErrorCode, limits, type RoomId, type wire } from "@madang/contracts";
import type { Gateway } from "./gateway.ts";
import { ReplyError } from "./reply-error.ts";

export interface History {
  readonly lines: readonly Uint8Array[];
  readonly offset: number;
  readonly epoch: string;
}

/** In the order asked for. A page is cut at 1,000 lines or 256 KiB; go on from its last line. @throws ReplyError */
export async function readHistory(
  gateway: Gateway,
  room: RoomId,
  request: Omit<wire.HistoryRequest, "channel">,
): Promise<History> {
  const feed = gateway.hub.get(room);
  const position = feed?.live
    ? feed.position
    : await gateway.log.position(room).catch((cause: unknown) => {
        throw new ReplyError(ErrorCode.historyUnavailable, { cause });
      });
  const { since, reverse = false, limit = 0 } = request;
  const { epoch, offset } = position;
  if (since?.epoch !== undefined && since.epoch !== "" && since.epoch !== epoch)
    throw new ReplyError(ErrorCode.unrecoverablePosition);
  const range = rangeOf({
    head: offset,
    since: since?.offset,
    reverse,
    limit: limit < 0 ? limits.historyLines : Math.min(limit, limits.historyLines),
  });
  if (range === undefined) return { lines: [], offset, epoch };
  const recent = feed?.live ? feed.ring.slice(range.from, range.to) : undefined;
  const lines =
    recent?.map(({ line }) => line) ??
    (await gateway.past.page({ room, ...range, reverse, maxBytes: limits.historyBytes })).lines;
  return { lines: reverse ? lines.toReversed() : lines, offset, epoch };
}

/** Forwards: what follows `since`, or the beginning. In reverse: what comes before `since`, or the end. */
export function rangeOf(asked: {
  head: number;
  since: number | undefined;
  reverse: boolean;
  limit: number;
}): { from: number; to: number } | undefined {
  const { head, since, reverse, limit } = asked;
  const from = reverse ? Math.max(1, Math.min(head, (since ?? head + 1) - 1) - limit + 1) : (since ?? 0) + 1;
  const to = reverse ? Math.min(head, (since ?? head + 1) - 1) : Math.min(head, from + limit - 1);
  return limit <= 0 || to < from ? undefined : { from, to };
}
