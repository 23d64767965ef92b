/** From records of the log to rows of the store, and what is wrong with those that cannot be. Pure. */
import {
  type Batch,
  decodeBatch,
  type EventEntry,
  type EventType,
  eventsOf,
  HeartKind,
  type Lane,
  RoomId,
} from "@madang/contracts";
import type { StoredRecord } from "@madang/log";
import { z } from "zod";
import { peakKind, type StoredEvent, type StoredTotal } from "./store/message-store.ts";

/** A record of which not even the offsets can be trusted. */
export class UnreadableRecord extends Error {
  override readonly name = "UnreadableRecord";
}

/** One line that is not what its index says. */
export class UnreadableLine extends Error {
  override readonly name = "UnreadableLine";
}

/** @throws UnreadableRecord */
export function readBatch({ room, body }: Pick<StoredRecord, "room" | "body">): { batch: Batch; events: EventEntry[] } {
  if (!RoomId.safeParse(room).success) throw new UnreadableRecord("its subject names no room");
  const batch = decode(body);
  const events = eventsOf(batch);
  const first = events[0]?.offset ?? batch.head;
  if (!/^[\x21-\x7e]{1,64}$/.test(batch.epoch)) throw new UnreadableRecord("its epoch is none");
  if (!Number.isSafeInteger(batch.time)) throw new UnreadableRecord("it has no time");
  // Offsets are consecutive, so the ends speak for all.
  if (!Number.isSafeInteger(first) || first < 0 || (events.length > 0 && first < 1))
    throw new UnreadableRecord("its offsets are none");
  if (events.length > 0 && events.at(-1)?.offset !== batch.head) throw new UnreadableRecord("its head is not its last offset");
  return { batch, events };
}

function decode(body: Uint8Array): Batch {
  try {
    return decodeBatch(body);
  } catch (cause) {
    throw new UnreadableRecord((cause as Error).message, { cause });
  }
}

const Total = z.int().min(0);
const Hearts = z.object({ hearts: z.record(z.string(), z.unknown()) });
const Peak = z.object({ peak: Total });

/** What a batch's notes tell, of the second of its commit. What is none is left out: no row stands for a note. */
export function totalsOf({ entries, time }: Batch): readonly StoredTotal[] {
  if (!entries.some(tellsTotals)) return none;
  const second = Math.floor(time / 1000);
  const totals = new Map<string, number>();
  const add = (kind: string, total: unknown) => {
    if (Total.safeParse(total).success) totals.set(kind, Math.max(totals.get(kind) ?? 0, total as number));
  };
  for (const entry of entries) {
    if (!tellsTotals(entry)) continue;
    const note = parseNote(entry.line);
    const { data: { hearts } = {} } = Hearts.safeParse(note);
    if (entry.type === "peaks") add(peakKind, Peak.safeParse(note).data?.peak);
    else for (const [kind, total] of Object.entries(hearts ?? {})) if (HeartKind.safeParse(kind).success) add(kind, total);
  }
  return [...totals].map(([kind, total]) => ({ second, kind, total }));
}

/** Of most batches: nothing is made for them. */
const none: readonly StoredTotal[] = [];

function tellsTotals({ kind, type }: Batch["entries"][number]): boolean {
  return kind === "note" && (type === "hearts" || type === "peaks");
}

function parseNote(line: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(line).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** A line, and what its index says of it. */
export interface IndexedLine {
  readonly line: Uint8Array;
  readonly offset: number;
  readonly type: string;
  readonly author: string;
  /** Absent: for all. */
  readonly lane?: string;
  readonly mentions?: readonly string[];
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws UnreadableLine */
export function readEvent({ line, offset, type, author, lane = "all", mentions = [] }: IndexedLine): StoredEvent {
  const text = decodeText(line);
  const publication = parse(text);
  const { tags } = publication;
  const time = Number(tags?.time);
  if (publication.offset !== offset) throw new UnreadableLine("its offset is not that of the index");
  if (tags?.type !== type) throw new UnreadableLine("its type is not that of the index");
  if ((publication.info?.user ?? "") !== author) throw new UnreadableLine("its author is not that of the index");
  if (typeof tags.id !== "string") throw new UnreadableLine("it has no message id");
  if (typeof tags.time !== "string" || !Number.isSafeInteger(time)) throw new UnreadableLine("it has no time");
  return { offset, type: type as EventType, author, messageId: tags.id, time, line: text, lane: lane as Lane, mentions };
}

function decodeText(line: Uint8Array): string {
  try {
    return utf8.decode(line);
  } catch (cause) {
    throw new UnreadableLine("it is not UTF-8", { cause });
  }
}

/** What a line may hold before it is checked. */
interface MaybePublication {
  offset?: unknown;
  info?: { user?: unknown };
  tags?: { type?: unknown; id?: unknown; time?: unknown };
}

function parse(text: string): MaybePublication {
  try {
    return Object(JSON.parse(text));
  } catch (cause) {
    throw new UnreadableLine("it is not JSON", { cause });
  }
}

/** What stands where a line is lost: an event like others, which says so, so that readers can go past it. */
export function lostEvent(offset: number, time: number): StoredEvent {
  const line = JSON.stringify({ data: {}, offset, tags: { type: "lost", id: "", time: String(time) } });
  return { offset, type: "lost", author: "", messageId: "", time, line, lane: "all", mentions: [] };
}

/** Whom a line is for, as dead letters have it: nothing, for most. */
export function forWhom({ lane, mentions }: Pick<StoredEvent, "lane" | "mentions">): { lane?: string; mentions?: string[] } {
  return { ...(lane === "all" ? {} : { lane }), ...(mentions.length === 0 ? {} : { mentions: [...mentions] }) };
}
