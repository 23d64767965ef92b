import {
  type Batch,
  type Claim,
  cutPage,
  decodeBatch,
  type Epoch,
  encodeBatch,
  encodeJson,
  eventsOf,
  type HistoryPage,
  limits,
  newEpoch,
  type Position,
  type RoomId,
} from "@madang/contracts";
import { pause } from "@madang/runtime";
import type { LogRecord, RecordStore, StoredRecord } from "./ports.ts";
import { appendFenced, RoomLog } from "./room-log.ts";
import type { Snapshot, Snapshots } from "./snapshots.ts";

export interface EventLogOptions {
  records: RecordStore;
  snapshots: Snapshots;
  /** The epoch of rooms that begin. */
  epoch: Epoch;
  /** Where the store stands with a room; undefined if it does not know it, or does not answer now. */
  storeHead?: (room: RoomId) => Promise<Position | undefined>;
  now?: () => number;
  pause?: (ms: number) => Promise<void>;
}

/** A room as its new owner finds it: the last snapshot, and what came after it. */
export interface ClaimedRoom {
  readonly log: RoomLog;
  readonly snapshot: Snapshot | undefined;
  /** The records after the snapshot up to the claim, or all that the log still has. Read it once. */
  tail(options: { fromStart: boolean }): AsyncIterable<LogRecord>;
}

/** The memory of all rooms, in the words of rooms: positions, events and claims. */
export class EventLog {
  readonly #options: Required<EventLogOptions>;

  constructor(options: EventLogOptions) {
    this.#options = { now: Date.now, pause, storeHead: async () => undefined, ...options };
  }

  /** Where a room stands: its last record tells, without asking its owner. @throws LogUnavailable */
  async position(room: RoomId): Promise<Position> {
    const last = await this.#options.records.last(room);
    if (last !== undefined) {
      const { epoch, head } = decodeBatch(last.body);
      return { epoch, offset: head };
    }
    const origin = await this.#options.snapshots.load(room);
    return { epoch: origin?.epoch ?? this.#options.epoch, offset: origin?.head ?? 0 };
  }

  /**
   * Makes `owner` the room's one writer: its claim is a record in the room's own log, and refuses every append of the former owner
   * from then on.
   *
   * @throws Fenced: others claim the room at the same time
   * @throws LogFull | LogUnavailable
   */
  async claim(room: RoomId, owner: string): Promise<ClaimedRoom> {
    const { records, snapshots, storeHead, now, pause } = this.#options;
    const [last, snapshot, stored] = await Promise.all([records.last(room), snapshots.load(room), storeHead(room)]);
    const start = this.#origin({ last, snapshot, remembered: Math.max(snapshot?.head ?? 0, stored?.offset ?? 0) });
    const claim: Batch = {
      epoch: start.epoch,
      head: start.head,
      time: now(),
      entries: [
        { kind: "note", type: "claim", line: encodeJson({ claim: { owner, generation: start.generation } satisfies Claim }) },
      ],
    };
    // The batch id is this claim's alone: of two claimers with the same generation one must be refused, not taken for a repeat.
    const record = { generation: start.generation, batchId: `claim-${crypto.randomUUID()}`, body: encodeBatch(claim) };
    const sequence = await appendFenced(records, { room, record, expectedLast: last?.sequence ?? 0, now, pause });
    const log = new RoomLog({ records, room, ...start, sequence, now, pause });
    return {
      log,
      snapshot,
      tail: ({ fromStart }) => this.#read(room, { from: fromStart ? 1 : (snapshot?.sequence ?? 0) + 1, until: sequence }),
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

  /** Saves what a room's owner knows at its log's head. A former owner that is late saves nothing that matters: see Snapshots. */
  async save(log: RoomLog, at: { head: number; sequence: number; state: unknown }): Promise<void> {
    await this.#options.snapshots.save(log.room, { epoch: log.epoch, generation: log.generation, ...at });
  }

  /** Where a claim goes on. `remembered`: the highest offset that snapshot or store know of. */
  #origin({
    last,
    snapshot,
    remembered,
  }: {
    last: StoredRecord | undefined;
    snapshot: Snapshot | undefined;
    remembered: number;
  }): {
    epoch: Epoch;
    generation: number;
    head: number;
  } {
    const generation = Math.max(last?.generation ?? 0, snapshot?.generation ?? 0) + 1;
    // All records aged out, as they do: the snapshot goes on for them.
    const known =
      last === undefined ? { epoch: snapshot?.epoch ?? this.#options.epoch, head: snapshot?.head ?? 0 } : decodeBatch(last.body);
    if (remembered <= known.head) return { epoch: known.epoch, generation, head: known.head };
    // The log has lost what others remember. Offsets that were given once are never given again, and clients hear of it by a new
    // epoch.
    return { epoch: newEpoch(), generation, head: remembered };
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

  async *#read(room: RoomId, range: { from: number; until: number }): AsyncIterable<LogRecord> {
    for await (const { body, ...record } of this.#options.records.scan(room, range))
      yield { ...record, batch: decodeBatch(body) };
  }
}
