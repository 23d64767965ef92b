/**
 * One room as this gateway sees it: its live batches in order, its latest lines, and who watches. Held by the hub. Whoever joins
 * does so in one turn between two batches, so that what was recovered and what is live meet without a seam.
 */
import type { Bus, BusSubscription } from "@madang/bus";
import {
  type Batch,
  type ClientInfo,
  type CloseCode,
  decodeBatch,
  decodeJson,
  type Epoch,
  eventsOf,
  type Line,
  limits,
  type Position,
  type RoomId,
  Signal,
  subjects,
  UnsubscribeCode,
} from "@madang/contracts";
import type { EventLog } from "@madang/log";
import { backoff, type Logger, pause } from "@madang/runtime";
import { encodePublications, encodePush } from "./encode.ts";
import { HistoryUnavailable, type Past } from "./past.ts";
import { Ring } from "./ring.ts";

/** One subscription of one socket, as the feed needs it. */
export interface Viewer {
  readonly info: ClientInfo;
  readonly wantsJoinLeave: boolean;
  broadcast(frame: Buffer): void;
  push(message: string): void;
  /** The server ends this subscription. */
  end(code: CloseCode): void;
}

export interface FeedOptions {
  bus: Pick<Bus, "subscribe" | "flush">;
  log: Pick<EventLog, "position">;
  past: Pick<Past, "page">;
  logger: Logger;
  pause?: (ms: number) => Promise<void>;
}

/** What is known of a batch that has not been looked at yet. A bare head says only that the room is further on. */
type Arrival = Batch | { epoch: Epoch; head: number; entries: readonly [] };

export class Feed {
  readonly room: RoomId;
  readonly #viewers = new Set<Viewer>();
  readonly #ring = new Ring({ maxLines: limits.ringLines, maxBytes: limits.ringBytes });
  readonly #options: Required<FeedOptions>;
  #subscriptions: readonly BusSubscription[];
  #queue: Arrival[] = [];
  #position: Position = { epoch: "", offset: 0 };
  #queuedBytes = 0;
  /** Opening, and reading what is missing, hold the queue back; there is one reason at a time. */
  #state: "opening" | "live" | "reading" | "closed" = "opening";
  /** Resolved when the queue is empty again; there is none while it is. */
  #behind: PromiseWithResolvers<void> | undefined;

  constructor(room: RoomId, options: FeedOptions) {
    this.room = room;
    this.#options = { pause, ...options };
    this.#subscriptions = this.#subscribe();
  }

  /** Resolves once the feed is live: every batch after `position` will be seen. @throws LogUnavailable | RequestTimeout */
  async open(): Promise<this> {
    // Listen before reading: a batch that lands between the two is then seen twice, never missed.
    await this.#options.bus.flush(limits.logRequestMs);
    this.#position = await this.#options.log.position(this.room);
    // What was on its way from before a loss of history belongs to no position any more.
    this.#queue = this.#queue.filter(({ epoch }) => epoch === this.#position.epoch);
    this.#goLive();
    return this;
  }

  /** The last line that was delivered here. */
  get position(): Position {
    return this.#position;
  }

  get live(): boolean {
    return this.#state === "live";
  }

  /** From this very turn on every line that is delivered here goes to this viewer too. */
  join(viewer: Viewer): void {
    this.#viewers.add(viewer);
  }

  /** False if it was not here. */
  leave(viewer: Viewer): boolean {
    return this.#viewers.delete(viewer);
  }

  /** How many watch here. */
  get audience(): number {
    return this.#viewers.size;
  }

