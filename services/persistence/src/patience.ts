/** Waiting out what is temporary: the same again, with exponential back-off and jitter, until it works or we stop. */
import { LogUnavailable } from "@madang/log";
import { StoreUnavailable } from "./store/message-store.ts";

const firstWaitMs = 100;
/** After a long outage the projector is back this soon. */
const longestWaitMs = 10_000;

export interface PatienceOptions {
  /** Ends early, and quietly, when the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 … 1. */
  random: () => number;
  paused: (error: Error, waitMs: number) => void;
  resumed: () => void;
}

export class Patience {
  readonly #options: PatienceOptions;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** @throws the signal's reason once it aborts, and whatever is not temporary. */
  async with<T>(signal: AbortSignal, task: () => Promise<T>, isTemporary = temporary): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      try {
        const result = await task();
        if (attempt > 0) this.#options.resumed();
        return result;
      } catch (error) {
        if (!(error instanceof Error) || !isTemporary(error)) throw error;
        const waitMs = this.#waitMs(attempt);
        this.#options.paused(error, waitMs);
        await this.#options.sleep(waitMs, signal);
      }
    }
  }

  // Half of it by chance: replicas that lost the same database do not come back in step.
  #waitMs(attempt: number): number {
    const full = Math.min(longestWaitMs, firstWaitMs * 2 ** attempt);
    return Math.round(full * (0.5 + this.#options.random() / 2));
  }
}

function temporary(error: Error): boolean {
  return error instanceof StoreUnavailable || error instanceof LogUnavailable;
}
