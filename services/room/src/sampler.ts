/**
 * Which lines of a flood all viewers get: in no second more than they can read, and evenly. A burst of one second's worth passes whole;
 * each line's place is free again a second after it, and no sooner than its share of a second after the place before.
 */
export class Sampler {
  #perS = 0;
  /** When each of the places is free again, ms: a ring. */
  #free = new Float64Array(0);
  #next = 0;
  #freedLast = Number.NEGATIVE_INFINITY;
  #at = Number.NEGATIVE_INFINITY;
  #skippedAt = Number.NEGATIVE_INFINITY;

  /** Whether all get a line that comes now, ms. */
  admits(perS: number, now: number): boolean {
    if (perS === 0) return true;
    // Another rate, or a clock that was put back: begin anew.
    if (perS !== this.#perS || now < this.#at) this.#begin(perS);
    this.#at = now;
    if (now < (this.#free[this.#next] ?? 0)) {
      this.#skippedAt = now;
      return false;
    }
    this.#freedLast = Math.max(now + 1_000, this.#freedLast + 1_000 / perS);
    this.#free[this.#next] = this.#freedLast;
    this.#next = (this.#next + 1) % perS;
    return true;
  }

  /** Whether lines were left out lately. */
  active(now: number): boolean {
    return Math.abs(now - this.#skippedAt) < 5_000;
  }

  #begin(perS: number): void {
    this.#perS = perS;
    this.#free = new Float64Array(perS).fill(Number.NEGATIVE_INFINITY);
    this.#next = 0;
    this.#freedLast = Number.NEGATIVE_INFINITY;
  }
}
