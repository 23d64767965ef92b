/** Asks again and again while somebody looks: not in a hidden page, ever less often while it fails, and never again without a good token. */
import type { Answer, Problem } from "./api.ts";

export interface Polled<T> {
  /** The last good answer, however old. */
  readonly value?: T;
  /** When it came, in ms since 1970. */
  readonly receivedAt?: number;
  /** Of the last question. */
  readonly problem?: Problem;
  /** When it is asked again after a problem. Absent: it is not, or is being asked. */
  readonly nextAt?: number;
}

/** What of a document it needs. */
export interface Looked {
  readonly hidden: boolean;
  addEventListener(type: "visibilitychange", listener: () => void): void;
  removeEventListener(type: "visibilitychange", listener: () => void): void;
}

export const everyMs = 2_000;
const longestMs = 30_000;

/** How long to wait after so many failures in a row. */
export function waitMs(failures: number): number {
  return Math.min(everyMs * 2 ** Math.min(failures, 10), longestMs);
}

export class Poll<T> {
  readonly #ask: (signal: AbortSignal) => Promise<Answer<T>>;
  readonly #onValue: (value: T, at: number) => void;
  readonly #page: Looked;
  readonly #listeners = new Set<() => void>();
  #state: Polled<T> = {};
  #failures = 0;
  #running = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | undefined;

  constructor({
    ask,
    onValue = () => {},
    page = document,
  }: {
    ask: (signal: AbortSignal) => Promise<Answer<T>>;
    onValue?: (value: T, at: number) => void;
    page?: Looked;
  }) {
    this.#ask = ask;
    this.#onValue = onValue;
    this.#page = page;
  }

  get state(): Polled<T> {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Until what it returns is called, by all who called this. */
  start(): () => void {
    if (this.#running++ === 0) {
      this.#page.addEventListener("visibilitychange", this.#look);
      this.refresh();
    }
    let stopped = false;
    return () => {
      if (stopped) return;
      stopped = true;
      if (--this.#running > 0) return;
      this.#page.removeEventListener("visibilitychange", this.#look);
      this.#pause();
    };
  }

  /** Asks now. */
  refresh(): void {
    this.#pause();
    if (this.#running > 0 && !this.#page.hidden) void this.#once();
  }

  readonly #look = () => {
    if (this.#page.hidden) this.#pause();
    else this.refresh();
  };

  #pause(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = undefined;
  }

  async #once(): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    const answer = await this.#ask(asking.signal);
    // Somebody has stopped or begun anew meanwhile.
    if (this.#asking !== asking) return;
    this.#asking = undefined;
    const at = Date.now();
    if (answer.ok) {
      this.#failures = 0;
      this.#state = { value: answer.value, receivedAt: at };
      this.#onValue(answer.value, at);
    } else {
      this.#failures++;
      const { nextAt: _, ...before } = this.#state;
      const over = answer.problem.kind === "token" || answer.problem.kind === "not-operator";
      this.#state = { ...before, problem: answer.problem, ...(over ? {} : { nextAt: at + waitMs(this.#failures) }) };
      if (over) return this.#tell();
    }
    this.#timer = setTimeout(() => void this.#once(), waitMs(this.#failures));
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
