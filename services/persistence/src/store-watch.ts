/** Whether the store answers, asked all the time, so that readiness can be told in an instant. */
import { limits } from "@madang/contracts";
import type { MessageStore } from "./store/message-store.ts";

export type StoreNews = { kind: "silent"; error: unknown } | { kind: "answers" };

export interface StoreWatchOptions {
  store: Pick<MessageStore, "ping">;
  /** Monotonic, ms. */
  now: () => number;
  /** Ends early when the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  report: (news: StoreNews) => void;
}

export class StoreWatch {
  readonly #options: StoreWatchOptions;
  #answeredAt: number;
  #silent = false;

  /** For a store that has just been opened: it counts as having answered. */
  constructor(options: StoreWatchOptions) {
    this.#options = options;
    this.#answeredAt = options.now();
  }

  /** By the clock, so that a ping that hangs counts as silence. */
  get answers(): boolean {
    return this.#options.now() - this.#answeredAt <= limits.storeSilenceMs;
  }

  /** Answers how to end it. */
  start(): () => void {
    const ending = new AbortController();
    void this.#run(ending.signal);
    return () => ending.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { store, now, sleep } = this.#options;
    while (!signal.aborted) {
      // One at a time: a store that hangs ends it by its own deadline, and pings must not take its connections from others.
      try {
        await store.ping();
        this.#answeredAt = now();
        this.#tell(undefined);
      } catch (error) {
        if (!this.answers && !signal.aborted) this.#tell({ error });
      }
      await sleep(limits.storePingEveryMs, signal);
    }
  }

  /** Once for each change. */
  #tell(failure: { error: unknown } | undefined): void {
    const silent = failure !== undefined;
    if (silent === this.#silent) return;
    this.#silent = silent;
    this.#options.report(failure === undefined ? { kind: "answers" } : { kind: "silent", ...failure });
  }
}
