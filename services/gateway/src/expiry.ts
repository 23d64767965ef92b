/** The end of a token, and a grace in which a refresh may still come. */
import { limits } from "@madang/contracts";

export class Expiry {
  #timer: NodeJS.Timeout | undefined;

  /**
   * Replaces what was set before.
   * @param options.expiresAt s since 1970; undefined for a token without an end
   * @param options.now server time, ms
   */
  set({ expiresAt, now, onExpired }: { expiresAt: number | undefined; now: number; onExpired: () => void }): void {
    this.clear();
    if (expiresAt === undefined) return;
    const after = expiresAt * 1000 - now + limits.expireGraceMs;
    // A timer holds no more than 2^31 − 1 ms; a token that long outlives any socket.
    if (after < 2 ** 31) this.#timer = setTimeout(onExpired, after).unref();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
