/** How many connections each user has on this gateway. */
import type { UserId } from "@madang/contracts";

export class UserSeats {
  readonly #most: number;
  readonly #taken = new Map<UserId, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** False: all are taken. */
  take(user: UserId): boolean {
    const taken = this.#taken.get(user) ?? 0;
    if (taken >= this.#most) return false;
    this.#taken.set(user, taken + 1);
    return true;
  }

  /** Gives one back that was taken. */
  leave(user: UserId): void {
    const left = (this.#taken.get(user) ?? 0) - 1;
    if (left > 0) this.#taken.set(user, left);
    else this.#taken.delete(user);
  }
}
