/**
 * One room as this gateway sees it: its live batches in order, its latest lines, and who watches. Held by the hub. Whoever joins
 * does so in one turn between two batches, so that what was recovered and what is live meet without a seam.
 */
import type { Bus, BusMessage, BusSubscription } from "@madang/bus";
import {
  type Batch,
  batchTraces,
  type ClientInfo,
  type Counters,
  decodeBatch,
  type Epoch,
  eventsOf,
  type Line,
  limits,
  type Position,
  type RoomId,
  subjects,
  UnsubscribeCode,
} from "@madang/contracts";
import { type EventLog, LogUnavailable } from "@madang/log";
import { backoff, type Logger, pause, Rate, type Tracing, untraced } from "@madang/runtime";
import { FanOut } from "./fan-out.ts";
import { FeedSignals } from "./feed-signals.ts";
import { HistoryUnavailable, type Past } from "./past.ts";
import { Recent } from "./recent.ts";
import type { RoomCards } from "./room-cards.ts";
import { type Changed, RoomView } from "./room-view.ts";
import type { BatchTrace } from "./rotation.ts";
import type { SocketTable } from "./socket-table.ts";
import { Traffic } from "./traffic.ts";
import type { Viewer } from "./viewer.ts";

export interface FeedOptions {
  bus: Pick<Bus, "subscribe" | "flush">;
  log: Pick<EventLog, "position">;
  past: Pick<Past, "page">;
  cards: Pick<RoomCards, "read" | "follow">;
  logger: Logger;
  /** Whether anybody here does not want to hear them. */
  isBlocked?: (author: string) => boolean;
  /** Server time, ms. */
  serverTime?: () => number;
  /** What this gateway gives out, of all rooms. */
  load?: Rate;
  /** The longest that a line waits for others, ms; 0: never. */
  windowMs?: number;
  traffic?: Traffic;
  /** Where viewers have their rows. */
  sockets: SocketTable;
  tracing?: Tracing;
  /** Where questions to the log wait their turn. */
  turns?: Turns;
  pause?: (ms: number) => Promise<void>;
}

export type Turns = <T>(room: RoomId, ask: () => Promise<T>) => Promise<T>;

/** What is known of a batch that has not been looked at yet. A bare head says only that the room is further on. */
type Arrival = (Batch | { epoch: Epoch; head: number; entries: readonly [] }) & { traces?: BatchTrace | undefined };

export class Feed {
  readonly room: RoomId;
  /** What the room is like, as of its head. */
  readonly view = new RoomView();
  readonly #fanOut: FanOut;
  readonly #recent: Recent;
  readonly #options: Required<FeedOptions>;
  #subscriptions: readonly BusSubscription[];
  #queue: Arrival[] = [];
  /** Where all that has come here without a gap ends. */
  #head: Position = { epoch: "", offset: 0 };
  readonly #signals: FeedSignals;
  /** How often the card is to be read, by those who asked and have no answer yet. */
  #cardsDue = 0;
  #rechecking: Promise<void> | undefined;
  #recheckingNext: Promise<void> | undefined;
  #queuedBytes = 0;
  /** Opening, and waiting for what is missing or for the fan-out, hold the queue back; there is one reason at a time. */
  #state: "opening" | "live" | "waiting" | "closed" = "opening";
  /** Resolved when the queue is empty again; there is none while it is. */
  #behind: PromiseWithResolvers<void> | undefined;

