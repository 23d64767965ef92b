/**
 * Which lines of a flood all viewers get: as many a second as they can read, evenly. A token bucket on server time, so that a burst of one
 * second's worth passes whole.
 */
export class Sampler {
  #tokens = Number.POSITIVE_INFINITY;
  #at = 0;
  #skippedAt = Number.NEGATIVE_INFINITY;

  /** Whether all get a line that comes now, ms. */
  admits(perS: number, now: number): boolean {
    if (perS === 0) return true;
    const since = Math.max(0, now - this.#at);
    this.#at = now;
    this.#tokens = Math.min(perS, this.#tokens + (since / 1_000) * perS);
    if (this.#tokens >= 1) {
      this.#tokens--;
      return true;
    }
    this.#skippedAt = now;
    return false;
  }

  /** Whether lines were left out lately. */
  active(now: number): boolean {
    return now - this.#skippedAt < 5_000;
  }
}
