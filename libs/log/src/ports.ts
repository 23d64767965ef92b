/** What the log stands on: a store of records with a fence, and buckets of named values. */
import type { Batch, RoomId } from "@madang/contracts";

/** One stored batch, as bytes. `sequence` is the stream's, rising within a room but not gapless. */
export interface StoredRecord {
  readonly room: RoomId;
  readonly sequence: number;
  /** When the store took it, ms. */
  readonly time: number;
  /** The writer: which claim, and which of its batches. */
  readonly generation: number;
  readonly batchId: string;
  /** The traces that go through it, as `joinTraces` writes them; absent or `""` for none. */
  readonly traces?: string;
  readonly body: Uint8Array;
}

/** A record whose body has been read. */
export interface LogRecord extends Omit<StoredRecord, "body"> {
  readonly batch: Batch;
}

export interface NewRecord {
  readonly generation: number;
  /** Unique within the room for ever: a repeated append of the same record is recognised by it. */
  readonly batchId: string;
  /** As in a stored one. */
  readonly traces?: string;
  readonly body: Uint8Array;
}

/**
 * The memory of all rooms. A room's records are kept in the order they were appended and are never changed; only the oldest
 * disappear, by age. Nothing is promised about the order between rooms.
 */
export interface RecordStore {
  /**
   * Another number once the store may have been put back to an earlier state, as by a restored backup. While it stays the same, what was
   * confirmed is there.
   */
  readonly life: number;

  /**
   * Stores a record if the room's last one is still `expectedLast` (0: the room has none), and answers its sequence once it is
   * durable. One append per room at a time: callers serialise.
   *
   * @throws AppendRefused: another record is the last, or this very record is already stored. `last` tells which.
   * @throws AppendUnanswered: the outcome is unknown, and the record may still be stored later.
   * @throws LogUnavailable: nobody took it, and nothing is stored.
   * @throws LogFull: not stored, for want of space.
   */
  append(room: RoomId, record: NewRecord, expectedLast: number): Promise<number>;

  /**
   * The room's last record, read where writes are decided: a record whose append was answered is seen.
   * @throws LogUnavailable
   */
  last(room: RoomId): Promise<StoredRecord | undefined>;

  /**
   * The room's first record at or after a sequence.
   * @throws LogUnavailable
   */
  at(room: RoomId, sequence: number): Promise<StoredRecord | undefined>;

  /**
   * The room's records from `from` to `until`, both included, in order. Made for long runs. `all`: the caller will read to the end, and
   * somebody waits for it.
   *
   * @throws LogUnavailable
   */
  scan(room: RoomId, range: { from: number; until: number; all?: boolean }): AsyncIterable<StoredRecord>;
}

/** A value, and which of its key's puts it came with. */
export interface Versioned {
  readonly value: Uint8Array;
  readonly revision: number;
}

/** Named values. Reads see every write that was answered. A write without an answer may be stored or not. */
export interface Bucket {
  /** @throws LogUnavailable */
  get(key: string): Promise<Versioned | undefined>;
  /** The last one wins. @throws OutcomeUnknown */
  put(key: string, value: Uint8Array): Promise<void>;
  /**
   * Puts a value in the place of the one that was read, or of none (`over: undefined`). Answers the new revision; undefined if the key
   * has changed since, and nothing was put.
   *
   * @throws OutcomeUnknown
   */
  replace(key: string, value: Uint8Array, over: number | undefined): Promise<number | undefined>;
}

/**
 * Follows one stream from where it stopped last time, at least once and in order. One active reader per stream: who holds the
 * stream's lease.
 */
export interface ShardReader {
  readonly shard: number;
  /** The next records, at most `maxRecords`; an empty list when none came within `waitMs`. @throws LogUnavailable | LogReplaced */
  next(options: { maxRecords: number; waitMs: number }): Promise<StoredRecord[]>;
  /** Everything up to and including this record is done and will not come again. @throws LogUnavailable */
  done(record: StoredRecord): Promise<void>;
  /** How many records are stored and not done. */
  lag(): Promise<number>;
  close(): Promise<void>;
}
