/**
 * One JetStream message is one batch: an index line, then one line per event or note. Each event's line is the very JSON of the
 * publication that clients get, so that it is encoded once, in the room, and wrapped without parsing in every gateway.
 */
import type { EventType, Lane, Line, NoteType, Publication } from "./events.ts";
import type { Author, Epoch } from "./ids.ts";

/** One numbered line. `author` is `""` for the server itself. */
export interface EventEntry extends Line {
  readonly kind: "event";
}

/** A line without offset. */
export interface NoteEntry {
  readonly kind: "note";
  readonly type: NoteType;
  readonly line: Uint8Array;
}

export interface Batch {
  /** The client epoch that the offsets belong to. */
  readonly epoch: Epoch;
  /** The offset of the room's last event once this batch is in: known even from a batch of notes. */
  readonly head: number;
  /** Server time of the commit, ms. */
  readonly time: number;
  readonly entries: readonly (EventEntry | NoteEntry)[];
}

/** What a line says. */
export function publicationOf({ line }: Pick<Line, "line">): Publication {
  return JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.length).toString("utf8"));
}

/** The bytes are no batch that this version reads. */
export class MalformedBatch extends Error {
  override readonly name = "MalformedBatch";
}

/** The header of a batch that names the traces of the commands in it, few of them followed: W3C `traceparent`s with commas, at most 8. */
export const batchTraces = "Madang-Traces";

const version = 1;

interface IndexLine {
  v: number;
  epoch: Epoch;
  head: number;
  time: number;
  entries: IndexEntry[];
}

/** `bytes` is the length of the entry's line without its newline. No offset: a note. No lane: `all`. */
interface IndexEntry {
  bytes: number;
  offset?: number;
  type: string;
  author?: string;
  lane?: string;
  mentions?: readonly string[];
}

export function encodeBatch(batch: Batch): Uint8Array {
  const index: IndexLine = { v: version, epoch: batch.epoch, head: batch.head, time: batch.time, entries: [] };
  for (const entry of batch.entries) {
    if (entry.kind === "note") {
      index.entries.push({ bytes: entry.line.length, type: entry.type });
      continue;
    }
    index.entries.push({
      bytes: entry.line.length,
      offset: entry.offset,
      type: entry.type,
      author: entry.author,
      ...(entry.lane === "all" ? {} : { lane: entry.lane }),
      ...(entry.mentions.length === 0 ? {} : { mentions: entry.mentions }),
    });
  }
  return joinLines([Buffer.from(JSON.stringify(index)), ...batch.entries.map((entry) => entry.line)]);
}

/** @throws MalformedBatch for bytes of another version, or whose index and lines disagree. */
export function decodeBatch(bytes: Uint8Array): Batch {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = buffer.indexOf(0x0a);
  if (end < 0) throw new MalformedBatch("no index line");
  const index = parseIndex(buffer.toString("utf8", 0, end));
  const entries: (EventEntry | NoteEntry)[] = [];
  let start = end + 1;
  let offset: number | undefined;
  for (const entry of index.entries) {
    const line = buffer.subarray(start, start + entry.bytes);
    if (line.length !== entry.bytes || buffer[start + entry.bytes] !== 0x0a)
      throw new MalformedBatch("lines do not match the index");
    start += entry.bytes + 1;
    if (entry.offset === undefined) {
      entries.push({ kind: "note", type: entry.type as NoteType, line });
      continue;
    }
    if (offset !== undefined && entry.offset !== offset + 1) throw new MalformedBatch("offsets are not consecutive");
    offset = entry.offset;
    entries.push({
      kind: "event",
      offset,
      type: entry.type as EventType,
      author: (entry.author ?? "") as Author,
      lane: (entry.lane ?? "all") as Lane,
      mentions: entry.mentions ?? [],
      line,
    });
  }
  if (start !== buffer.length) throw new MalformedBatch("bytes after the last line");
  return { epoch: index.epoch, head: index.head, time: index.time, entries };
}

function parseIndex(text: string): IndexLine {
  let index: IndexLine;
  try {
    index = JSON.parse(text);
  } catch (cause) {
    throw new MalformedBatch("the index is not JSON", { cause });
  }
  if (index?.v !== version) throw new MalformedBatch(`version ${JSON.stringify(index?.v)} is not ${version}`);
  if (typeof index.epoch !== "string" || !Number.isSafeInteger(index.head) || !Array.isArray(index.entries)) {
    throw new MalformedBatch("the index lacks a field");
  }
  if (typeof index.time !== "number" || !index.entries.every(isIndexEntry))
    throw new MalformedBatch("the index has a field of the wrong type");
  return index;
}

/** By hand, since every gateway reads every batch. */
function isIndexEntry(entry: unknown): entry is IndexEntry {
  if (typeof entry !== "object" || entry === null) return false;
  const { bytes, offset, type, author, lane, mentions } = entry as { [field in keyof IndexEntry]: unknown };
  return (
    Number.isSafeInteger(bytes) &&
    (offset === undefined || Number.isSafeInteger(offset)) &&
    typeof type === "string" &&
    (author === undefined || typeof author === "string") &&
    (lane === undefined || typeof lane === "string") &&
    (mentions === undefined || (Array.isArray(mentions) && mentions.every((user) => typeof user === "string")))
  );
}

/** An event's entry, whose line is the JSON of the publication itself. */
export function eventEntry(
  event: Publication,
  { lane = "all", mentions = [] }: Partial<Pick<Line, "lane" | "mentions">> = {},
): EventEntry {
  const { offset, info, tags } = event;
  return {
    kind: "event",
    offset,
    type: tags.type,
    author: info?.user ?? "",
    lane,
    mentions,
    line: Buffer.from(JSON.stringify(event)),
  };
}

/** The numbered entries of a batch. */
export function eventsOf(batch: Pick<Batch, "entries">): EventEntry[] {
  return batch.entries.filter((entry) => entry.kind === "event");
}

/** Lines, each ended by a newline, in one buffer. */
export function joinLines(lines: readonly Uint8Array[]): Uint8Array {
  const joined = Buffer.allocUnsafe(lines.reduce((sum, line) => sum + line.length + 1, 0));
  let at = 0;
  for (const line of lines) {
    joined.set(line, at);
    at += line.length;
    joined[at++] = 0x0a;
  }
  return joined;
}
