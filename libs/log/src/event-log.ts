import {
  cutPage,
  decodeBatch,
  type Epoch,
  eventsOf,
  type HistoryPage,
  limits,
  type Position,
  type RoomId,
} from "@madang/contracts";
import { pause } from "@madang/runtime";
import { Claims } from "./claims.ts";
import { LogUnavailable } from "./errors.ts";
import type { LogRecord, RecordStore, StoredRecord } from "./ports.ts";
import type { Registry } from "./registry.ts";
import type { RoomLog } from "./room-log.ts";
import type { LoadedSnapshot, Snapshot, Snapshots } from "./snapshots.ts";

export interface EventLogOptions {
  records: RecordStore;
  registry: Registry;
  snapshots: Snapshots;
  /** The epoch of rooms that begin. */
  epoch: Epoch;
  /** Where the store stands with a room; undefined if it does not know it. Rejects when it does not answer. */
  storeHead?: (room: RoomId) => Promise<Position | undefined>;
  /** Server time, ms. */
  now?: () => number;
  /** For deadlines, ms. */
  monotonic?: () => number;
  pause?: (ms: number) => Promise<void>;
}

/** A room as its new owner finds it: the last snapshot, and what came after it. */
export interface ClaimedRoom {
  readonly log: RoomLog;
  readonly snapshot: LoadedSnapshot | undefined;
  /** The records after the snapshot up to the claim, or all that the log still has. Read it once. @throws LogUnavailable */
  tail(options: { fromStart: boolean }): AsyncIterable<LogRecord>;
  /** Saves what the owner knows at its log's head. @throws Fenced: a later owner has saved; LogUnavailable | OutcomeUnknown */
  save(at: Pick<Snapshot, "head" | "sequence" | "batchId" | "state">): Promise<void>;
  /** The owner leaves, and nothing more will come of it: its head can be relied on when the records are gone. @throws LogUnavailable | OutcomeUnknown */
  settle(): Promise<void>;
}

/** The memory of all rooms, in the words of rooms: positions, events and claims. */
export class EventLog {
  readonly #options: Required<EventLogOptions>;
  readonly #claims: Claims;

  constructor(options: EventLogOptions) {
    this.#options = { now: Date.now, monotonic: () => performance.now(), pause, storeHead: async () => undefined, ...options };
    this.#claims = new Claims(this.#options);
  }

  /** Where a room stands: its last record tells, without asking its owner. @throws LogUnavailable */
  async position(room: RoomId): Promise<Position> {
    const last = await this.#options.records.last(room);
    if (last !== undefined) {
      const { epoch, head } = decodeBatch(last.body);
      return { epoch, offset: head };
    }
    const entry = await this.#options.registry.load(room);
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
  async claim(room: RoomId, owner: string): Promise<ClaimedRoom> {
    const { log, snapshot, save, settle } = await this.#claims.claim(room, owner);
    const until = log.sequence;
    const after = snapshot?.epoch === log.epoch && snapshot.sequence < until ? await this.#placeOf(room, snapshot) : 0;
    return {
      log,
      snapshot,
      save,
      settle,
      tail: ({ fromStart }) => this.#tail(room, { from: fromStart ? 1 : after + 1, until }),
    };
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
    const last = await this.#options.records.last(room);
    if (last === undefined) return undefined;
    const { head } = decodeBatch(last.body);
    const to = Math.min(query.to, head, from + limits.historyLines - 1);
    if (to < from || (reverse && to < query.to)) return undefined;
    let first = from;
    const lines: Uint8Array[] = [];
    for await (const { batch } of this.#read(room, {
      from: await this.#locate(room, { offset: from, last }),
      until: last.sequence,
    })) {
      for (const { offset, line } of eventsOf(batch)) {
        if (offset < from || offset > to) continue;
        if (lines.length === 0) first = offset;
        lines.push(line);
      }
      if (batch.head >= to) break;
    }
    // What the log has of a room is gapless: only the oldest end can be missing.
    const counts = reverse ? lines.length > 0 : first === from && lines.length > 0;
    return counts ? cutPage({ from: first, lines }, query) : undefined;
  }

  /** The sequence of the record that holds an offset, or of the first one after it, by bisection: heads rise with sequences. */
  async #locate(room: RoomId, { offset, last }: { offset: number; last: StoredRecord }): Promise<number> {
    let low = 1;
    let high = last.sequence;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const record = await this.#options.records.at(room, middle);
      if (record === undefined || decodeBatch(record.body).head >= offset) high = middle;
      else low = record.sequence + 1;
    }
    return low;
  }

  /** The sequence after which a snapshot's tail begins; 0 if its own says nothing, for the log was put back and has given it again. */
  async #placeOf(room: RoomId, { sequence, batchId }: Snapshot): Promise<number> {
    const { records } = this.#options;
    const [there, first] = await Promise.all([records.at(room, sequence), records.at(room, 1)]);
    const itself = there?.sequence === sequence && there.batchId === batchId;
    // All as old as the snapshot is gone, by age and in order.
    const aged = first === undefined || first.sequence > sequence;
    return itself || aged ? sequence : 0;
  }

  /** Up to and including a claim. */
  async *#tail(room: RoomId, range: { from: number; until: number }): AsyncIterable<LogRecord> {
    let read = 0;
    for await (const record of this.#read(room, { ...range, all: true })) {
      read = record.sequence;
      yield record;
    }
    // Answered by a former leader, to which we were connected anew, and which has not seen our claim. What it does not have are the
    // newest ids: whoever goes on without them takes their repeats for new messages.
    if (read !== range.until) throw new LogUnavailable(`the end of ${room} cannot be read`);
  }

  async *#read(room: RoomId, range: { from: number; until: number; all?: boolean }): AsyncIterable<LogRecord> {
    for await (const { body, ...record } of this.#options.records.scan(room, range))
      yield { ...record, batch: decodeBatch(body) };
  }
}
