/** Follows what happens in all rooms, beside Madang: for bots, analytics, push senders, and whatever else a site needs. */
import { Bus, type BusSubscription } from "@madang/bus";
import { decodeJson, limits, type RoomId, Signal, subjects } from "@madang/contracts";
import { backoff, createLogger, pause, type Service, StartError, within } from "@madang/runtime";
import { Delivery, type Handler } from "./delivery.ts";
import { type SubscriberNews, tellOf } from "./news.ts";
import { eventsIn, type RoomEvent } from "./room-event.ts";
import { StreamFollower } from "./stream-follower.ts";
import { type Start, StreamPlace } from "./stream-place.ts";

export interface SubscriberOptions {
  /** `nats://user:password@host:port` or `tls://…`, several with commas. */
  url: string;
  /** The certificates of those who may vouch for the server, as PEM. */
  caFile?: string | undefined;
  /** Under this name the log knows how far it has read. Another name is another subscriber. Letters, digits, `-` and `_`. */
  name: string;
  /** Hears of all that is not an event. Without it: as lines in the log of the process. */
  report?: (news: SubscriberNews) => void;
}

export interface FollowOptions {
  handle: Handler;
  /** Where it begins under a name that the log does not know yet: `new`, unless given. */
  start?: Start;
  /** Tries before an event is passed over: 8, unless given. `Infinity`: never, and the rooms of its stream wait behind it. */
  attempts?: number;
  /** What one try has, ms: 30,000, unless given. */
  handlerMs?: number;
}

/**
 * `follow` brings every event of every room at least once, those of one room one after the other and in the order of their offsets, also
 * over crashes on either side: an event comes again until its handler has resolved. So a handler knows by `(room, offset)` what it has
 * done before. At most one event of each of the log's streams is in hand at a time; the others wait in the log, for up to 7 days.
 *
 * `live` and `signals` pass by, at most once, as fast as they come.
 */
export class Subscriber implements Service {
  readonly #bus: Bus;
  readonly #name: string;
  readonly #report: (news: SubscriberNews) => void;
  readonly #subscriptions = new Set<BusSubscription>();
  readonly #closing = new AbortController();
  readonly #leaving = new AbortController();
  #followers: readonly StreamFollower[] = [];
  #running: Promise<unknown> = Promise.resolve();

  /** @throws StartError when NATS does not answer or refuses the credentials */
  static async connect({ url, caFile, name, report }: SubscriberOptions): Promise<Subscriber> {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(name) || name === "projector")
      throw new StartError(`A subscriber cannot be called ${JSON.stringify(name)}.`);
    const logger = createLogger(name);
    const hear = report ?? ((news: SubscriberNews) => tellOf(logger, news));
    const onHandlerError = (error: unknown, subject: string) => hear({ kind: "passed", subject, error });
    return new Subscriber(await Bus.connect({ url, caFile, name, onHandlerError }), { name, report: hear });
  }

  private constructor(bus: Bus, { name, report }: Required<Pick<SubscriberOptions, "name" | "report">>) {
    this.#bus = bus;
    this.#name = name;
    this.#report = report;
    bus.onEvent((event) => {
      if (event === "reconnected") for (const follower of this.#followers) follower.restart();
    });
  }

  /**
   * Resolves once the log knows the subscriber: what is committed after that comes.
   * @throws StartError when there is no log to follow, or it must not be followed, for `limits.provisionWithinMs`
   */
  async follow(options: FollowOptions): Promise<void> {
    if (this.#followers.length > 0) throw new Error(`${this.#name} follows the log already`);
    const { handle, start = "new", attempts = limits.subscriberAttempts, handlerMs = limits.subscriberHandlerMs } = options;
    const report = this.#report;
    const delivery = new Delivery({ handle, attempts, handlerMs, report, leaving: this.#leaving.signal });
    this.#followers = Array.from({ length: limits.streams }, (_, shard) => {
      const place = new StreamPlace({ shard, durable: this.#name, start, report });
      const { connection } = this.#bus;
      return new StreamFollower({
        connection,
        shard,
        durable: this.#name,
        place,
        delivery,
        report,
        closing: this.#closing.signal,
      });
    });
    try {
      await Promise.all(this.#followers.map((follower) => this.#begin(follower)));
    } catch (error) {
      // It may be tried again.
      this.#followers = [];
      throw error;
    }
    this.#running = Promise.all(this.#followers.map((follower) => follower.run()));
  }

  /** What is committed from now on, of one room or of all. No event comes twice, and one that was lost on its way does not come. */
  live(handle: (event: RoomEvent) => void, room?: RoomId): BusSubscription {
    return this.#subscribe(subjects.live(room ?? every), ({ subject, data }) => {
      const unreadable = (error: unknown) => this.#report({ kind: "passed", subject, error });
      for (const event of eventsIn(subject, data, unreadable)) handle(event);
    });
  }

  /** Counters, joins, leaves and who types, of one room or of all. */
  signals(handle: (room: RoomId, signal: Signal) => void, room?: RoomId): BusSubscription {
    return this.#subscribe(subjects.signal(room ?? every), ({ subject, data }) =>
      handle(subject.slice(subject.lastIndexOf(".") + 1) as RoomId, decodeJson(Signal, data)),
    );
  }

  ready(): boolean {
    return this.#bus.connected && !this.#closing.signal.aborted;
  }

  /** Begins nothing new, and waits for what is in hand, up to `limits.subscriberCloseMs`: what is not done by then comes again. */
  async drain(): Promise<void> {
    this.#closing.abort();
    for (const subscription of this.#subscriptions) subscription.close();
    await within(limits.subscriberCloseMs, this.#running, () => new Error("a handler takes its time")).catch(() => {});
    this.#leaving.abort();
    // The acknowledgements of what was done are with the server.
    if (this.#bus.connected) await this.#bus.flush(limits.logRequestMs).catch(() => {});
  }

  async close(): Promise<void> {
    await this.drain();
    await this.#bus.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #subscribe(subject: string, handler: Parameters<Bus["subscribe"]>[1]): BusSubscription {
    const subscription = this.#bus.subscribe(subject, handler);
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async #begin(follower: StreamFollower): Promise<void> {
    const deadline = performance.now() + limits.provisionWithinMs;
    for (let attempt = 0; ; attempt++) {
      try {
        return await follower.begin();
      } catch (cause) {
        if (performance.now() > deadline || this.#closing.signal.aborted)
          throw new StartError(`${this.#name} cannot follow the log (${(cause as Error).message}).`, { cause });
        await pause(backoff(attempt, { firstMs: limits.logRetryMs, longestMs: limits.logRetryLongestMs }), this.#closing.signal);
      }
    }
  }
}

/** The wildcard of a subject, in the place of one room. */
const every = "*" as RoomId;
