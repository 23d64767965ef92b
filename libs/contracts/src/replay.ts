/**
 * What a room's audience saw, once more, by the time since its start: comments as they read now, what was pinned, gifts, and hearts.
 * What was taken away, held or shadowed is not in it.
 */
import { z } from "zod";
import { joinLines } from "./batch.ts";
import { RoomId } from "./ids.ts";
import { limits } from "./limits.ts";

/** Where a page ended: the last offset and the last second (since 1970) that were looked at. */
export const ReplayPlace = z.object({ offset: z.int().min(0), second: z.int() });
export type ReplayPlace = z.infer<typeof ReplayPlace>;

/**
 * A window of a replay, in ms from the room's start: when it was opened first, else its first event. `from` is in it, `to` is not; without
 * `to` it goes on to the end. Windows that meet in time have every line once between them.
 */
export const ReplayWindow = z.object({
  from: z.int().min(0).default(0),
  to: z.int().min(0).exactOptional(),
  /** As the page before said. */
  after: ReplayPlace.exactOptional(),
});
export type ReplayWindow = z.infer<typeof ReplayWindow>;

/** The arguments of `rpc replay`. */
export const ReplayArguments = z.object({ channel: RoomId, ...ReplayWindow.shape });
export type ReplayArguments = z.infer<typeof ReplayArguments>;

/** On `store.replay`. A page ends after `limit` entries or `maxBytes`, or where much was passed over: then it may even be empty. */
export const ReplayQuery = z.object({
  v: z.literal(1),
  room: RoomId,
  ...ReplayWindow.shape,
  limit: z.int().min(1).max(limits.replayEntries),
  maxBytes: z.int().min(1).max(limits.historyBytes),
});
export type ReplayQuery = z.infer<typeof ReplayQuery>;

/**
 * Each entry is the JSON that clients get: `{at, publication}` of a comment, of its being `pinned` or `unpinned`, or of a gift;
 * `{at, hearts, peak?}`: totals by the end of a second in which one of them grew. A window that does not begin at 0 has one before all
 * others: `{at, hearts, pins, gifts}`, how it stands there. Without `next` nothing follows.
 */
export type ReplayReply =
  | { ok: true; entries: readonly Uint8Array[]; next: ReplayPlace | undefined }
  | { ok: false; reason: "unavailable" };

interface ReplayHeader {
  v: 1;
  reason?: "unavailable";
  next?: ReplayPlace;
}

export function encodeReplayReply(reply: ReplayReply): Uint8Array {
  if (!reply.ok) return joinLines([json({ v: 1, reason: reply.reason })]);
  return joinLines([json({ v: 1, ...(reply.next === undefined ? {} : { next: reply.next }) }), ...reply.entries]);
}

/** The entries stay as they travelled: each ended by a newline, in one piece, ready to be sent on. */
export function decodeReplayReply(
  bytes: Uint8Array,
): { ok: true; ndjson: Uint8Array; next: ReplayPlace | undefined } | { ok: false; reason: "unavailable" } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = buffer.indexOf(0x0a);
  const header: Partial<ReplayHeader> | null = JSON.parse(buffer.toString("utf8", 0, Math.max(0, end)));
  if (header?.v !== 1) throw new Error(`replay of version ${JSON.stringify(header?.v)}`);
  if (header.reason === "unavailable") return { ok: false, reason: header.reason };
  const next = ReplayPlace.optional().safeParse(header.next);
  if (header.reason !== undefined || !next.success) throw new Error("replay with a header that this version does not read");
  return { ok: true, ndjson: buffer.subarray(end + 1), next: next.data };
}

const json = (header: ReplayHeader) => Buffer.from(JSON.stringify(header));
