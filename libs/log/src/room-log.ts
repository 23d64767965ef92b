import { type Batch, type Epoch, type EventEntry, encodeBatch, limits, type NoteEntry, type RoomId } from "@madang/contracts";
import { backoff } from "@madang/runtime";
import { AppendRefused, AppendUnanswered, Fenced, LogUnavailable } from "./errors.ts";
import type { RecordStore } from "./ports.ts";

export interface RoomLogStart {
  records: RecordStore;
  room: RoomId;
  epoch: Epoch;
  generation: number;
  /** The offset of the room's last event. */
  head: number;
  /** The sequence of our claim: the room's last record. */
  sequence: number;
  now: () => number;
  /** Waits between tries of the same append. */
  pause: (ms: number) => Promise<void>;
}

/** Events that travel together. Several of these wait when a burst outgrows one batch. */
interface Forming {
  /** The offset of its last event; that of the one before it if it has only notes. */
  head: number;
  entries: (EventEntry | NoteEntry)[];
  bytes: number;
  committed: PromiseWithResolvers<void>;
}

/**
 * The writing end of one room's log, held by the one that claimed it. One append is in flight at a time; what is added meanwhile
 * forms the next batch (group commit). Nothing is confirmed before the store has it. After a failure the log is finished: all that
 * was not confirmed is rejected, and may or may not be stored; whoever claims the room next finds out.
 */
export class RoomLog {
  readonly room: RoomId;
  readonly epoch: Epoch;
  readonly generation: number;
  readonly #records: RecordStore;
  readonly #now: () => number;
  readonly #pause: (ms: number) => Promise<void>;
  readonly #forming: Forming[] = [];
  #sequence: number;
  #head: number;
  #addedHead: number;
  #batches = 0;
  #committing: Promise<void> | undefined;
  #inFlight: Forming | undefined;
  #failure: Error | undefined;
  #uncommitted = 0;

  constructor(start: RoomLogStart) {
    this.room = start.room;
    this.epoch = start.epoch;
    this.generation = start.generation;
    this.#records = start.records;
    this.#now = start.now;
    this.#pause = start.pause;
    this.#sequence = start.sequence;
    this.#head = start.head;
    this.#addedHead = start.head;
  }

  /** The offset of the last event that is durable. */
  get head(): number {
    return this.#head;
  }

  /** The stream sequence of the room's last durable record. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Events added and not yet durable. */
  get uncommitted(): number {
    return this.#uncommitted;
  }

  /**
   * Adds one line; an event's offset is the next one. Resolves once it is durable.
   * @throws Fenced | LogFull | LogUnavailable (by rejection)
   */
  add(entry: EventEntry | NoteEntry): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (entry.kind === "event") {
      if (entry.offset !== this.#addedHead + 1) throw new RangeError(`offset ${entry.offset} does not follow ${this.#addedHead}`);
      this.#addedHead = entry.offset;
    }
    this.#uncommitted++;
    const forming = this.#roomFor(entry);
    forming.head = this.#addedHead;
    forming.entries.push(entry);
    forming.bytes += entry.line.length;
    // After the current turn: what arrives together is committed together.
    this.#committing ??= Promise.resolve().then(() => this.#commitAll());
    return forming.committed.promise;
  }

  /** Resolves once an offset that was added is durable. @throws as `add` does */
  whenCommitted(offset: number): Promise<void> {
    if (offset <= this.#head) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const batch = [this.#inFlight, ...this.#forming].find((forming) => forming !== undefined && forming.head >= offset);
    if (batch === undefined) throw new RangeError(`offset ${offset} was never added`);
    return batch.committed.promise;
  }

  /** Resolves once everything added so far is durable, or has failed. */
  async settled(): Promise<void> {
    await this.#committing;
  }

  #roomFor(entry: EventEntry | NoteEntry): Forming {
    const last = this.#forming.at(-1);
    if (last !== undefined && last.entries.length < limits.batchEvents && last.bytes + entry.line.length <= limits.batchBytes)
      return last;
    const forming: Forming = { head: this.#addedHead, entries: [], bytes: 0, committed: Promise.withResolvers() };
    forming.committed.promise.catch(() => {}); // Whoever added is told; the log itself does not throw.
    this.#forming.push(forming);
    return forming;
  }

  async #commitAll(): Promise<void> {
    for (let batch = this.#forming.shift(); batch !== undefined; batch = this.#forming.shift()) {
      this.#inFlight = batch;
      try {
        await this.#commit(batch);
        batch.committed.resolve();
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)), batch);
        break;
      }
    }
    this.#inFlight = undefined;
    this.#committing = undefined;
  }

  #fail(error: Error, batch: Forming): void {
    this.#failure = error;
    for (const forming of [batch, ...this.#forming.splice(0)]) forming.committed.reject(error);
  }

  async #commit({ entries, head }: Forming): Promise<void> {
    const batch: Batch = { epoch: this.epoch, head, time: this.#now(), entries };
    this.#sequence = await appendFenced(this.#records, {
      room: this.room,
      record: { generation: this.generation, batchId: String(++this.#batches), body: encodeBatch(batch) },
      expectedLast: this.#sequence,
      now: this.#now,
      pause: this.#pause,
    });
    this.#head = head;
    this.#uncommitted -= entries.length;
  }
}

/**
 * One append, through doubt to certainty. Without an answer, or refused, the room's last record tells: ours, and it is stored;
 * another's, and we are fenced; the one we expected, and we try the same again. A room whose records are all gone is given up too,
 * since its next claim starts from what outlives them.
 *
 * @throws Fenced | LogFull
 * @throws LogUnavailable: still in doubt after `limits.commitDeadlineMs`
 */
export async function appendFenced(
  records: RecordStore,
  options: {
    room: RoomId;
    record: { generation: number; batchId: string; body: Uint8Array };
    expectedLast: number;
    now: () => number;
    pause: (ms: number) => Promise<void>;
  },
): Promise<number> {
  const { room, record, expectedLast, now, pause } = options;
  const deadline = now() + limits.commitDeadlineMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await records.append(room, record, expectedLast);
    } catch (cause) {
      if (!(cause instanceof AppendRefused || cause instanceof AppendUnanswered)) throw cause;
      const last = await records.last(room).catch(() => "unknown" as const);
      if (last !== "unknown") {
        if (last?.generation === record.generation && last.batchId === record.batchId) return last.sequence;
        // Older than what we know to be there is a stale read, and says nothing.
        if ((last?.sequence ?? 0) > expectedLast || (last === undefined && expectedLast > 0)) throw new Fenced(room, { cause });
      }
      if (now() > deadline) throw new LogUnavailable(`the outcome of an append to ${room} is unknown`, { cause });
      await pause(backoff(attempt, { firstMs: limits.logRetryMs, longestMs: limits.logRetryLongestMs }));
    }
  }
}
