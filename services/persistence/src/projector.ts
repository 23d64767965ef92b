/** Follows one stream of the log into the store. It holds no state of its own that the store does not have. */
import { type Epoch, type EventEntry, limits, type RoomId } from "@madang/contracts";
import type { DeadLetter, ShardReader, StoredRecord } from "@madang/log";
import { Patience } from "./patience.ts";
import { lostEvent, readBatch, readEvent, UnreadableLine, UnreadableRecord } from "./record-reader.ts";
import type { MessageStore, StoredEvent } from "./store/message-store.ts";
import { halve, type Piece, sequenceOf, split, transactionsOf } from "./transaction.ts";

/** What an operator wants to hear of. */
export type ProjectorNews =
  | { kind: "paused"; error: Error; waitMs: number }
  | { kind: "resumed" }
  | { kind: "buried"; letter: DeadLetter }
  /** The log went on without these. With `filled`, each has a `lost` row. */
  | { kind: "missing"; room: RoomId; from: number; to: number; filled: boolean };

export interface ProjectorOptions {
  reader: ShardReader;
  store: MessageStore;
  /** The life of the log that is read. */
  epoch: Epoch;
  /** Keeps a letter safe. Any failure of it is waited out. */
  bury: (letter: DeadLetter) => Promise<void>;
  report: (news: ProjectorNews) => void;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 … 1. */
  random: () => number;
}

export interface ProjectorStats {
  /** Rows given to the store, repeats included. */
  readonly events: number;
  readonly transactions: number;
  /** Records passed over, since the store had them. */
  readonly skipped: number;
  readonly buried: number;
  readonly lost: number;
  /** It waits for the store or the log. */
  readonly paused: boolean;
  readonly lastError?: string;
}

/** One fetch without news. */
const waitMs = 1_000;
/**
 * After a small fetch the next one waits this long, so that a steady murmur is written in a few transactions a second instead of one per
 * record: each costs a sync of the disk, and with SQLite it blocks the loop that answers senders. History shows the tail from the log
 * meanwhile.
 */
export const gatherMs = 50;
/** A longer gap is left as it is: an empty database beside an old log would otherwise be filled with rows that say nothing. */
const longestFill = limits.historyLines;

