/** What one viewer was given of a room, looked at line by line. */
import type { Order } from "./order.ts";
import type { Publication } from "./sender.ts";

/** Users of a bench who are staff are called so. */
export const staffPrefix = "staff-";

export class Reading {
  readonly #order: Order;
  readonly #user: string | undefined;
  #offset = 0;
  comments = 0;
  /** As declared. */
  skipped = 0;
  /** By the viewer, and by staff. */
  own = 0;
  ofStaff = 0;
  /** Offsets that did not rise. */
  outOfPlace = 0;

  /** `user`: who it is, where that matters. */
  constructor({ order, user }: { order: Order; user?: string }) {
    this.#order = order;
    this.#user = user;
  }

  see({ data, info, offset, tags: { type, id = "" } }: Publication): void {
    if (offset === undefined) return;
    // What is declared has the place of the last line that it speaks of, which may just have come.
    const rises = offset > this.#offset || (type === "skip" && offset === this.#offset);
    if (!rises) this.outOfPlace++;
    this.#offset = offset;
    if (type === "skip") this.skipped += data.count ?? 0;
    if (type !== "posted") return;
    this.comments++;
    if (info?.user === this.#user) this.own++;
    if (info?.user.startsWith(staffPrefix)) this.ofStaff++;
    this.#order.see(offset, id);
  }

  /** Pushes, one in a line; what else a server says is passed over. */
  read(text: string): void {
    for (const line of text.split("\n")) {
      if (!line.startsWith('{"push":')) continue;
      const { push } = JSON.parse(line) as { push: { pub?: Publication } };
      if (push.pub !== undefined) this.see(push.pub);
    }
  }
}
