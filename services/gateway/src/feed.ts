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
  type Epoch,
  ErrorCode,
  eventsOf,
  limits,
  type Position,
  type RoomId,
  type Signal,
  subjects,
  UnsubscribeCode,
} from "@madang/contracts";
import type { EventLog } from "@madang/log";
import { type Logger, pause } from "@madang/runtime";
import { encodePublications, encodePush } from "./encode.ts";
import type { Past } from "./past.ts";
import { ReplyError } from "./reply-error.ts";
import { type Line, Ring } from "./ring.ts";

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
  readonly viewers = new Set<Viewer>();
  readonly ring = new Ring({ maxLines: limits.ringLines, maxBytes: limits.ringBytes });
  readonly #options: Required<FeedOptions>;
  readonly #subscriptions: BusSubscription[];
  #queue: Arrival[] = [];
  #position: Position = { epoch: "", offset: 0 };
  /** Opening and filling hold the queue back; there is one reason at a time. */
  #state: "opening" | "live" | "filling" | "closed" = "opening";

  constructor(room: RoomId, options: FeedOptions) {
    this.room = room;
    this.#options = { pause, ...options };
    this.#subscriptions = [
      options.bus.subscribe(subjects.live(room), (message) => this.#handleLive(message.data)),
      options.bus.subscribe(subjects.signal(room), (message) => this.#handleSignal(message.data)),
    ];
  }

  /** Resolves once the feed is live: every batch after `position` will be seen. @throws LogUnavailable | RequestTimeout */
  async open(): Promise<this> {
    // Listen before reading: a batch that lands between the two is then seen twice, never missed.
    await this.#options.bus.flush(limits.logRequestMs);
    this.#position = await this.#options.log.position(this.room);
    this.#state = "live";
    this.#drainQueue();
    return this;
  }

  /** The last line that was delivered here. */
  get position(): Position {
    return this.#position;
  }

  get live(): boolean {
    return this.#state === "live";
  }

  /** Asks the log whether the room went on without us, as it may have while the connection was away. @throws LogUnavailable */
  async recheck(): Promise<void> {
    const { epoch, offset } = await this.#options.log.position(this.room);
    this.#arrive({ epoch, head: offset, entries: [] });
  }

  close(): void {
    this.#state = "closed";
    for (const subscription of this.#subscriptions) subscription.close();
  }

  #handleLive(data: Uint8Array): void {
    try {
      this.#arrive(decodeBatch(data));
    } catch (error) {
      this.#options.logger.error({ error, room: this.room }, "unreadable batch");
      void this.recheck().catch(() => {});
    }
  }

  #arrive(arrival: Arrival): void {
    if (this.#state === "closed") return;
    this.#queue.push(arrival);
    // Beyond the bound the newest says all: what lies before it is read from the past.
    if (this.#queue.length > limits.feedQueueBatches) this.#queue = [{ epoch: arrival.epoch, head: arrival.head, entries: [] }];
    if (this.#state === "live") this.#drainQueue();
  }

  #drainQueue(): void {
    for (let arrival = this.#queue[0]; arrival !== undefined && this.#state === "live"; arrival = this.#queue[0]) {
      if (arrival.epoch !== this.#position.epoch) {
        this.#restart(arrival);
      } else {
        const events = eventsOf(arrival).filter(({ offset }) => offset > this.#position.offset);
        const next = events[0]?.offset ?? arrival.head + 1;
        if (next > this.#position.offset + 1) {
          // The batch stays first in the queue, and is looked at again once all before it is here.
          this.#state = "filling";
          void this.#fill(next - 1);
          return;
        }
        this.#deliver(events);
      }
      this.#queue.shift();
    }
  }

  #deliver(lines: readonly Line[]): void {
    const last = lines.at(-1);
    if (last === undefined) return;
    for (const line of lines) this.ring.push(line);
    this.#position = { epoch: this.#position.epoch, offset: last.offset };
    if (this.viewers.size === 0) return;
    const frame = encodePublications(this.room, lines);
    for (const viewer of this.viewers) viewer.broadcast(frame);
  }

  async #fill(to: number): Promise<void> {
    const { past, logger, pause } = this.#options;
    logger.info({ room: this.room, from: this.#position.offset + 1, to }, "gap");
    for (let attempt = 0; this.#position.offset < to && this.#state === "filling"; attempt++) {
      try {
        const page = await past.page({
          room: this.room,
          from: this.#position.offset + 1,
          to,
          reverse: false,
          maxBytes: limits.historyBytes,
        });
        if (this.#state !== "filling") return;
        this.#deliver(page.lines.map((line, index) => ({ offset: page.from + index, line })));
        attempt = 0;
      } catch (error) {
        if (error instanceof ReplyError && error.error.code === ErrorCode.unrecoverablePosition.code) {
          logger.error({ room: this.room, to }, "lines lost");
          this.#restart({ epoch: this.#position.epoch, head: to });
          break;
        }
        await pause(Math.min(2_000, 50 * 2 ** attempt));
      }
    }
    if (this.#state !== "filling") return;
    this.#state = "live";
    this.#drainQueue();
  }

  /** History was lost: everybody starts again from here. */
  #restart({ epoch, head }: { epoch: Epoch; head: number }): void {
    this.ring.clear();
    this.#position = { epoch, offset: head };
    for (const viewer of [...this.viewers]) viewer.end(UnsubscribeCode.insufficientState);
  }

  #handleSignal(data: Uint8Array): void {
    const signal: Signal = JSON.parse(Buffer.from(data).toString("utf8"));
    const { info } = signal;
    const message = encodePush(
      signal.type === "join" ? { channel: this.room, join: { info } } : { channel: this.room, leave: { info } },
    );
    for (const viewer of this.viewers) if (viewer.wantsJoinLeave && viewer.info.client !== info.client) viewer.push(message);
  }
}