/**
 * At least once, in the log's order, never skipping: what is away is waited for, however long. What can never be stored goes to the
 * dead letters, a `lost` row takes its place, and the rest goes on.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #patience: Patience;
  #stats: ProjectorStats = { events: 0, transactions: 0, skipped: 0, buried: 0, lost: 0, paused: false };

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#patience = new Patience({
      sleep: options.sleep,
      random: options.random,
      paused: (error, waitMs) => {
        this.#count({ paused: true, lastError: error.message });
        options.report({ kind: "paused", error, waitMs });
      },
      resumed: () => {
        this.#count({ paused: false });
        options.report({ kind: "resumed" });
      },
    });
  }

  get stats(): ProjectorStats {
    return this.#stats;
  }

  /** Until the signal aborts; a transaction under way is finished. @throws what the log's reader throws beside `LogUnavailable` */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) await this.#round(signal);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { reader } = this.#options;
    const records = await this.#patience.with(signal, () => reader.next({ maxRecords: limits.fetchRecords, waitMs }));
    for await (const pieces of transactionsOf(this.#pieces(records, signal))) {
      if (pieces.some(({ append }) => append)) await this.#write(pieces, signal);
      // After the commit and not before: the log may forget what is done.
      const done = pieces.findLast(({ last }) => last)?.record;
      if (done) await this.#patience.with(signal, () => reader.done(done));
    }
    if (records.length > 0 && records.length < limits.fetchRecords / 2) await this.#options.sleep(gatherMs, signal);
  }

  async *#pieces(records: readonly StoredRecord[], signal: AbortSignal): AsyncGenerator<Piece> {
    const { store } = this.#options;
    const rooms = [...new Set(records.map(({ room }) => room))];
    const heads = await this.#patience.with(signal, () => store.heads(rooms));
    for (const record of records) {
      const read = await this.#read(record, signal);
      if (read === undefined) {
        yield { record, last: true };
        continue;
      }
      const { batch, events } = read;
      const { room } = record;
      const stored = heads.get(room);
      const head = stored?.offset ?? 0;
      if (stored && batch.head <= head && (events.length > 0 || batch.head < head || batch.epoch === stored.epoch)) {
        this.#count({ skipped: this.#stats.skipped + 1 });
        yield { record, last: true };
        continue;
      }
      heads.set(room, { offset: batch.head, epoch: batch.epoch });
      const missing = this.#missing(room, { from: head + 1, to: (events[0]?.offset ?? batch.head + 1) - 1, time: batch.time });
      const rows = [...missing];
      for (const entry of events) rows.push(await this.#readOrBury(record, entry, batch.time, signal));
      yield* split(record, { room, epoch: batch.epoch, head: batch.head, time: batch.time, events: rows });
    }
  }

  async #read(record: StoredRecord, signal: AbortSignal) {
    try {
      return readBatch(record);
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      await this.#bury({ room: record.room, sequence: record.sequence, reason: error.message, body: record.body }, signal);
      return undefined;
    }
  }

  async #readOrBury(record: StoredRecord, entry: EventEntry, time: number, signal: AbortSignal): Promise<StoredEvent> {
    try {
      return readEvent(entry);
    } catch (error) {
      if (!(error instanceof UnreadableLine)) throw error;
      const { room, sequence } = record;
      const { offset, type, author, line: body } = entry;
      await this.#bury({ room, sequence, offset, type, author, reason: error.message, body }, signal);
      return lostEvent(entry.offset, time);
    }
  }

  // The reader promises the log's order, so what it did not bring will not come: aged out, or in a record nobody could read.
  #missing(room: RoomId, { from, to, time }: { from: number; to: number; time: number }): StoredEvent[] {
    if (to < from) return [];
    const filled = to - from < longestFill;
    this.#count({ lost: this.#stats.lost + to - from + 1 });
    this.#options.report({ kind: "missing", room, from, to, filled });
    return filled ? Array.from({ length: to - from + 1 }, (_, i) => lostEvent(from + i, time)) : [];
  }

  /** Commits all pieces, the culprits replaced. */
  async #write(pieces: readonly Piece[], signal: AbortSignal): Promise<void> {
    try {
      await this.#patience.with(signal, () => this.#apply(pieces));
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw error;
      const halves = halve(pieces);
      if (halves === undefined) return this.#replace(pieces, error as Error, signal);
      await this.#write(halves[0], signal);
      await this.#write(halves[1], signal);
    }
  }

  async #apply(pieces: readonly Piece[]): Promise<void> {
    const { reader, store, epoch } = this.#options;
    const appends = pieces.flatMap(({ append }) => append ?? []);
    await store.apply(appends, { shard: reader.shard, sequence: sequenceOf(pieces), epoch });
    const events = appends.reduce((sum, append) => sum + append.events.length, 0);
    this.#count({ events: this.#stats.events + events, transactions: this.#stats.transactions + 1 });
  }

  /** One event that the store refuses for ever. */
  async #replace(pieces: readonly Piece[], error: Error, signal: AbortSignal): Promise<void> {
    const replaced: Piece[] = [];
    for (const piece of pieces) {
      const { append, record } = piece;
      const [event] = append?.events ?? [];
      if (append === undefined || event === undefined) {
        replaced.push(piece);
        continue;
      }
      const { offset, type, author, line, time } = event;
      const letter = { room: append.room, sequence: record.sequence, offset, type, author, reason: error.message };
      await this.#bury({ ...letter, body: Buffer.from(line) }, signal);
      replaced.push({ ...piece, append: { ...append, events: [lostEvent(offset, time)] } });
    }
    // A store that refuses even this is itself broken: whatever it says, it is waited for.
    await this.#patience.with(signal, () => this.#apply(replaced), always);
  }

  async #bury(what: Omit<DeadLetter, "source">, signal: AbortSignal): Promise<void> {
    const { bury, report } = this.#options;
    const letter: DeadLetter = { source: "projector", ...what };
    await this.#patience.with(signal, () => bury(letter), always);
    this.#count({ buried: this.#stats.buried + 1 });
    report({ kind: "buried", letter });
  }

  #count(changed: Partial<ProjectorStats>): void {
    this.#stats = { ...this.#stats, ...changed };
  }
}

const always = () => true;
