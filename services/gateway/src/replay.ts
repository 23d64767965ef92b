/** A window of a room's replay, for a player: `rpc replay {channel, from?, to?, after?}`. */
import type { Bus } from "@madang/bus";
import {
  decodeReplayReply,
  encodeJson,
  limits,
  ReplayArguments,
  type ReplayPlace,
  type ReplayQuery,
  type ReplayWindow,
  type RoomId,
  subjects,
} from "@madang/contracts";
import { read } from "./arguments.ts";
import { HistoryUnavailable } from "./past.ts";

/** The entries of one page, each ended by a newline, and where to go on. @throws HistoryUnavailable */
export async function replayPage(
  bus: Pick<Bus, "request">,
  room: RoomId,
  window: ReplayWindow,
): Promise<{ ndjson: Uint8Array; next: ReplayPlace | undefined }> {
  const query: ReplayQuery = { v: 1, room, ...window, limit: limits.replayEntries, maxBytes: limits.historyBytes };
  const reply = await bus
    .request(subjects.storeReplay, encodeJson(query), { timeoutMs: limits.historyRequestMs })
    .then(decodeReplayReply)
    .catch((cause: unknown) => {
      throw new HistoryUnavailable("persistence does not answer", { cause });
    });
  if (!reply.ok) throw new HistoryUnavailable("the store is away");
  return reply;
}

/** `{entries, next?}`; with `next` as `after` the same window goes on. Who may read the room is asked before. @throws ReplyError | HistoryUnavailable */
export async function replay({ bus }: { bus: Pick<Bus, "request"> }, data: unknown): Promise<object> {
  const { channel, ...window } = read(ReplayArguments, data);
  const { ndjson, next } = await replayPage(bus, channel, window);
  const lines = Buffer.from(ndjson).toString("utf8").split("\n").slice(0, -1);
  return { entries: lines.map((line) => JSON.parse(line)), ...(next === undefined ? {} : { next }) };
}
