/**
 * Reads the past of a room into its timeline: the newest when one joins, older pages, gaps, and what has to be read again. What is answered
 * after the log began another life is left out.
 */
import type { HistoryOptions } from "centrifuge";
import { problemOf } from "./caller.ts";
import type { Gap, Problem } from "./model.ts";
import type { Reread, Timeline } from "./timeline.ts";
import type { Publication } from "./wire.ts";

const pageSize = 100;
/** Events of the past in one answer. */
const maxPageSize = 1_000;
/** Pages that are read for one gap, or for what is to be read again, at a time. */
const maxPages = 5;
/** Who asks for the past again at once when it could not be read is not to ask all the time. */
const olderAgainMs = 2_000;

export interface PastOptions {
  readonly timeline: Timeline;
  /** A page. @throws MadangError */
  history(options: HistoryOptions): Promise<readonly Publication[]>;
  /** There is something else to show. */
  changed(): void;
  failed(problem: Problem): void;
}

export class Past {
  readonly #options: PastOptions;
  #epoch = "";
  #loading: Promise<void> | undefined;

  constructor(options: PastOptions) {
    this.#options = options;
  }

  /** Of the log's life that is shown; empty until one has joined. */
  get epoch(): string {
    return this.#epoch;
  }

  get older(): "none" | "more" | "loading" {
    if (this.#loading !== undefined) return "loading";
    return this.#options.timeline.hasOlder ? "more" : "none";
  }

  /** One has joined where the room's newest event has this offset, and what came before it was not recovered. */
  start({ offset, epoch }: { offset: number; epoch: string }): void {
    const { timeline } = this.#options;
    const former = this.#epoch;
    this.#epoch = epoch;
    if (former === epoch && offset >= timeline.last) {
      const before = timeline.held;
      timeline.missed(offset);
      // What became of these while one was away is in what was missed.
      if (before !== undefined) void this.reread(before);
    } else {
      timeline.start(offset);
    }
    void this.#load(this.#latest(offset, former !== "" && former !== epoch));
  }

  loadOlder(): Promise<void> {
    const { timeline } = this.#options;
    if (this.#loading !== undefined) return this.#loading;
    if (!timeline.hasOlder || timeline.placesLeft === 0) return Promise.resolve();
    return this.#load(this.#older());
  }

  async fillGap({ key }: Gap): Promise<void> {
    const { timeline, changed } = this.#options;
    const first = timeline.gap(key);
    if (first === undefined || first.filling) return;
    timeline.filling(first, true);
    changed();
    const epoch = this.#epoch;
    await this.#reading(async () => {
      for (let pages = 0; pages < maxPages; pages++) {
        const gap = timeline.gap(key);
        if (gap === undefined) return;
        const page = await this.#options.history({ limit: -1, since: { offset: gap.from - 1, epoch } });
        if (epoch !== this.#epoch) return;
        timeline.fill(key, page);
        changed();
      }
    });
    const left = timeline.gap(key);
    if (left !== undefined) timeline.filling(left, false);
    changed();
  }

  async reread({ from, to }: Reread): Promise<void> {
    const { timeline, changed } = this.#options;
    const epoch = this.#epoch;
    await this.#reading(async () => {
      let after = from - 1;
      for (let pages = 0; pages < maxPages && after < to; pages++) {
        const limit = Math.min(maxPageSize, to - after);
        const page = await this.#options.history({ limit, since: { offset: after, epoch } });
        if (page.length === 0 || epoch !== this.#epoch) return;
        timeline.reread(page);
        changed();
        after = page.at(-1)?.offset ?? to;
      }
    });
  }

  #load(work: Promise<void>): Promise<void> {
    const loading = work.finally(() => {
      // One that was begun since is still under way.
      if (this.#loading === loading) this.#loading = undefined;
      this.#options.changed();
    });
    this.#loading = loading;
    this.#options.changed();
    return loading;
  }

  async #latest(head: number, rewound: boolean): Promise<void> {
    const { timeline, history } = this.#options;
    const epoch = this.#epoch;
    await this.#reading(async () => {
      const page = head === 0 ? [] : await history({ limit: pageSize, reverse: true, since: { offset: head + 1, epoch } });
      if (epoch === this.#epoch) timeline.latest(page, { reachesStart: page.length === 0 });
    });
    if (rewound && epoch === this.#epoch && !timeline.has("rewound")) timeline.notice("rewound", Date.now(), {});
  }

  async #older(): Promise<void> {
    const { timeline, history } = this.#options;
    const { oldest, placesLeft } = timeline;
    const epoch = this.#epoch;
    const read = await this.#reading(async () => {
      const page = await history({
        limit: Math.min(pageSize, placesLeft),
        reverse: true,
        since: { offset: oldest, epoch },
      });
      if (epoch === this.#epoch && oldest === timeline.oldest) timeline.older(page);
    });
    if (!read) await new Promise((resolve) => setTimeout(resolve, olderAgainMs));
  }

  /** @returns whether it could be read */
  async #reading(read: () => Promise<void>): Promise<boolean> {
    try {
      await read();
      return true;
    } catch (failure) {
      this.#options.failed(problemOf(failure));
      return false;
    }
  }
}