  constructor(room: RoomId, options: FeedOptions) {
    this.room = room;
    this.#options = {
      pause,
      load: new Rate(limits.rateOverMs),
      windowMs: limits.fanOutWindowMs,
      turns: (_, ask) => ask(),
      isBlocked: () => false,
      serverTime: Date.now,
      tracing: untraced,
      ...options,
      traffic: options.traffic ?? new Traffic(),
    };
    const { load, windowMs, past, isBlocked, sockets, traffic } = this.#options;
    const { view } = this;
    this.#recent = new Recent({ room, past, pause: this.#options.pause });
    const onShown = (lines: readonly Line[]) => this.#recent.push(lines);
    this.#fanOut = new FanOut({ room, load, windowMs, view, isBlocked, onShown, sockets, times: traffic.times });
    this.#signals = new FeedSignals({ room, view, fanOut: this.#fanOut, serverTime: this.#options.serverTime });
    this.#subscriptions = this.#subscribe();
  }

  /** Resolves once the feed is live: every batch after `position` will be seen. @throws LogUnavailable | RequestTimeout */
  async open(): Promise<this> {
    // Listen before reading: a batch that lands between the two is then seen twice, never missed.
    const { bus, log, cards } = this.#options;
    await bus.flush(limits.logRequestMs);
    const [position, card] = await Promise.all([log.position(this.room), cards.read(this.room)]);
    this.#head = position;
    this.view.startAt(position.offset);
    this.#takeCard(card);
    // What was on its way from before a loss of history belongs to no position any more.
    this.#queue = this.#queue.filter(({ epoch }) => epoch === this.#head.epoch);
    this.#goLive();
    return this;
  }

  /** The last line that was given out here, or is being given out: who joins now gets all after it. */
  get position(): Position {
    return { epoch: this.#head.epoch, offset: this.#head.offset - this.#fanOut.waiting.length };
  }

  /** The last line that is here. It may wait for others a moment before it is given out. */
  get head(): Position {
    return this.#head;
  }

  get live(): boolean {
    return this.#state === "live";
  }

  /** From this very turn on every line after `position` goes to this viewer too. */
  join(viewer: Viewer): void {
    this.#fanOut.join(viewer);
  }

  /** False if it was not here. */
  leave(viewer: Viewer): boolean {
    return this.#fanOut.leave(viewer);
  }

  /** How many watch here. */
  get audience(): number {
    return this.#fanOut.audience;
  }

  /** As they were told last, if they were since this room is watched here. */
  get counters(): Counters | undefined {
    return this.#signals.counters;
  }

  infos(): ClientInfo[] {
    return [...this.#fanOut.viewers].map(({ info }) => info);
  }

  /** The lines `from` … `to` as they read now, if this gateway still has all of them. */
  recent(from: number, to: number): readonly Line[] | undefined {
    const { offset } = this.position;
    const shown = this.#recent.slice(from, Math.min(to, offset));
    if (shown === undefined) return undefined;
    const waiting = to <= offset ? [] : this.#fanOut.waiting.slice(Math.max(0, from - offset - 1), to - offset);
    return [...shown, ...waiting].map((line) => this.view.read(line));
  }

  /** Sees to it that the latest lines are here, as many as anybody may recover. @throws HistoryUnavailable */
  recall(): Promise<void> {
    return this.#recent.recall(this.position.offset);
  }

  /** Gives out all that is here now. Resolves when it is on its way. */
  flush(): Promise<void> {
    return this.#fanOut.flush();
  }

  /** Whether the room is further on than this feed, in the same epoch or in another. One that does not deliver now is on its way. */
  isBehind({ epoch, offset }: Position): boolean {
    return this.live && (epoch !== this.#head.epoch || offset > this.#head.offset);
  }

  /** The room is that far: what is missing up to there is read from the past, and what comes after it is listened for anew. */
  catchUp({ epoch, offset }: Position): void {
    if (!this.isBehind({ epoch, offset })) return;
    // The old ear may be deaf for good. It is closed last: between the two, something is heard twice and nothing missed.
    const old = this.#subscriptions;
    this.#subscriptions = this.#subscribe();
    for (const subscription of old) subscription.close();
    this.#arrive({ epoch, head: offset, entries: [] });
  }

  /**
   * Asks the log whether the room went on without us, as it may have while the connection was away, and resolves once we have caught up.
   * It asks until it is answered: a last message that was missed would show itself by nothing else. However many want it, one question
   * is under way, and one more waits for them.
   */
  recheck(): Promise<void> {
    if (this.#rechecking === undefined) {
      this.#rechecking = this.#recheck().finally(() => {
        this.#rechecking = undefined;
      });
      return this.#rechecking;
    }
    // The one under way may have been answered before what this one is about.
    this.#recheckingNext ??= this.#rechecking.then(() => {
      this.#recheckingNext = undefined;
      return this.recheck();
    });
    return this.#recheckingNext;
  }

  close(): void {
    this.#state = "closed";
    this.#queue = [];
    this.#behind?.resolve();
    this.#fanOut.close();
    for (const subscription of this.#subscriptions) subscription.close();
  }

  #subscribe(): BusSubscription[] {
    const { bus, cards } = this.#options;
    return [
      bus.subscribe(subjects.live(this.room), (message) => this.#handleLive(message)),
      bus.subscribe(subjects.signal(this.room), (message) => this.#signals.handle(message.data)),
      cards.follow(this.room, (card) => this.#takeCard(card)),
    ];
  }

  #handleLive(message: Pick<BusMessage, "data" | "header">): void {
    const { tracing } = this.#options;
    const { data } = message;
    try {
      // What waits is counted by its own length, and must not hold all that came in the same read.
      const batch = decodeBatch(this.live ? data : new Uint8Array(data));
      // Reading headers costs a little, and they are there for each batch.
      const traces = tracing.on ? tracing.followAll("fan out", message.header(batchTraces)) : undefined;
      this.#arrive(traces === undefined ? batch : { ...batch, traces }, data.length);
    } catch (error) {
      this.#options.logger.error({ error, room: this.room }, "unreadable batch");
      void this.recheck();
    }
  }

  #arrive(arrival: Arrival, bytes = 0): void {
    if (this.#state === "closed") return;
    this.#queue.push(arrival);
    this.#queuedBytes += bytes;
    if (this.#queuedBytes > limits.feedQueueBytes) {
      // Beyond the bound the newest says all: what lies before it is read from the past.
      this.#queue = [{ epoch: arrival.epoch, head: arrival.head, entries: [] }];
      this.#queuedBytes = 0;
    }
    if (this.#state === "live") this.#drainQueue();
  }

  /** Takes what has arrived in its order, until nothing is left or something must be waited for first. */
  #drainQueue(): void {
    for (let arrival = this.#queue[0]; arrival !== undefined; arrival = this.#queue[0]) {
      if (arrival.epoch !== this.#head.epoch) return this.#holdFor(() => this.#settleEpoch());
      if (this.#fanOut.full) return this.#holdFor(() => this.#fanOut.flush());
      const events = eventsOf(arrival).filter(({ offset }) => offset > this.#head.offset);
      const next = events[0]?.offset ?? arrival.head + 1;
      // The batch stays first in the queue, and is looked at again once all before it is here.
      if (next > this.#head.offset + 1) return this.#holdFor(() => this.#fill(next - 1));
      this.#take(events, arrival.traces);
      this.#queue.shift();
    }
    this.#queuedBytes = 0;
    this.#behind?.resolve();
    this.#behind = undefined;
  }

  /** Holds the queue back while something is waited for, and goes on with it after. */
  #holdFor(reason: () => Promise<void>): void {
    this.#state = "waiting";
    this.#behind ??= Promise.withResolvers();
    void reason().then(() => {
      if (this.#state === "waiting") this.#goLive();
    });
  }

  #goLive(): void {
    this.#state = "live";
    this.#drainQueue();
  }

  #take(lines: readonly Line[], traces?: BatchTrace): void {
    const last = lines.at(-1);
    // Nothing to give out, or nothing any more: it is here already.
    if (last === undefined) return traces?.end();
    this.#head = { epoch: this.#head.epoch, offset: last.offset };
    this.#heed(this.view.apply(lines));
    this.#fanOut.add(lines, traces);
  }

  /** What was put while the connection was away did not come. */
  #rereadCard(): void {
    if (this.#cardsDue++ === 0) void this.#readCard();
  }

  async #readCard(): Promise<void> {
    const { turns, cards } = this.#options;
    while (this.#cardsDue > 0 && this.#state !== "closed") {
      const due = this.#cardsDue;
      const card = await this.#insist(
        () => turns(this.room, () => cards.read(this.room)),
        () => this.#state !== "closed",
      );
      this.#takeCard(card);
      // For those who asked meanwhile the answer may be too old.
      this.#cardsDue -= due;
    }
  }

  #takeCard(card: Uint8Array | undefined): void {
    if (card === undefined || this.#state === "closed") return;
    try {
      this.#heed(this.view.take(card));
    } catch (error) {
      this.#options.logger.error({ error, room: this.room }, "unreadable card");
    }
  }

  /** What is decided takes effect at once, also on what waits to be given out. */
  #heed({ banned, restored }: Changed): void {
    if (restored) this.#recent.clear();
    if (banned !== "anybody" && banned.length === 0) return;
    const now = this.#options.serverTime();
    for (const viewer of [...this.#fanOut.viewers]) {
      const concerned = banned === "anybody" || banned.includes(viewer.user);
      if (concerned && this.view.isBanned(viewer.user, now)) viewer.end(UnsubscribeCode.banned);
    }
  }

  async #recheck(): Promise<void> {
    this.#rereadCard();
    const { epoch, offset } =
      (await this.#insist(
        () => this.#ask(),
        () => this.#state !== "closed",
      )) ?? this.#head;
    this.#arrive({ epoch, head: offset, entries: [] });
    await this.#behind?.promise;
  }

  /** Reads the lines up to an offset from the past. */
  async #fill(to: number): Promise<void> {
    const { past, logger, traffic } = this.#options;
    const { room } = this;
    traffic.gaps++;
    logger.info({ room, from: this.#head.offset + 1, to }, "gap");
    while (this.#head.offset < to && this.#state === "waiting") {
      const from = this.#head.offset + 1;
      const page = { room, from, to, reverse: false, maxBytes: limits.historyBytes };
      const lines = await this.#insist(
        () => past.page(page),
        () => this.#state === "waiting",
      );
      if (lines === undefined) return;
      if (lines === "lost") {
        traffic.lostRanges++;
        logger.error({ room, from, to }, "lines lost");
        this.#restart({ epoch: this.#head.epoch, offset: to });
        return this.#rereadCard();
      }
      traffic.backfilledLines += lines.length;
      this.#take(lines);
      await this.#fanOut.flush();
    }
  }

  /** A batch of another life of the log: the log itself says which life it is in, for the batch may be the one that is late. */
  async #settleEpoch(): Promise<void> {
    const position = await this.#insist(
      () => this.#ask(),
      () => this.#state === "waiting",
    );
    if (position === undefined) return;
    if (position.epoch !== this.#head.epoch) {
      // Before anybody comes back: who is banned stays so.
      const card = await this.#insist(
        () => this.#options.cards.read(this.room),
        () => this.#state === "waiting",
      );
      if (this.#state !== "waiting") return;
      // By what is known of the former life: what was taken away while it waited stays away.
      this.#fanOut.finish();
      this.view.reset();
      this.#restart(position);
      this.#takeCard(card);
    }
    this.#queue = this.#queue.filter(({ epoch }) => epoch === position.epoch);
  }

  #ask(): Promise<Position> {
    const { log, turns } = this.#options;
    return turns(this.room, () => log.position(this.room));
  }

  /** Asks until there is an answer, for viewers wait; undefined once nobody needs it any more. */
  async #insist<T>(ask: () => Promise<T>, needed: () => boolean): Promise<T | undefined> {
    const { logger, pause } = this.#options;
    for (let attempt = 0; needed(); attempt++) {
      try {
        const answer = await ask();
        return needed() ? answer : undefined;
      } catch (error) {
        const expected = error instanceof HistoryUnavailable || error instanceof LogUnavailable;
        if (!expected && attempt === 0) logger.error({ error, room: this.room }, "the past cannot be read");
        await pause(backoff(attempt, { firstMs: limits.feedRetryMs, longestMs: limits.feedRetryLongestMs }));
      }
    }
    return undefined;
  }

  /** History was lost: everybody starts again from here. */
  #restart(position: Position): void {
    this.#fanOut.finish();
    this.#recent.clear();
    this.#head = position;
    this.view.startAt(position.offset);
    for (const viewer of [...this.#fanOut.viewers]) viewer.end(UnsubscribeCode.insufficientState);
  }
}
