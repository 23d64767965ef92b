/** Hearts, counted once: which batches were counted, and how many one user may send. */
import type { HeartsCommand, MessageId, UserId } from "@madang/contracts";
import { limits } from "@madang/contracts";
import { forgetOldest } from "@madang/room-state";
import type { Dedupe } from "./dedupe.ts";

/** What a heart note tells the next owner: totals by kind, and what was counted for which batch. */
export interface HeartNote {
  readonly hearts: Readonly<Record<string, number>>;
  readonly batches: readonly (readonly [user: string, id: string, count: number])[];
  /** Server time, ms. */
  readonly at: number;
}

interface Allowance {
  tokens: number;
  at: number;
}

/** A burst of so many seconds' worth counts whole: a client that was away for a moment sends what it has gathered. */
const burstS = 5;

export class HeartLedger {
  readonly #dedupe: Dedupe;
  readonly #totals: Map<string, number>;
  /** By user, who sent last last. */
  readonly #allowances = new Map<string, Allowance>();

  constructor(dedupe: Dedupe, totals: ReadonlyMap<string, number>) {
    this.#dedupe = dedupe;
    this.#totals = new Map(totals);
  }

  /** Which batches were counted. */
  get dedupe(): Dedupe {
    return this.#dedupe;
  }

  /**
   * Counts what was not counted before. Answers how many of each batch count, and the note that has to be in the log before anybody hears
   * of it; no note: there was nothing new.
   */
  count(
    { hearts }: Pick<HeartsCommand, "hearts">,
    { perUserPerS, now, mayCount = () => true }: { perUserPerS: number; now: number; mayCount?: (user: string) => boolean },
  ): { counts: number[]; note?: HeartNote } {
    const batches: [string, string, number][] = [];
    const counts = hearts.map(([user, id, kind, count]) => {
      const known = this.#dedupe.find(user, id, now);
      if (known !== undefined) return known;
      if (!mayCount(user)) return 0;
      const counted = this.#knows(kind) ? this.#allow(user, count, { perUserPerS, now }) : 0;
      this.#dedupe.add({ author: user, id, offset: counted, time: now });
      if (counted > 0) this.#totals.set(kind, (this.#totals.get(kind) ?? 0) + counted);
      batches.push([user, id, counted]);
      return counted;
    });
    return batches.length === 0 ? { counts } : { counts, note: { hearts: Object.fromEntries(this.#totals), batches, at: now } };
  }

  /** By kind. */
  get totals(): ReadonlyMap<string, number> {
    return this.#totals;
  }

  /**
   * What another owner has counted, or this one before it was rebuilt. Totals only rise: a note from before what is known here, as a log
   * that was put back may still have, takes nothing away.
   */
  apply({ hearts, batches, at }: HeartNote): void {
    for (const [kind, total] of Object.entries(hearts)) this.#totals.set(kind, Math.max(total, this.#totals.get(kind) ?? 0));
    for (const [user, id, count] of batches)
      this.#dedupe.add({ author: user as UserId, id: id as MessageId, offset: count, time: at });
  }

  #knows(kind: string): boolean {
    return this.#totals.has(kind) || this.#totals.size < limits.heartKinds;
  }

  #allow(user: string, count: number, { perUserPerS, now }: { perUserPerS: number; now: number }): number {
    const most = perUserPerS * burstS;
    const { tokens, at } = this.#allowances.get(user) ?? { tokens: most, at: now };
    const left = Math.min(most, tokens + (Math.max(0, now - at) / 1_000) * perUserPerS);
    const counted = Math.min(count, Math.floor(left));
    this.#allowances.delete(user);
    this.#allowances.set(user, { tokens: left - counted, at: now });
    forgetOldest(this.#allowances, limits.pacedUsers);
    return counted;
  }
}
