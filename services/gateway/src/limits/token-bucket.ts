/** So many at once, and from then on so many a second. */
export interface Rate {
  readonly perS: number;
  readonly burst: number;
}

export const noRate: Rate = { perS: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY };

/** What one of them may still take. It begins full. Times are monotonic, ms. */
export class TokenBucket {
  readonly #rate: Rate;
  #left: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#left = rate.burst;
    this.#at = now;
  }

  /** False: not now, and nothing was taken. */
  take(now: number, count = 1): boolean {
    this.#fill(now);
    if (this.#left < count) return false;
    this.#left -= count;
    return true;
  }

  /** Nothing was taken lately: a new one would be the same. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#left >= this.#rate.burst;
  }

  #fill(now: number): void {
    const { perS, burst } = this.#rate;
    if (now > this.#at && this.#left < burst) this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1_000) * perS);
    this.#at = now;
  }
}
