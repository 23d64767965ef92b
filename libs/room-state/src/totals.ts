/** What a room has had in all: for ever, and exact. */
import { limits } from "@madang/contracts";
import { z } from "zod";

const Sums = z.record(z.string(), z.int());

export const StoredTotals = z.object({
  comments: z.int(),
  peak: z.int(),
  hearts: Sums,
  gifts: z.int(),
  /** By currency, in its smallest unit. */
  amounts: Sums,
  /** `[user, currency, amount]` */
  supporters: z.array(z.tuple([z.string(), z.string(), z.int()])),
});

interface Supporter {
  readonly user: string;
  readonly currency: string;
  amount: number;
}

export class Totals {
  comments = 0;
  /** The most connections at a time. */
  peak = 0;
  gifts = 0;
  #hearts = new Map<string, number>();
  readonly #amounts = new Map<string, number>();
  /** By user and currency. Those who gave least are forgotten first, when they are too many. */
  readonly #supporters = new Map<string, Supporter>();

  static restore({ comments, peak, hearts, gifts, amounts, supporters }: z.infer<typeof StoredTotals>): Totals {
    const totals = new Totals();
    Object.assign(totals, { comments, peak, gifts });
    totals.setHearts(hearts);
    for (const [currency, amount] of Object.entries(amounts)) totals.#amounts.set(currency, amount);
    for (const [user, currency, amount] of supporters) totals.#support(user, currency, amount);
    return totals;
  }

  /** By kind. */
  get hearts(): ReadonlyMap<string, number> {
    return this.#hearts;
  }

  get amounts(): ReadonlyMap<string, number> {
    return this.#amounts;
  }

  setHearts(hearts: Readonly<Record<string, number>>): void {
    this.#hearts = new Map(Object.entries(hearts));
  }

  /** Whether it can be counted: so many currencies, each up to a sum that is exact. */
  takes(currency: string, amount: number): boolean {
    const sum = this.#amounts.get(currency);
    return sum === undefined ? this.#amounts.size < limits.currencies : Number.isSafeInteger(sum + amount);
  }

  gift(user: string, currency: string, amount: number): void {
    this.gifts++;
    this.#amounts.set(currency, (this.#amounts.get(currency) ?? 0) + amount);
    this.#support(user, currency, amount);
  }

  /** Who gave most, in one currency each; the largest first. */
  topSupporters(): Supporter[] {
    return [...this.#supporters.values()].sort((a, b) => b.amount - a.amount).slice(0, limits.supporters);
  }

  toStored(): z.infer<typeof StoredTotals> {
    return {
      comments: this.comments,
      peak: this.peak,
      hearts: Object.fromEntries(this.#hearts),
      gifts: this.gifts,
      amounts: Object.fromEntries(this.#amounts),
      supporters: [...this.#supporters.values()].map(({ user, currency, amount }) => [user, currency, amount]),
    };
  }

  #support(user: string, currency: string, amount: number): void {
    const key = `${currency} ${user}`;
    const known = this.#supporters.get(key);
    if (known !== undefined) known.amount += amount;
    else this.#supporters.set(key, { user, currency, amount });
    if (this.#supporters.size <= limits.supportersRemembered) return;
    const least = [...this.#supporters].reduce((low, entry) => (entry[1].amount < low[1].amount ? entry : low));
    this.#supporters.delete(least[0]);
  }
}
