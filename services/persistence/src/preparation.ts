/** The reading half of a projector: fetches records and makes transactions of them, one ahead of the one that is on its way. */
import { type EventEntry, limits, type Position, type RoomId } from "@madang/contracts";
import type { DeadLetter, ShardReader, StoredRecord } from "@madang/log";
import { KnownHeads } from "./known-heads.ts";
import type { Patience } from "./patience.ts";
import { forWhom, lostEvent, readBatch, readEvent, totalsOf, UnreadableLine, UnreadableRecord } from "./record-reader.ts";
import type { MessageStore, RoomAppend, StoredEvent } from "./store/message-store.ts";
import { Gathering, type Piece, split } from "./transaction.ts";
import { turn } from "./turns.ts";

export interface PreparationOptions {
  reader: Pick<ShardReader, "next">;
  store: Pick<MessageStore, "heads">;
  patience: Patience;
  /** Keeps a letter safe, however long it takes. */
  bury: (letter: Omit<DeadLetter, "source">) => Promise<void>;
  skipped: () => void;
  missing: (missing: { room: RoomId; from: number; to: number; filled: boolean }) => void;
  /** Monotonic, ms. */
  now: () => number;
}

/** One fetch without news. */
const waitMs = 1_000;
/** A longer gap is left as it is: an empty database beside an old log would otherwise be filled with rows that say nothing. */
const longestFill = limits.historyLines;
/** Records that are read in one turn, where they make no transactions: a few milliseconds. */
const turnBytes = 512 * 1024;

export class Preparation {
  readonly #options: PreparationOptions;
  readonly #heads = new KnownHeads();
  readonly #gathering = new Gathering();
  /** Rooms of this fetch whose heads the store has just told. */
  #justAsked: readonly RoomId[] = [];

  constructor(options: PreparationOptions) {
    this.#options = options;
  }

  /** Without end, in the log's order. */
  async *transactions(signal: AbortSignal): AsyncGenerator<Piece[], void, undefined> {
    const { reader, patience, now } = this.#options;
    let due = now();
    while (!signal.aborted) {
      const leftMs = this.#gathering.empty ? waitMs : Math.max(0, due - now());
      const records = await patience.with(signal, () => reader.next({ maxRecords: limits.fetchRecords, waitMs: leftMs }));
      for await (const full of this.#gather(records, signal)) {
        yield full;
        due = now() + limits.gatherMs;
      }
      if (now() < due) continue;
      const rest = this.#gathering.take();
      if (rest === undefined) continue;
      yield rest;
      due = now() + limits.gatherMs;
    }
  }

  /** The transactions that these records make full. */
  async *#gather(records: readonly StoredRecord[], signal: AbortSignal): AsyncGenerator<Piece[], void, undefined> {
    this.#justAsked = this.#heads.unknownOf(records);
    await this.#ask(this.#justAsked, signal);
    let bytes = 0;
    await turn();
    for (const record of records) {
      const append = await this.#read(record, signal);
      bytes += record.body.length;
      for (const piece of append === undefined ? [{ record, last: true }] : split(record, append)) {
        const full = this.#gathering.add(piece);
        if (full === undefined) continue;
        yield full;
        bytes = 0;
        await turn();
      }
      if (bytes < turnBytes) continue;
      bytes = 0;
      await turn();
    }
  }

  /** What a record has for the store. Nothing: the store has it, or nobody can read it. */
  async #read(record: StoredRecord, signal: AbortSignal): Promise<RoomAppend | undefined> {
    const { room } = record;
    const read = await this.#decode(record);
    if (read === undefined) return undefined;
    const { batch, events } = read;
    const first = events[0]?.offset ?? batch.head + 1;
    let known = this.#heads.get(room);
    // Before a gap is believed: dead letters that were tried again move heads, too.
    if (first > (known?.offset ?? 0) + 1 && !this.#justAsked.includes(room)) known = await this.#askAgain(room, signal);
    const head = known?.offset ?? 0;
    if (known && batch.head <= head && (events.length > 0 || batch.head < head || batch.epoch === known.epoch)) {
      // Notes alone stand at a head that is known. Whether they were stored nobody knows; once more does no harm.
      const totals = events.length > 0 ? [] : totalsOf(batch);
      if (totals.length > 0) return { room, ...appendAt(known), time: batch.time, events: [], totals };
      this.#options.skipped();
      return undefined;
    }
    this.#heads.set(room, { offset: batch.head, epoch: batch.epoch });
    const rows = this.#missing(room, { from: head + 1, to: first - 1, time: batch.time });
    for (const entry of events) {
      try {
        rows.push(readEvent(entry));
      } catch (error) {
        rows.push(await this.#buryLine(record, entry, { error, time: batch.time }));
      }
    }
    return { room, epoch: batch.epoch, head: batch.head, time: batch.time, events: rows, totals: totalsOf(batch) };
  }

  async #decode(record: StoredRecord) {
    try {
      return readBatch(record);
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      await this.#options.bury({ room: record.room, sequence: record.sequence, reason: error.message, body: record.body });
      return undefined;
    }
  }

  async #buryLine(
    { room, sequence }: StoredRecord,
    { offset, type, author, lane, mentions, line: body }: EventEntry,
    { error, time }: { error: unknown; time: number },
  ): Promise<StoredEvent> {
    if (!(error instanceof UnreadableLine)) throw error;
    await this.#options.bury({
      room,
      sequence,
      offset,
      type,
      author,
      ...forWhom({ lane, mentions }),
      reason: error.message,
      body,
    });
    return lostEvent(offset, time);
  }

  async #ask(rooms: readonly RoomId[], signal: AbortSignal): Promise<void> {
    if (rooms.length === 0) return;
    const { store, patience } = this.#options;
    const heads = await patience.with(signal, () => store.heads(rooms));
    for (const [room, position] of heads) this.#heads.set(room, position);
  }

  /** The store may stand behind what is known here, since that is on its way to it. */
  async #askAgain(room: RoomId, signal: AbortSignal): Promise<Position | undefined> {
    const known = this.#heads.get(room);
    await this.#ask([room], signal);
    if (known !== undefined && known.offset > (this.#heads.get(room)?.offset ?? 0)) this.#heads.set(room, known);
    return this.#heads.get(room);
  }

  // The reader promises the log's order, so what it did not bring will not come: aged out, or in a record nobody could read.
  #missing(room: RoomId, { from, to, time }: { from: number; to: number; time: number }): StoredEvent[] {
    if (to < from) return [];
    const filled = to - from < longestFill;
    this.#options.missing({ room, from, to, filled });
    return filled ? Array.from({ length: to - from + 1 }, (_, i) => lostEvent(from + i, time)) : [];
  }
}

const appendAt = ({ offset, epoch }: Position) => ({ head: offset, epoch });
