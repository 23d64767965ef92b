/** Pages of a room's past. Offsets are gapless, so a page is found by counting. */
import { cutPage, ErrorCode, type Line, limits, type RoomId, type wire } from "@madang/contracts";
import type { Gateway } from "./gateway.ts";
import { HistoryUnavailable } from "./past.ts";
import { ReplyError } from "./reply-error.ts";

export interface History {
  readonly lines: readonly Line[];
  readonly result: Omit<wire.Results["history"], "publications">;
}

/** In the order asked for. A page is cut at 1,000 lines or 256 KiB; go on from its last line. @throws ReplyError 112 | HistoryUnavailable */
export async function readHistory(
  { hub, log, past }: Pick<Gateway, "hub" | "log" | "past">,
  room: RoomId,
  request: Omit<wire.HistoryRequest, "channel">,
): Promise<History> {
  const feed = hub.get(room);
  const { epoch, offset } = feed?.live ? feed.head : await log.position(room).catch(unavailable);
  const { since, reverse = false, limit = 0 } = request;
  if (since?.epoch !== undefined && since.epoch !== "" && since.epoch !== epoch)
    throw new ReplyError(ErrorCode.unrecoverablePosition);
  const most = limit < 0 ? limits.historyLines : Math.min(limit, limits.historyLines);
  const range = rangeOf({ head: offset, since: since?.offset, reverse, limit: most });
  const result = { offset, epoch };
  if (range === undefined) return { lines: [], result };
  const recent = feed?.live ? feed.recent(range.from, range.to) : undefined;
  const lines = cut(recent, { reverse }) ?? (await past.page({ room, ...range, reverse, maxBytes: limits.historyBytes }));
  if (lines === "lost") throw new ReplyError(ErrorCode.unrecoverablePosition);
  return { lines: reverse ? lines.toReversed() : lines, result };
}

/** A page of what is here: as of what is read from the past, no more than a page holds. */
function cut(lines: readonly Line[] | undefined, { reverse }: { reverse: boolean }): readonly Line[] | undefined {
  const [first] = lines ?? [];
  if (lines === undefined || first === undefined) return lines;
  return cutPage({ from: first.offset, lines }, { maxBytes: limits.historyBytes, reverse }).lines;
}

function unavailable(cause: unknown): never {
  throw new HistoryUnavailable("the room's position cannot be read", { cause });
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
