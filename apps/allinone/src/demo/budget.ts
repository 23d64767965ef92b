/** What may be written: so much at once, and then so much a second. */
export class Budget {
  readonly #options: { most: number; perS: number; now: () => number };
  #left: number;
  #at: number;

  /** @param options `now`: monotonic, ms */
  constructor(options: { most: number; perS: number; now: () => number }) {
    this.#options = options;
    this.#left = options.most;
    this.#at = options.now();
  }

  /** False: not now. */
  take(): boolean {
    const { most, perS, now } = this.#options;
    const at = now();
    this.#left = Math.min(most, this.#left + ((at - this.#at) / 1_000) * perS);
    this.#at = at;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
