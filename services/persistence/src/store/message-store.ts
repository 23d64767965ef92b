import type { ActType, Epoch, EventType, Lane, MessageId, Position, RoomId } from "@madang/contracts";

/** One row. What cannot be read or stored has a row of type `lost` in its place, so that a room's offsets stay gapless. */
export interface StoredEvent {
  readonly offset: number;
  readonly type: EventType;
  /** Empty: the server itself. */
  readonly author: string;
  /** The sender's message id, `tags.id`. */
  readonly messageId: string;
  /** Server time, ms since 1970. */
  readonly time: number;
  /** The exact JSON text of the publication. */
  readonly line: string;
  readonly lane: Lane;
  readonly mentions: readonly string[];
}

/** So many had there been by the end of a second since 1970: hearts of a kind, or viewers at a time (`peakKind`). */
export interface StoredTotal {
  readonly second: number;
  readonly kind: string;
  readonly total: number;
}

/** So many gifts, and their sum in the currency's smallest unit. */
export interface StoredGifts {
  readonly currency: string;
  readonly count: number;
  readonly amount: number;
}

/** No kind of hearts begins so. */
export const peakKind = "__peak";

/** A piece of one room's log. */
export interface RoomAppend {
  readonly room: RoomId;
  readonly epoch: Epoch;
  /** Where the room stands once these events are in. */
  readonly head: number;
  /** Server time of the piece, ms since 1970. */
  readonly time: number;
  /** Rising offsets, none above `head`. None at all: only the epoch or the head has moved. */
  readonly events: readonly StoredEvent[];
  /** No kind twice within a second. */
  readonly totals: readonly StoredTotal[];
}

/** Everything of a stream up to and including `sequence`, in one life of the log. */
export interface ShardPosition {
  readonly shard: number;
  readonly sequence: number;
  readonly epoch: Epoch;
}

/**
 * The tables: what the log's projector has written, for as long as the operator keeps it.
 *
 * Order: a room's lines are read in the order of their offsets, whatever the order in which they were written.
 *
 * Idempotence: `(room, offset)` is the key, and a row that is there is never changed, so that writing the same again is harmless,
 * also by two writers at once: only a `lost` one may still be given its event. A room's head only rises, and its epoch goes with the
 * highest one. A stream's position only rises, too, within the log's epoch, and a writer of another epoch does not move it: only
 * `restart` begins one.
 *
 * What events do to others, `deleted`, `edited`, `restored` and `purged`, is kept beside them: of each message the newest of either kind, by
 * the place of the event that did it, in whatever order they come. A `lost` one does nothing until it is given its event. Totals only rise.
 *
 * Atomicity: an `apply` is all there or not at all, and once answered it survives a power cut. That is what allows the log to
 * forget.
 *
 * Exactness: lines and authors come back with the very characters they had, and rooms whose ids differ in case are different.
 *
 * Throws: `StoreUnavailable` when the store cannot be used now, for whatever reason: the caller waits and repeats the same.
 * Anything else means that what was given can never be stored as it is; nothing of it was.
 */
export interface MessageStore {
  /** One transaction. Callers keep it to `limits.transactionRows` rows. Without a position it is out of the log's order: a dead letter. */
  apply(appends: readonly RoomAppend[], position: ShardPosition | undefined): Promise<void>;

  /** One transaction: events take the places where rows of type `lost` stand, and no others. */
  replaceLost(room: RoomId, events: readonly StoredEvent[]): Promise<void>;

  /** The stored lines `from` … `to`, both included, in rising order. Callers bound the range: offsets are gapless, so it is a count. */
  lines(room: RoomId, range: OffsetRange): Promise<StoredEvent[]>;

  /** What has become of messages in a range and at places `elsewhere`, and of all messages of these users. */
  changes(room: RoomId, what: OffsetRange & ChangesAsked): Promise<StoredChanges>;

  /** At most so many events of these types in a range: the first, in rising order, or the last, in falling order. */
  acts(room: RoomId, what: OffsetRange & ActsAsked): Promise<StoredEvent[]>;

  /** Of the first event at or behind an offset, if there is any. */
  placeFrom(room: RoomId, offset: number): Promise<{ offset: number; time: number } | undefined>;

  /** Where the room's first gift of this id stands. */
  gift(room: RoomId, id: MessageId): Promise<number | undefined>;

  /** What was given before an offset, in the order of the currencies. An id counts once. */
  giftsBefore(room: RoomId, offset: number): Promise<StoredGifts[]>;

  /** At most so many totals of the seconds `from` … `to`, both included: the first, in rising order, or the last, in falling order. */
  totals(room: RoomId, what: { from: number; to: number; atMost: number; reverse: boolean }): Promise<StoredTotal[]>;

  /**
   * Where rooms stand: everything up to there is stored, or could be had nowhere when the head moved on. Rooms that the store
   * does not know are left out.
   */
  heads(rooms: readonly RoomId[]): Promise<Map<RoomId, Position>>;

  /** Every room and where it stands, a page at a time: at most so many, in the order of their ids, after the one given. */
  rooms(page: { after: RoomId | undefined; atMost: number }): Promise<Map<RoomId, Position>>;

  /** How far a stream has been stored, and of which log: 0 for not at all, and no epoch if it was written before there were any. */
  position(shard: number): Promise<{ sequence: number; epoch: Epoch | "" }>;

  /** The log is another one, or has lost records: its stream counts as not stored at all. What is in the tables stays. */
  restart(shard: number, epoch: Epoch): Promise<void>;

  /** Answers once the store can be asked. */
  ping(): Promise<void>;

  /** Lets running calls end. A second time does nothing; anything else afterwards is `StoreUnavailable`. */
  close(): Promise<void>;
}

/** Both ends included. */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

export interface ActsAsked {
  readonly types: readonly ActType[];
  readonly atMost: number;
  readonly reverse: boolean;
}

export interface ChangesAsked {
  readonly users: readonly string[];
  /** Places out of the range, each once. */
  readonly elsewhere?: readonly number[];
}

/** How messages read now: those that something was done to. `by`: the offset of the newest event that did it. */
export interface StoredChanges {
  readonly messages: readonly StoredChange[];
  /** By user. `upTo`: their messages up to there are gone; 0: they are back. */
  readonly purges: ReadonlyMap<string, { readonly by: number; readonly upTo: number }>;
}

export interface StoredChange {
  readonly offset: number;
  /** Not `deleted`: it was restored. */
  readonly deletion: { readonly by: number; readonly deleted: boolean } | undefined;
  /** `data`: JSON. */
  readonly edit: { readonly by: number; readonly data: string } | undefined;
}

/** The store cannot be used now: away, locked, full, not migrated. What was asked may be repeated as it is. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}
