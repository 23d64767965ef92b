/** Follows one stream of the log into the store. It holds no state of its own that the store does not have. */
import type { Epoch, RoomId } from "@madang/contracts";
import type { DeadLetter, ShardReader } from "@madang/log";
import type { Trace, Tracing } from "@madang/runtime";
import { Patience } from "./patience.ts";
import { Preparation } from "./preparation.ts";
import { forWhom, lostEvent } from "./record-reader.ts";
import type { MessageStore } from "./store/message-store.ts";
import { halve, type Piece, sequenceOf } from "./transaction.ts";

/** What an operator wants to hear of. */
export type ProjectorNews =
  | { kind: "paused"; error: Error; waitMs: number }
  /** Nothing is waited for any more. */
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
  /** Follows on what its commands were followed by. */
  tracing?: Tracing;
  /** Hears how long a commit that succeeded took. */
  committed?: (ms: number, rows: number) => void;
  /** Monotonic, ms. */
  now: () => number;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 … 1. */
  random: () => number;
}

export interface ProjectorStats {
  /** Rows given to the store, repeats included. */
  readonly events: number;
  /** Of them, those that are no messages. */
  readonly acts: number;
  /** Rows of totals given to the store. */
  readonly totals: number;
  readonly transactions: number;
  /** Records passed over, since the store had them. */
  readonly skipped: number;
  readonly buried: number;
  readonly lost: number;
  /** It waits for the store or the log. */
  readonly paused: boolean;
  readonly lastError?: string;
}

/**
 * At least once, in the log's order, never skipping: what is away is waited for, however long. What can never be stored goes to the
 * dead letters, a `lost` row takes its place, and the rest goes on.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #counts = { events: 0, acts: 0, totals: 0, transactions: 0, skipped: 0, buried: 0, lost: 0 };
  /** The halves that wait now. */
  readonly #paused = new Set<"reading" | "writing">();
  #lastError: string | undefined;
  readonly #reading = this.#patienceOf("reading");
  readonly #writing = this.#patienceOf("writing");

  constructor(options: ProjectorOptions) {
    this.#options = options;
  }

  get stats(): ProjectorStats {
    const lastError = this.#lastError === undefined ? {} : { lastError: this.#lastError };
    return { ...this.#counts, paused: this.#paused.size > 0, ...lastError };
  }

  /** Until the signal aborts; a transaction under way is finished. @throws what the log's reader throws beside `LogUnavailable` */
  async run(signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const ending = AbortSignal.any([signal, failed.signal]);
    const transactions = this.#prepare(ending);
    let next = transactions.next();
    try {
      for (let made = await next; !made.done; made = await next) {
        const committing = this.#commit(made.value, signal);
        // The next one is made while this one is on its way; what becomes of it is heard when its turn comes.
        next = transactions.next();
        next.catch(() => {});
        await committing;
      }
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
    } finally {
      failed.abort();
      // Nobody else may have the reader before we have let go of it.
      await next.catch(() => {});
    }
  }

  #prepare(signal: AbortSignal): AsyncGenerator<Piece[], void, undefined> {
    const { reader, store, report, now } = this.#options;
    const preparation = new Preparation({
      reader,
      store,
      patience: this.#reading,
      bury: (letter) => this.#bury(letter, { patience: this.#reading, signal }),
      skipped: () => {
        this.#counts.skipped++;
      },
      missing: (missing) => {
        this.#counts.lost += missing.to - missing.from + 1;
        report({ kind: "missing", ...missing });
      },
      now,
    });
    return preparation.transactions(signal);
  }

  async #commit(pieces: readonly Piece[], signal: AbortSignal): Promise<void> {
    if (pieces.some(({ append }) => append)) await this.#write(pieces, signal);
    // After the commit and not before: the log may forget what is done.
    const done = pieces.findLast(({ last }) => last)?.record;
    if (done) await this.#writing.with(signal, () => this.#options.reader.done(done));
  }

  /** Commits all pieces, the culprits replaced. */
  async #write(pieces: readonly Piece[], signal: AbortSignal): Promise<void> {
    try {
      await this.#writing.with(signal, () => this.#apply(pieces));
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw error;
      const halves = halve(pieces);
      if (halves === undefined) return this.#replace(pieces, error as Error, signal);
      await this.#write(halves[0], signal);
      await this.#write(halves[1], signal);
    }
  }

  async #apply(pieces: readonly Piece[]): Promise<void> {
    const { reader, store, epoch, tracing, committed, now } = this.#options;
    const appends = pieces.flatMap(({ append }) => append ?? []);
    const traces = tracing?.on ? tracesIn(pieces, tracing) : none;
    const since = now();
    try {
      await store.apply(appends, { shard: reader.shard, sequence: sequenceOf(pieces), epoch });
      for (const trace of traces) trace.end();
    } catch (error) {
      for (const trace of traces) trace.end(error instanceof Error ? error.name : "failed");
      throw error;
    }
    committed?.(
      now() - since,
      appends.reduce((rows, { events, totals }) => rows + events.length + totals.length, 0),
    );
    for (const { events, totals } of appends) {
      this.#counts.events += events.length;
      this.#counts.totals += totals.length;
      for (const { type } of events) if (type !== "posted") this.#counts.acts++;
    }
    this.#counts.transactions++;
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
      const about = { room: append.room, sequence: record.sequence, offset, type, author, ...forWhom(event) };
      const letter = { ...about, reason: error.message };
      await this.#bury({ ...letter, body: Buffer.from(line) }, { patience: this.#writing, signal });
      replaced.push({ ...piece, append: { ...append, events: [lostEvent(offset, time)] } });
    }
    // A store that refuses even this is itself broken: whatever it says, it is waited for.
    await this.#writing.with(signal, () => this.#apply(replaced), always);
  }

  async #bury(
    what: Omit<DeadLetter, "source">,
    { patience, signal }: { patience: Patience; signal: AbortSignal },
  ): Promise<void> {
    const { bury, report } = this.#options;
    const letter: DeadLetter = { source: "projector", ...what };
    await patience.with(signal, () => bury(letter), always);
    this.#counts.buried++;
    report({ kind: "buried", letter });
  }

  #patienceOf(half: "reading" | "writing"): Patience {
    return new Patience({
      sleep: (ms, signal) => this.#options.sleep(ms, signal),
      random: () => this.#options.random(),
      paused: (error, waitMs) => {
        this.#paused.add(half);
        this.#lastError = error.message;
        this.#options.report({ kind: "paused", error, waitMs });
      },
      resumed: () => {
        this.#paused.delete(half);
        if (this.#paused.size === 0) this.#options.report({ kind: "resumed" });
      },
    });
  }
}

const always = () => true;

type BatchTrace = Pick<Trace, "set" | "end">;

/** Of most transactions. */
const none: readonly BatchTrace[] = [];
/** Records of one transaction that are followed on. */
const mostTraced = 16;

function tracesIn(pieces: readonly Piece[], tracing: Tracing): BatchTrace[] {
  const traces: BatchTrace[] = [];
  for (const { append, last, record } of pieces) {
    if (append === undefined || !last || !record.traces || traces.length >= mostTraced) continue;
    const trace = tracing.followAll("store", record.traces);
    if (trace === undefined) continue;
    trace.set("madang.records", pieces.length);
    traces.push(trace);
  }
  return traces;
}
