/** The one order of a room's messages, put together from all that anybody was told: answers to senders, and what viewers were given. */
import { createHash } from "node:crypto";

export class Order {
  /** By offset, from 1. */
  readonly #ids: string[] = [];
  #known = 0;
  /** How often a place was said to be another message's. */
  conflicts = 0;

  see(offset: number, id: string): void {
    const known = this.#ids[offset - 1];
    if (known === undefined) {
      this.#ids[offset - 1] = id;
      this.#known++;
    } else if (known !== id) this.conflicts++;
  }

  /** Places that nobody was told of, before the last that somebody was. */
  get gaps(): number {
    return this.#ids.length - this.#known;
  }

  /** The same as `digestOf` of the rows, if they are the same. */
  digest(): string {
    return digestOf(Array.from(this.#ids, (id) => id ?? ""));
  }
}

export function digestOf(ids: readonly string[]): string {
  return createHash("sha256").update(ids.join("\n")).digest("hex");
}
