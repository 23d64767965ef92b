/** Questions about a room's past. Offsets are gapless, so every page is a range of them. */
import { z } from "zod";
import { joinLines } from "./batch.ts";
import type { EventType, Lane, Line } from "./events.ts";
import { type Author, RoomId } from "./ids.ts";

/**
 * The lines `from` … `to` (both included). A page holds as many as fit `maxBytes`, counted from `from` upwards, or from `to`
 * downwards when `reverse`; at least one.
 */
export const HistoryQuery = z.object({
  v: z.literal(1),
  room: RoomId,
  from: z.int().min(1),
  to: z.int().min(1),
  reverse: z.boolean(),
  maxBytes: z.int().min(1),
  /** Of the last event that the asker knows to have brought something back: lines read as after it. */
  restoredAt: z.int().min(1).exactOptional(),
});
export type HistoryQuery = z.infer<typeof HistoryQuery>;

/** Consecutive lines in rising order; `from` is the offset of the first. */
export interface HistoryPage {
  readonly from: number;
  readonly lines: readonly Line[];
}

/** Part of the asked range is in no place that can be read now, or ever. */
export type HistoryReply = { ok: true; page: HistoryPage } | { ok: false; reason: "unavailable" | "lost" };

/** Where does the store stand with a room? `head` is absent for a room that it does not know. */
export const StoreHeadQuery = z.object({ v: z.literal(1), room: RoomId });
export type StoreHeadQuery = z.infer<typeof StoreHeadQuery>;
export const StoreHeadReply = z.object({
  v: z.literal(1),
  head: z.object({ offset: z.int(), epoch: z.string() }).exactOptional(),
});
export type StoreHeadReply = z.infer<typeof StoreHeadReply>;

interface HistoryHeader {
  v: 1;
  from?: number;
  count?: number;
  reason?: "unavailable" | "lost";
  /** Of each line, in their order; a former version has none. */
  entries?: readonly Mark[];
}

/** Whom a line is for, and what it is. No lane: `all`. */
interface Mark {
  type: EventType;
  author: Author;
  lane?: Lane;
  mentions?: readonly string[];
}

export function encodeHistoryReply(reply: HistoryReply): Uint8Array {
  if (!reply.ok) return joinLines([Buffer.from(JSON.stringify({ v: 1, reason: reply.reason } satisfies HistoryHeader))]);
  const { from, lines } = reply.page;
  const header: HistoryHeader = { v: 1, from, count: lines.length, entries: lines.map(markOf) };
  return joinLines([Buffer.from(JSON.stringify(header)), ...lines.map(({ line }) => line)]);
}

export function decodeHistoryReply(bytes: Uint8Array): HistoryReply {
  const [first, ...lines] = splitLines(bytes);
  const header: Partial<HistoryHeader> | null = JSON.parse(Buffer.from(first ?? []).toString("utf8"));
  if (header?.v !== 1) throw new Error(`history reply of version ${JSON.stringify(header?.v)}`);
  const { reason, from, count, entries = [] } = header;
  if (reason === "unavailable" || reason === "lost") return { ok: false, reason };
  const isWhole = Number.isSafeInteger(from) && count === lines.length && Array.isArray(entries);
  if (reason !== undefined || from === undefined || !isWhole) throw new Error("history reply does not match its header");
  const marked = lines.map((line, index): Line => {
    const { type, author, lane = "all", mentions = [] }: Mark = entries[index] ?? { type: "posted", author: "" };
    return { offset: from + index, line, type, author, lane, mentions };
  });
  return { ok: true, page: { from, lines: marked } };
}

function markOf({ type, author, lane, mentions }: Line): Mark {
  return { type, author, ...(lane === "all" ? {} : { lane }), ...(mentions.length === 0 ? {} : { mentions }) };
}

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines: Uint8Array[] = [];
  for (let start = 0; start < buffer.length; ) {
    const end = buffer.indexOf(0x0a, start);
    lines.push(buffer.subarray(start, end < 0 ? buffer.length : end));
    start = end < 0 ? buffer.length : end + 1;
  }
  return lines;
}

/** Cuts a range of lines to `maxBytes`, from its front, or from its back when `reverse`; one line always stays. */
export function cutPage(page: HistoryPage, { maxBytes, reverse }: { maxBytes: number; reverse: boolean }): HistoryPage {
  const { from, lines } = page;
  let bytes = 0;
  let kept = 0;
  while (kept < lines.length) {
    bytes += lines[reverse ? lines.length - 1 - kept : kept]?.line.length ?? 0;
    if (bytes > maxBytes && kept > 0) break;
    kept++;
  }
  return reverse
    ? { from: from + lines.length - kept, lines: lines.slice(lines.length - kept) }
    : { from, lines: lines.slice(0, kept) };
}
