/** Pages of a room's past, as it reads now. Offsets are gapless, so a page is found by counting; what is not for its reader is left out. */
import { cutPage, ErrorCode, type Line, limits, type RoomId, type Speaker, type wire } from "@madang/contracts";
import { partFor } from "./delivery.ts";
import type { Gateway } from "./gateway.ts";
import { HistoryUnavailable } from "./past.ts";
import { ReplyError } from "./reply-error.ts";
import { standing } from "./room-now.ts";
import type { Recipient } from "./room-view.ts";

export interface History {
  readonly lines: readonly Line[];
  readonly result: Omit<wire.Results["history"], "publications">;
}

type Sources = Pick<Gateway, "hub" | "log" | "past" | "cards" | "blocks" | "now">;
type Request = Omit<wire.HistoryRequest, "channel">;

/**
 * In the order asked for. A page is cut at 1,000 lines or 256 KiB; go on from its last line. Without a reader all lines are in it, as for
 * the site's own server.
 *
 * @throws ReplyError: 112, or the reader is banned
 * @throws HistoryUnavailable
 */
export async function readHistory(sources: Sources, room: RoomId, request: Request, reader?: Speaker): Promise<History> {
  if (reader === undefined) return read(sources, room, request, undefined);
  const list = sources.blocks.hold(reader.user);
  try {
    await list.loaded.catch((cause: unknown) => {
      throw new HistoryUnavailable("whom the reader blocks cannot be read", { cause });
    });
    return await read(sources, room, request, { user: reader.user, role: reader.role, blocked: list.users });
  } finally {
    list.release();
  }
}

async function read(sources: Sources, room: RoomId, request: Request, reader: Recipient | undefined): Promise<History> {
  const { epoch, offset, view } = await standing(sources, room);
  if (reader !== undefined && view.isBanned(reader.user, sources.now())) throw new ReplyError(ErrorCode.banned);
  const { since, reverse = false, limit = 0 } = request;
  if (since?.epoch !== undefined && since.epoch !== "" && since.epoch !== epoch)
    throw new ReplyError(ErrorCode.unrecoverablePosition);
  const most = limit < 0 ? limits.historyLines : Math.min(limit, limits.historyLines);
  const result = { offset, epoch };
  const found: Line[] = [];
  const until = performance.now() + limits.historyRequestMs;
  let bytes = 0;
  let seen = 0;
  let range = rangeOf({ head: offset, since: since?.offset, reverse, limit: most });
  // In a flood most lines are for nobody here: one page of what is stored is looked through, and more only while nothing was found in it.
  while (range !== undefined && found.length < most && (seen < limits.historyLines || found.length === 0)) {
    if (performance.now() > until) throw new HistoryUnavailable("nothing for this reader was found in time");
    const page = await linesOf(sources, room, { ...range, reverse });
    const own = (reader === undefined ? page : partFor(reader, page, view).lines).map((line) => view.read(line));
    for (const line of reverse ? own.toReversed() : own) {
      bytes += line.line.length;
      if (found.length === most || (bytes > limits.historyBytes && found.length > 0)) return { lines: found, result };
      found.push(line);
    }
    seen += page.length;
    const last = reverse ? page[0] : page.at(-1);
    // With nothing left out it is a page as it is, be it short.
    if (last === undefined || page.length === own.length) break;
    const rest = seen < limits.historyLines ? limits.historyLines - seen : limits.historyLines;
    range = rangeOf({ head: offset, since: last.offset, reverse, limit: rest });
  }
  return { lines: found, result };
}

/** The lines of a range, or as many of them as come at once. @throws ReplyError 112 | HistoryUnavailable */
async function linesOf(
  { hub, past }: Sources,
  room: RoomId,
  { from, to, reverse }: { from: number; to: number; reverse: boolean },
): Promise<readonly Line[]> {
  const feed = hub.get(room);
  const recent = feed?.live ? feed.recent(from, to) : undefined;
  const lines = cut(recent, { reverse }) ?? (await past.page({ room, from, to, reverse, maxBytes: limits.historyBytes }));
  if (lines === "lost") throw new ReplyError(ErrorCode.unrecoverablePosition);
  return lines;
}

/** A page of what is here: as of what is read from the past, no more than a page holds. */
function cut(lines: readonly Line[] | undefined, { reverse }: { reverse: boolean }): readonly Line[] | undefined {
  const [first] = lines ?? [];
  if (lines === undefined || first === undefined) return lines;
  return cutPage({ from: first.offset, lines }, { maxBytes: limits.historyBytes, reverse }).lines;
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
