/** `GET /api/rooms/{room}/replay?from=&to=`: a window of a replay, or all of it, as NDJSON, page by page as its reader takes it. */
import { pipeline } from "node:stream/promises";
import type { Bus } from "@madang/bus";
import { ReplayWindow, type RoomId } from "@madang/contracts";
import type { Request, RequestHandler } from "express";
import { fail } from "./api-failure.ts";
import { read, roomOf } from "./arguments.ts";
import type { Gateway } from "./gateway.ts";
import { replayPage } from "./replay.ts";

/** What is cut off has no end: the connection breaks, which every reader of HTTP tells from one. */
export function replayHandler(gateway: Pick<Gateway, "logger" | "traffic"> & { bus: Pick<Bus, "request"> }): RequestHandler<{
  room: string;
}> {
  const { bus, logger } = gateway;
  return async (request, response) => {
    try {
      const room = roomOf(request.params.room);
      const window = windowOf(request.query);
      // Before anything is said, so that a failure can still be.
      const first = await replayPage(bus, room, window);
      response.type("application/x-ndjson");
      await pipeline(pages(bus, { room, window, first }), response);
    } catch (error) {
      if (response.closed || (error as { code?: unknown }).code === "ERR_STREAM_PREMATURE_CLOSE") return;
      if (!response.headersSent) return fail(gateway, response, error);
      logger.error({ error, room: request.params.room }, "replay broken off");
      response.destroy();
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
function windowOf({ from, to }: Request["query"]): ReplayWindow {
  return read(ReplayWindow, {
    ...(from === undefined ? {} : { from: milliseconds(from) }),
    ...(to === undefined ? {} : { to: milliseconds(to) }),
  });
}

const milliseconds = (text: unknown) => (typeof text === "string" && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN);
