import {
  cutPage,
  type EventEntry,
  eventsOf,
  type HistoryPage,
  type Line,
  limits,
  type Position,
  type RoomId,
} from "@madang/contracts";
import { pause } from "@madang/runtime";
import type { ClaimedRoom } from "./claimed-room.ts";
import { Claims, type ClaimsOptions } from "./claims.ts";
import type { LogRecord } from "./ports.ts";
import { endOf, readRecord } from "./room-end.ts";

/** What a log stands on. Time is the machine's own unless it is told otherwise; without `storeHead` nobody asks the store. */
export type EventLogOptions = Pick<ClaimsOptions, "records" | "registry" | "snapshots" | "epoch"> & Partial<ClaimsOptions>;

/** The memory of all rooms, in the words of rooms: positions, events and claims. */
export class EventLog {
  readonly #options: ClaimsOptions;
  readonly #claims: Claims;

  constructor(options: EventLogOptions) {
    this.#options = { now: Date.now, monotonic: () => performance.now(), pause, storeHead: async () => undefined, ...options };
    this.#claims = new Claims(this.#options);
  }

  /** Where a room stands: its last record tells, without asking its owner. @throws LogUnavailable */
  async position(room: RoomId): Promise<Position> {
    const { read, unreadable } = await endOf(this.#options.records, room);
    const logged = read && { epoch: read.batch.epoch, offset: read.batch.head };
    if (logged !== undefined && unreadable.length === 0) return logged;
    // What cannot be read may have been counted before. Nothing is given out by this, so that nothing has to be added to it.
    const entry = await this.#options.registry.load(room);
    if (logged !== undefined && logged.offset >= (entry?.head ?? 0)) return logged;
    return { epoch: entry?.epoch ?? this.#options.epoch, offset: entry?.head ?? 0 };
  }

  /**
   * Makes `owner` the room's one writer: its claim is a record in the room's own log, and refuses every append of the former owner
   * from then on.
   *
   * @throws Fenced: others claim the room at the same time
   * @throws LogFull | LogUnavailable
   * @throws OutcomeUnknown: the claim may be in the log, and no owner comes of it
   */
  claim(room: RoomId, owner: string): Promise<ClaimedRoom> {
    return this.#claims.claim(room, owner);
  }

  /**
   * The lines `from` … `to`, as many as a page holds. Undefined when the log does not have the one that counts, which is `from`, or
   * `to` when `reverse`: the other end may have aged out.
   *
   * @throws LogUnavailable
   */
  async page(query: {
    room: RoomId;
    from: number;
    to: number;
    reverse: boolean;
    maxBytes: number;
  }): Promise<HistoryPage | undefined> {
    const { room, reverse } = query;
    const from = reverse ? Math.max(query.from, query.to - limits.historyLines + 1) : query.from;
    const { read: last } = await endOf(this.#options.records, room);
    if (last === undefined) return undefined;
    const to = Math.min(query.to, last.batch.head, from + limits.historyLines - 1);
    if (to < from || (reverse && to < query.to)) return undefined;
    let first = from;
    let lines: Line[] = [];
    for await (const event of this.#events(room, { from, to, last })) {
      const { offset } = event;
      const follows = offset === first + lines.length;
      // Beyond what nobody can read, or what was lost: of two pieces the one at the end that counts is the page.
      if (!follows && lines.length > 0 && !reverse) break;
      if (!follows) {
        first = offset;
        lines = [];
      }
      lines.push(event);
    }
    const counts = reverse ? first + lines.length - 1 === to : first === from;
    return counts && lines.length > 0 ? cutPage({ from: first, lines }, query) : undefined;
  }

  /** Those of `from` … `to` that the log has and can be read, in order. */
  async *#events(room: RoomId, { from, to, last }: { from: number; to: number; last: LogRecord }): AsyncIterable<EventEntry> {
    const range = { from: await this.#locate(room, { offset: from, last }), until: last.sequence };
    for await (const stored of this.#options.records.scan(room, range)) {
      const batch = readRecord(stored)?.batch;
      if (batch === undefined) continue;
      for (const event of eventsOf(batch)) if (event.offset >= from && event.offset <= to) yield event;
      if (batch.head >= to) return;
    }
  }

  /** The sequence of the record that holds an offset, or of the first one after it, by bisection: heads rise with sequences. */
  async #locate(room: RoomId, { offset, last }: { offset: number; last: LogRecord }): Promise<number> {
    let low = 1;
    let high = last.sequence;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const record = await this.#readFrom(room, middle);
      if (record === undefined || record.batch.head >= offset) high = middle;
      else low = record.sequence + 1;
    }
    return low;
  }

  /** The first record at or after a sequence that can be read. */
  async #readFrom(room: RoomId, sequence: number): Promise<LogRecord | undefined> {
    for (let next = sequence; ; ) {
      const stored = await this.#options.records.at(room, next);
      const record = stored && readRecord(stored);
      if (stored === undefined || record !== undefined) return record;
      next = stored.sequence + 1;
    }
  }
}
