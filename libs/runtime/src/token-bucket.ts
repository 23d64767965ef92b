/** So many at once, and from then on so many a second. */
export interface Quota {
  readonly perS: number;
  readonly burst: number;
}

export const noQuota: Quota = { perS: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY };

/** What one of them may still take. It begins full. Times are monotonic, ms. */
export class TokenBucket {
  readonly #quota: Quota;
  #left: number;
  #at: number;

  constructor(quota: Quota, now: number) {
    this.#quota = quota;
    this.#left = quota.burst;
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
    return this.#left >= this.#quota.burst;
  }

  #fill(now: number): void {
    const { perS, burst } = this.#quota;
    if (now > this.#at && this.#left < burst) this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1_000) * perS);
    this.#at = now;
  }
}
