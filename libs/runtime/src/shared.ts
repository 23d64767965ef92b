/**
 * One answer for all who ask at about the same time: what somebody asked for up to so long ago serves them, too, be it there or under way.
 * A failure is told to those who waited for it and kept for nobody.
 */
export class Shared<T> {
  readonly #work: () => Promise<T>;
  readonly #forMs: number;
  readonly #now: () => number;
  #last: { readonly answer: Promise<T>; readonly since: number } | undefined;

  /** `now`: monotonic, ms. */
  constructor(work: () => Promise<T>, { forMs, now = () => performance.now() }: { forMs: number; now?: () => number }) {
    this.#work = work;
    this.#forMs = forMs;
    this.#now = now;
  }

  get(): Promise<T> {
    const now = this.#now();
    if (this.#last !== undefined && now - this.#last.since < this.#forMs) return this.#last.answer;
    const last = { answer: this.#work(), since: now };
    this.#last = last;
    last.answer.catch(() => {
      if (this.#last === last) this.#last = undefined;
    });
    return last.answer;
  }

  /** What is asked for next is looked at anew. */
  forget(): void {
    this.#last = undefined;
  }
}
