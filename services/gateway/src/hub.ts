/** Which rooms this gateway watches: one feed per room, opened by the first who asks and kept a while after the last has left. */
import { limits, type RoomId, shardOf } from "@madang/contracts";
import { Rate, Semaphore } from "@madang/runtime";
import { Feed, type FeedOptions, type Turns } from "./feed.ts";

interface Watched {
  readonly feed: Feed;
  readonly opened: Promise<Feed>;
  usedAt: number;
}

export class Hub {
  readonly #rooms = new Map<RoomId, Watched>();
  readonly #options: FeedOptions;
  readonly #now: () => number;
  readonly #sweep: NodeJS.Timeout;

  constructor(options: FeedOptions & { now?: () => number }) {
    this.#options = { load: new Rate(limits.rateOverMs), turns: turnsByStream(), ...options };
    this.#now = options.now ?? (() => performance.now());
    this.#sweep = setInterval(() => this.#closeIdle(), limits.feedIdleMs / 4).unref();
  }

  /** The room's feed, once it is live. @throws LogUnavailable | RequestTimeout: the next who asks tries anew */
  async watch(room: RoomId): Promise<Feed> {
    let watched = this.#rooms.get(room);
    if (watched === undefined) {
      const feed = new Feed(room, this.#options);
      watched = { feed, opened: feed.open(), usedAt: 0 };
      this.#rooms.set(room, watched);
      watched.opened.catch(() => this.#forget(room, feed));
    }
    watched.usedAt = this.#now();
    return watched.opened;
  }

  /** A room's feed, if it is watched here. */
  get(room: RoomId): Feed | undefined {
    return this.#rooms.get(room)?.feed;
  }

  *feeds(): Iterable<Feed> {
    for (const { feed } of this.#rooms.values()) yield feed;
  }

  /** After the connection to NATS was away: what was published meanwhile did not come. */
  async recheck(): Promise<void> {
    // One that did not open is forgotten already.
    await Promise.all([...this.#rooms.values()].map(({ feed, opened }) => opened.then(() => feed.recheck()).catch(() => {})));
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const { feed } of this.#rooms.values()) feed.close();
    this.#rooms.clear();
  }

  #forget(room: RoomId, feed: Feed): void {
    feed.close();
    if (this.#rooms.get(room)?.feed === feed) this.#rooms.delete(room);
  }

  #closeIdle(): void {
    const before = this.#now() - limits.feedIdleMs;
    for (const [room, watched] of this.#rooms) {
      if (watched.feed.audience > 0) watched.usedAt = this.#now();
      else if (watched.usedAt < before) this.#forget(room, watched.feed);
    }
  }
}

/** A few questions at a time for each stream: one that has no leader keeps only its own rooms waiting. */
function turnsByStream(): Turns {
  const places = Array.from({ length: limits.streams }, () => new Semaphore(limits.recheckedRooms));
  return async (room, ask) => {
    const release = await places[shardOf(room)]?.acquire();
    try {
      return await ask();
    } finally {
      release?.();
    }
  };
}