  infos(): ClientInfo[] {
    return [...this.#viewers].map(({ info }) => info);
  }

  /** The lines `from` … `to`, if this gateway still has all of them. */
  recent(from: number, to: number): readonly Line[] | undefined {
    return this.#ring.slice(from, to);
  }

  /** The oldest line that is still here. */
  get oldest(): number | undefined {
    return this.#ring.first;
  }

  /** Whether the room is further on than this feed, in the same epoch or in another. One that does not deliver now is on its way. */
  isBehind({ epoch, offset }: Position): boolean {
    return this.live && (epoch !== this.#position.epoch || offset > this.#position.offset);
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
   * It asks until it is answered: a last message that was missed would show itself by nothing else.
   */
  async recheck(): Promise<void> {
    const { log, pause } = this.#options;
    for (let attempt = 0; this.#state !== "closed"; attempt++) {
      try {
        const { epoch, offset } = await log.position(this.room);
        this.#arrive({ epoch, head: offset, entries: [] });
        return await this.#behind?.promise;
      } catch {
        await pause(backoff(attempt, { firstMs: limits.feedRetryMs, longestMs: limits.feedRetryLongestMs }));
      }
    }
  }

  close(): void {
    this.#state = "closed";
    this.#queue = [];
    this.#behind?.resolve();
    for (const subscription of this.#subscriptions) subscription.close();
  }

  #subscribe(): BusSubscription[] {
    const { bus } = this.#options;
    return [
      bus.subscribe(subjects.live(this.room), (message) => this.#handleLive(message.data)),
      bus.subscribe(subjects.signal(this.room), (message) => this.#handleSignal(message.data)),
    ];
  }

  #handleLive(data: Uint8Array): void {
    try {
      this.#arrive(decodeBatch(data), data.length);
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

  /** Takes what has arrived in its order, until nothing is left or something must be read first. */
  #drainQueue(): void {
    for (let arrival = this.#queue[0]; arrival !== undefined; arrival = this.#queue[0]) {
      if (arrival.epoch !== this.#position.epoch) return this.#holdFor(() => this.#settleEpoch());
      const events = eventsOf(arrival).filter(({ offset }) => offset > this.#position.offset);
      const next = events[0]?.offset ?? arrival.head + 1;
      // The batch stays first in the queue, and is looked at again once all before it is here.
      if (next > this.#position.offset + 1) return this.#holdFor(() => this.#fill(next - 1));
      this.#deliver(events);
      this.#queue.shift();
    }
    this.#queuedBytes = 0;
    this.#behind?.resolve();
    this.#behind = undefined;
  }

  /** Holds the queue back while something is read, and goes on with it after. */
  #holdFor(reading: () => Promise<void>): void {
    this.#state = "reading";
    this.#behind ??= Promise.withResolvers();
    void reading().then(() => {
      if (this.#state === "reading") this.#goLive();
    });
  }

  #goLive(): void {
    this.#state = "live";
    this.#drainQueue();
  }

  #deliver(lines: readonly Line[]): void {
    const last = lines.at(-1);
    if (last === undefined) return;
    for (const line of lines) this.#ring.push(line);
    this.#position = { epoch: this.#position.epoch, offset: last.offset };
    if (this.#viewers.size === 0) return;
    const frame = encodePublications(this.room, lines);
    for (const viewer of this.#viewers) viewer.broadcast(frame);
  }

  /** Reads the lines up to an offset from the past. It does not give up: viewers wait, and the log or the store comes back. */
  async #fill(to: number): Promise<void> {
    const { past, logger, pause } = this.#options;
    logger.info({ room: this.room, from: this.#position.offset + 1, to }, "gap");
    for (let attempt = 0; this.#position.offset < to && this.#state === "reading"; attempt++) {
      try {
        const from = this.#position.offset + 1;
        const lines = await past.page({ room: this.room, from, to, reverse: false, maxBytes: limits.historyBytes });
        if (this.#state !== "reading") return;
        if (lines === "lost") {
          logger.error({ room: this.room, from, to }, "lines lost");
          return this.#restart({ epoch: this.#position.epoch, offset: to });
        }
        this.#deliver(lines);
        attempt = -1;
      } catch (error) {
        if (!(error instanceof HistoryUnavailable)) logger.error({ error, room: this.room }, "gap not filled yet");
        await pause(backoff(attempt, { firstMs: limits.feedRetryMs, longestMs: limits.feedRetryLongestMs }));
      }
    }
  }

  /** A batch of another life of the log: the log itself says which life it is in, for the batch may be the one that is late. */
  async #settleEpoch(): Promise<void> {
    const { log, pause } = this.#options;
    for (let attempt = 0; this.#state === "reading"; attempt++) {
      try {
        const position = await log.position(this.room);
        if (position.epoch !== this.#position.epoch) this.#restart(position);
        this.#queue = this.#queue.filter(({ epoch }) => epoch === position.epoch);
        return;
      } catch {
        await pause(backoff(attempt, { firstMs: limits.feedRetryMs, longestMs: limits.feedRetryLongestMs }));
      }
    }
  }

  /** History was lost: everybody starts again from here. */
  #restart(position: Position): void {
    this.#ring.clear();
    this.#position = position;
    for (const viewer of [...this.#viewers]) viewer.end(UnsubscribeCode.insufficientState);
  }

  #handleSignal(data: Uint8Array): void {
    const { type, info } = decodeJson(Signal, data);
    const message = encodePush({ channel: this.room, ...pushOf(type, info) });
    for (const viewer of this.#viewers) if (viewer.wantsJoinLeave && viewer.info.client !== info.client) viewer.push(message);
  }
}

function pushOf(type: Signal["type"], info: ClientInfo) {
  switch (type) {
    case "join":
      return { join: { info } };
    case "leave":
      return { leave: { info } };
    default:
      return type satisfies never;
  }
}
