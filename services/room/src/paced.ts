/** Does something soon after it is asked to, and not more often than so. */
export class Paced {
  readonly #everyMs: number;
  readonly #run: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** Monotonic, ms. */
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(everyMs: number, run: () => void) {
    this.#everyMs = everyMs;
    this.#run = run;
  }

  ask(): void {
    if (this.#timer !== undefined) return;
    const waitMs = Math.max(0, this.#lastAt + this.#everyMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#lastAt = performance.now();
      this.#run();
    }, waitMs).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
