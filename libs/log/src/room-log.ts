import { type Batch, type Epoch, type EventEntry, encodeBatch, limits, type NoteEntry, type RoomId } from "@madang/contracts";
import { joinTraces, Rate, ramp, within } from "@madang/runtime";
import { appendFenced } from "./append-fenced.ts";
import { Emptied, Fenced, LogFull, LogUnavailable, OutcomeUnknown, RolledBack } from "./errors.ts";
import type { NewRecord, RecordStore } from "./ports.ts";
import type { Standing, WriterPosition } from "./standing.ts";

/** What a writer cannot find out from its own records. */
export interface Ground {
  /** All are gone: a new claim, which goes on at the writer's own head. @throws Fenced | RolledBack | LogFull | LogUnavailable | OutcomeUnknown */
  reclaim(at: WriterPosition): Promise<{ generation: number; sequence: number; batchId: string }>;
  /** The newest are gone: whoever claims next has to know how far they went. @throws LogUnavailable | OutcomeUnknown */
  remember(at: WriterPosition): Promise<void>;
  /** Asked once for each new life of the store. @throws AppendRefused | Fenced | RolledBack | LogUnavailable */
  stillStands(at: Standing): Promise<void>;
}

export interface RoomLogStart {
  records: RecordStore;
  ground: Ground;
  room: RoomId;
  epoch: Epoch;
  generation: number;
  /** The offset of the room's last event. */
  head: number;
  /** Of our claim: the room's last record. */
  sequence: number;
  batchId: string;
  /** The store's, from before anything was read for the claim. */
  life: number;
  /** Server time, ms. */
  now: () => number;
  monotonic: () => number;
  /** Waits between tries of the same append. */
  pause: (ms: number) => Promise<void>;
  watch?: CommitWatch | undefined;
}

/** Who wants to hear of every commit. */
export interface CommitWatch {
  /** How many lines, and how long from the first try to the end; without a failure they are durable. */
  ended(entries: number, ms: number, failure: Error | undefined): void;
  /** A try was not answered, or not clearly: whether it is stored has to be found out. */
  doubted(): void;
}

/** Events that travel together. Several of these wait when a burst outgrows one batch. */
interface Forming {
  /** The offset of its last event; that of the one before it if it has only notes. */
  head: number;
  entries: (EventEntry | NoteEntry)[];
  bytes: number;
  /** Of the commands in it that are followed; most batches have none. */
  traces: string[] | undefined;
  committed: PromiseWithResolvers<void>;
}

type Body = Pick<NewRecord, "body" | "traces">;

/**
 * The writing end of one room's log, held by the one that claimed it. One append is in flight at a time; what is added meanwhile
 * forms the next batch (group commit). Nothing is confirmed before the store has it. After a failure the log is finished: all that
 * was not confirmed is rejected, and may or may not be stored; whoever claims the room next finds out.
 */
