/** Does something soon after it is asked to, and not more often than so. */
export class Throttle {
  readonly #everyMs: number;
  readonly #run: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** When that is: monotonic, ms, as `#lastAt`. */
  #dueAt = Number.POSITIVE_INFINITY;
  /** Monotonic, ms. */
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(everyMs: number, run: () => void) {
    this.#everyMs = everyMs;
    this.#run = run;
  }

  /** `withinMs`: there is so much time; what is asked for sooner meanwhile does for both. */
  ask(withinMs = 0): void {
    const now = performance.now();
    const dueAt = Math.max(now + withinMs, this.#lastAt + this.#everyMs);
    if (dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.#lastAt = performance.now();
      this.#run();
    }, dueAt - now).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
