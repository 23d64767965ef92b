/** `GET /api/rooms/{room}/replay?from=&to=`: a window of a replay, or all of it, as NDJSON, page by page as its reader takes it. */
import { pipeline } from "node:stream/promises";
import type { Bus } from "@madang/bus";
import { ErrorCode, type ProtocolError, ReplayWindow, RoomId, withDetail } from "@madang/contracts";
import type { Logger } from "@madang/runtime";
import type { Request, RequestHandler } from "express";
import { ReplyError, toReply } from "./reply-error.ts";
import { replayPage } from "./rpc-replay.ts";

/** What is cut off has no end: the connection breaks, which every reader of HTTP tells from one. */
export function replayHandler({ bus, logger }: { bus: Pick<Bus, "request">; logger: Logger }): RequestHandler<{ room: string }> {
  return async (request, response) => {
    try {
      const { room, window } = read(request);
      // Before anything is said, so that a failure can still be.
      const first = await replayPage(bus, room, window);
      response.type("application/x-ndjson");
      await pipeline(pages(bus, { room, window, first }), response);
    } catch (error) {
      if (response.closed || (error as { code?: unknown }).code === "ERR_STREAM_PREMATURE_CLOSE") return;
      const reply = toReply(error);
      if (reply === undefined || response.headersSent) logger.error({ error, room: request.params.room }, "replay broken off");
      if (response.headersSent) response.destroy();
      else response.status(statusOf(reply)).json({ error: reply ?? ErrorCode.internal });
    }
  };
}

async function* pages(
  bus: Pick<Bus, "request">,
  { room, window, first }: { room: RoomId; window: ReplayWindow; first: Awaited<ReturnType<typeof replayPage>> },
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let page = first; ; page = await replayPage(bus, room, { ...window, after: page.next })) {
    // An empty chunk would end some streams.
    if (page.ndjson.length > 0) yield page.ndjson;
    if (page.next === undefined) return;
  }
}

/** @throws ReplyError */
function read({ params, query }: Request<{ room: string }>): { room: RoomId; window: ReplayWindow } {
  const room = RoomId.safeParse(params.room);
  if (!room.success) throw new ReplyError(withDetail(ErrorCode.badRequest, "no such room can exist"));
  const { from, to } = query;
  const window = ReplayWindow.safeParse({
    ...(from === undefined ? {} : { from: milliseconds(from) }),
    ...(to === undefined ? {} : { to: milliseconds(to) }),
  });
  if (window.success) return { room: room.data, window: window.data };
  throw new ReplyError(withDetail(ErrorCode.badRequest, "from and to are ms from the room's start"));
}

const milliseconds = (text: unknown) => (typeof text === "string" && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN);

function statusOf(reply: ProtocolError | undefined): number {
  if (reply === undefined) return 500;
  return reply.temporary ? 503 : 400;
}
