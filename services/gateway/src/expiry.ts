/** The end of a token, and a grace in which a refresh may still come. */
import { limits } from "@madang/contracts";

export class Expiry {
  readonly #now: () => number;
  readonly #onExpired: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** `now`: server time, ms. */
  constructor({ now, onExpired }: { now: () => number; onExpired: () => void }) {
    this.#now = now;
    this.#onExpired = onExpired;
  }

  /** `expiresAt`: s since 1970; undefined for a token without an end. Replaces what was set before. */
  set(expiresAt: number | undefined): void {
    this.clear();
    if (expiresAt === undefined) return;
    const after = expiresAt * 1000 - this.#now() + limits.expireGraceMs;
    // A timer holds no more than 2^31 − 1 ms; a token that long outlives any socket.
    if (after < 2 ** 31) this.#timer = setTimeout(this.#onExpired, after).unref();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