export class RoomLog {
  readonly room: RoomId;
  readonly epoch: Epoch;
  readonly #records: RecordStore;
  readonly #ground: Ground;
  readonly #now: () => number;
  readonly #monotonic: () => number;
  readonly #pause: (ms: number) => Promise<void>;
  readonly #watch: CommitWatch | undefined;
  readonly #forming: Forming[] = [];
  /** What tells our batches from those of all other writers, also of one that was given the same generation after a rollback. */
  readonly #nonce = crypto.randomUUID().slice(0, 8);
  #generation: number;
  #sequence: number;
  #batchId: string;
  #life: number;
  #head: number;
  #addedHead: number;
  #batches = 0;
  #committing: Promise<void> | undefined;
  #inFlight: Forming | undefined;
  #failure: Error | undefined;
  #uncommitted = 0;
  /** When it was known last that nobody else had claimed the room: monotonic, ms. */
  #sureAt: number;
  /** Entries that were added. */
  readonly #rate = new Rate(limits.rateOverMs);
  /** When the last append began: monotonic, ms. */
  #begunAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(start: RoomLogStart) {
    this.room = start.room;
    this.epoch = start.epoch;
    this.#generation = start.generation;
    this.#records = start.records;
    this.#ground = start.ground;
    this.#now = start.now;
    this.#monotonic = start.monotonic;
    this.#pause = start.pause;
    this.#watch = start.watch;
    this.#sequence = start.sequence;
    this.#batchId = start.batchId;
    this.#life = start.life;
    this.#sureAt = start.monotonic();
    this.#head = start.head;
    this.#addedHead = start.head;
  }

  /** The offset of the last event that is durable. */
  get head(): number {
    return this.#head;
  }

  /** Of the claim that it writes under. */
  get generation(): number {
    return this.#generation;
  }

  /** The stream sequence of the room's last durable record. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Of that record. */
  get batchId(): string {
    return this.#batchId;
  }

  /** Events added and not yet durable. */
  get uncommitted(): number {
    return this.#uncommitted;
  }

  /** Whether it is finished: it takes nothing any more. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether its head is for certain where the room's log ends: after a failure more may be stored, now or later. */
  get certain(): boolean {
    return this.#failure === undefined && this.#uncommitted === 0;
  }

  /**
   * Adds lines that belong together: one batch holds them all, so that all are stored or none is. An event's offset is the next one.
   * Resolves once they are durable.
   * @throws (by rejection) Fenced | RolledBack | OutcomeUnknown: it may be stored
   * @throws (by rejection) LogFull | LogUnavailable: it is not
   */
  add(...entries: (EventEntry | NoteEntry)[]): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    let bytes = 0;
    let head = this.#addedHead;
    for (const entry of entries) {
      bytes += entry.line.length;
      if (entry.kind !== "event") continue;
      if (entry.offset !== head + 1) throw new RangeError(`offset ${entry.offset} does not follow ${head}`);
      head = entry.offset;
    }
    const forming = this.#roomFor(entries.length, bytes);
    this.#addedHead = head;
    this.#uncommitted += entries.length;
    this.#rate.add(entries.length, this.#monotonic());
    forming.head = head;
    forming.entries.push(...entries);
    forming.bytes += bytes;
    // After the current turn: what arrives together is committed together.
    this.#committing ??= Promise.resolve().then(() => this.#commitAll());
    return forming.committed.promise;
  }

  /** The batch that was added to last goes on with this trace: it tells whoever reads it. */
  mark(traceparent: string): void {
    const batch = this.#forming.at(-1);
    if (batch === undefined) return;
    batch.traces ??= [];
    batch.traces.push(traceparent);
  }

  /** Resolves once an offset that was added is durable. @throws as `add` does */
  whenCommitted(offset: number): Promise<void> {
    if (offset <= this.#head) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const batch = [this.#inFlight, ...this.#forming].find((forming) => forming !== undefined && forming.head >= offset);
    if (batch === undefined) throw new RangeError(`offset ${offset} was never added`);
    return batch.committed.promise;
  }

  /**
   * Resolves if nobody else had claimed the room so long ago; 0: now. For what is answered and not appended: no fence tells
   * a former owner that what it knows is old.
   * @throws Fenced | LogUnavailable
   */
  confirm(agoMs: number = limits.ownerSureMs): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#monotonic() - this.#sureAt < agoMs) return Promise.resolve();
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Resolves once everything added so far is durable, or has failed. */
  async settled(): Promise<void> {
    await this.#committing;
  }

  #roomFor(entries: number, bytes: number): Forming {
    const last = this.#forming.at(-1);
    if (last !== undefined && last.entries.length + entries <= limits.batchEvents && last.bytes + bytes <= limits.batchBytes)
      return last;
    const forming: Forming = {
      head: this.#addedHead,
      entries: [],
      bytes: 0,
      traces: undefined,
      committed: Promise.withResolvers(),
    };
    forming.committed.promise.catch(() => {}); // Whoever added is told; the log itself does not throw.
    this.#forming.push(forming);
    return forming;
  }

  async #commitAll(): Promise<void> {
    while (this.#forming.length > 0) {
      await this.#gather();
      const batch = this.#forming.shift();
      if (batch === undefined) break;
      this.#inFlight = batch;
      const since = this.#monotonic();
      try {
        await this.#commit(batch);
        this.#watch?.ended(batch.entries.length, this.#monotonic() - since, undefined);
        batch.committed.resolve();
      } catch (error) {
        const failure = error instanceof Error ? error : new Error(String(error));
        this.#watch?.ended(batch.entries.length, this.#monotonic() - since, failure);
        this.#fail(failure, batch);
        break;
      }
    }
    this.#inFlight = undefined;
    this.#committing = undefined;
  }

  /** In a flood appends keep a distance, so that more travels in each: what one costs, from here to every gateway, is spent less often. */
  async #gather(): Promise<void> {
    const { apartMs, enough, perS } = limits.gather;
    const now = this.#monotonic();
    const wait = this.#begunAt + apartMs * ramp(this.#rate.perSecond(now), perS) - now;
    // With a second batch behind it the first one takes no more.
    const mayGrow = this.#forming.length === 1 && (this.#forming[0]?.entries.length ?? 0) < enough;
    if (wait > 0 && mayGrow) await this.#pause(wait);
    this.#begunAt = this.#monotonic();
  }

  async #look(): Promise<void> {
    const at = this.#monotonic();
    const last = await this.#records.last(this.room);
    // A batch of our own on its way finds out by itself, and may be the last record by now. What forms behind it is not: in a flood that never ends.
    await this.#inFlight?.committed.promise.catch(() => {});
    if (this.#failure !== undefined) throw this.#failure;
    if (last !== undefined && last.sequence > this.#sequence) {
      this.#failure = new Fenced(this.room);
      throw this.#failure;
    }
    this.#sureAt = Math.max(this.#sureAt, at);
  }

  #fail(error: Error, batch: Forming): void {
    this.#failure = error;
    for (const forming of [batch, ...this.#forming.splice(0)]) forming.committed.reject(error);
  }

  async #commit({ entries, head, traces }: Forming): Promise<void> {
    const batch: Batch = { epoch: this.epoch, head, time: this.#now(), entries };
    const body = encodeBatch(batch);
    const record = traces === undefined ? { body } : { body, traces: joinTraces(traces) };
    try {
      await this.#append(record, head);
    } catch (error) {
      if (error instanceof RolledBack) await this.#inDoubt(this.#ground.remember(this));
      if (!(error instanceof Emptied)) throw error;
      await this.#inDoubt(this.#appendAnew(record, head));
    }
    this.#head = head;
    this.#uncommitted -= entries.length;
  }

  async #appendAnew(record: Body, head: number): Promise<void> {
    const { generation, sequence, batchId } = await this.#ground.reclaim(this);
    this.#generation = generation;
    this.#sequence = sequence;
    this.#batchId = batchId;
    await this.#append(record, head);
  }

  /** A first try may have been stored, and be gone with the others since. That the log takes nothing now does not tell. */
  async #inDoubt(next: Promise<void>): Promise<void> {
    try {
      await next;
    } catch (cause) {
      // Emptied once more, right after it was claimed anew: whoever claims it next looks again.
      if (![LogFull, LogUnavailable, Emptied].some((expected) => cause instanceof expected)) throw cause;
      throw new OutcomeUnknown(`the outcome of an append to ${this.room} is unknown`, { cause });
    }
  }

  async #append(record: Body, head: number): Promise<void> {
    const batchId = `${this.#nonce}-${++this.#batches}`;
    const at = this.#monotonic();
    this.#sequence = await appendFenced(this.#records, {
      room: this.room,
      record: { generation: this.#generation, batchId, ...record },
      expectedLast: this.#sequence,
      stillStands: () => this.#stillStands(head),
      now: this.#monotonic,
      pause: this.#pause,
      doubted: () => this.#watch?.doubted(),
    });
    this.#batchId = batchId;
    this.#sureAt = at;
  }

  async #stillStands(furthest: number): Promise<void> {
    const { life } = this.#records;
    if (life === this.#life) return;
    const asked = this.#ground.stillStands({
      epoch: this.epoch,
      generation: this.#generation,
      head: this.#head,
      furthest,
      sequence: this.#sequence,
      batchId: this.#batchId,
    });
    // All rooms ask at once, and wait for each other.
    await within(
      limits.stillStandsMs,
      asked,
      () => new LogUnavailable(`no word whether the writer of ${this.room} still stands`),
    );
    this.#life = life;
  }
}
