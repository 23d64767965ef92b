/** Who types now. It knows no clock. */

/** One who types says so every 2 s. */
const forMs = 4_000;

export class Typists {
  #until = new Map<string, number>();
  #users: readonly string[] = [];

  /** The same array until it changes. */
  get users(): readonly string[] {
    return this.#users;
  }

  types(user: string, now: number): void {
    this.#until.set(user, now + forMs);
    if (!this.#users.includes(user)) this.#users = [...this.#users, user];
  }

  /** Has said it. */
  stops(user: string): void {
    if (this.#until.delete(user)) this.#users = this.#users.filter((one) => one !== user);
  }

  /** @returns in how many ms to ask again, if anybody types */
  expire(now: number): number | undefined {
    for (const [user, until] of this.#until) if (until <= now) this.stops(user);
    return this.#until.size === 0 ? undefined : Math.max(1, Math.min(...this.#until.values()) - now);
  }
}
