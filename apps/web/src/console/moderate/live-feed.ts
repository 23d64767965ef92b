/** A room's feed as it lives: taken up at a pace that leaves the page usable, and still while anything wants it to be. */
import type { Entry, Room } from "@madang/client";
import { Feed } from "./feed.ts";

/** Why the list stands still. */
export type Pause = "hover" | "scrolled" | "selected" | "chosen";

export interface FeedView {
  readonly shown: readonly Entry[];
  readonly pauses: ReadonlySet<Pause>;
  /** Comments that came since it stands still. */
  readonly waiting: number;
  /** Comments a second, over the last few seconds. */
  readonly perS: number;
}

/** Above so many comments a second nobody reads each as it comes, and the list is drawn anew less often. */
const floodPerS = 30;
const floodWaitMs = 200;
/** A list that stands still changes only where a comment was taken away. */
const pausedWaitMs = 300;
const rateOverMs = 3_000;
/** What was missed is read by itself, up to so many events: more than that nobody looks at one by one. */
const maxFilled = 5_000;
/** Two of a room's. */
const frameMs = 32;

export class LiveFeed {
  readonly #room: Room;
  readonly #feed = new Feed();
  readonly #listeners = new Set<() => void>();
  readonly #arrivals: { at: number; count: number }[] = [];
  readonly #pauses = new Set<Pause>();
  /** Gaps, with where they began when they were asked for: each once, until the feed goes on. */
  readonly #asked = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #view: FeedView = { shown: [], pauses: new Set(), waiting: 0, perS: 0 };

  constructor(room: Room) {
    this.#room = room;
  }

  get view(): FeedView {
    return this.#view;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Follows the room until the returned function is called. */
  start(): () => void {
    const stop = this.#room.subscribe(() => this.#soon());
    const clock = setInterval(() => this.#tell(), 1_000);
    this.#take();
    return () => {
      stop();
      clearInterval(clock);
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  pause(why: Pause): void {
    if (this.#pauses.has(why)) return;
    this.#pauses.add(why);
    if (!this.#feed.paused) {
      this.#feed.pause();
      this.#room.setReading(false);
    }
    this.#tell();
  }

  /** It goes on once nothing else wants it to stand still. */
  unpause(why: Pause): void {
    if (!this.#pauses.delete(why)) return;
    if (this.#pauses.size === 0) this.resume();
    else this.#tell();
  }

  /** Goes on, whatever it stood still for. */
  resume(): void {
    this.#pauses.clear();
    this.#asked.clear();
    this.#feed.resume(this.#room.view.entries);
    this.#room.setReading(true);
    this.#tell();
  }

  /** A page more of the past, before what is shown. */
  async readOlder(): Promise<void> {
    await this.#room.loadOlder();
    // The room shows it with its next frame.
    await new Promise((resolve) => setTimeout(resolve, frameMs));
    this.#take();
  }

  #soon(): void {
    if (this.#timer !== undefined) return;
    const wait = this.#feed.paused ? pausedWaitMs : this.#perS() > floodPerS ? floodWaitMs : 0;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#take();
    }, wait);
  }

  #take(): void {
    const { entries } = this.#room.view;
    this.#fillGaps(entries);
    const count = this.#feed.take(entries);
    if (count > 0) this.#arrivals.push({ at: Date.now(), count });
    this.#tell();
  }

  #fillGaps(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.kind !== "gap" || entry.filling || entry.to - entry.from >= maxFilled) continue;
      const once = `${entry.key} ${entry.from}`;
      if (this.#asked.has(once)) continue;
      this.#asked.add(once);
      this.#room.fillGap(entry).catch(() => {});
    }
  }

  #perS(): number {
    const since = Date.now() - rateOverMs;
    while ((this.#arrivals[0]?.at ?? since) < since) this.#arrivals.shift();
    return this.#arrivals.reduce((sum, { count }) => sum + count, 0) / (rateOverMs / 1_000);
  }

  #tell(): void {
    const { shown, waiting } = this.#feed;
    const perS = Math.round(this.#perS());
    const { pauses } = this.#view;
    const same = pauses.size === this.#pauses.size && [...pauses].every((why) => this.#pauses.has(why));
    if (same && shown === this.#view.shown && waiting === this.#view.waiting && perS === this.#view.perS) return;
    this.#view = { shown, waiting, perS, pauses: same ? pauses : new Set(this.#pauses) };
    for (const listener of this.#listeners) listener();
  }
}
