/** One's own hearts on their way into the room's totals, so that each is shown once at any moment. It knows no socket and no clock. */
import type { HeartBatch } from "./heart-sum.ts";

/** Totals that are told after the answer without a heart: it is in none of them any more, or was in one that nobody saw grow. */
const forgottenAfter = 20;

interface OnTheWay {
  readonly kind: string;
  /** How many of them the totals do not have yet. */
  left: number;
  /** Totals that were told since the answer; none: it is not there yet. */
  told?: number;
}

export class OwnHearts {
  readonly #batches = new Map<string, OnTheWay>();

  /** Before the answer: the totals may be told first. */
  sent({ id, kind, count }: HeartBatch): void {
    this.#batches.set(id, { kind, left: count });
  }

  /** There is an answer: so many were not counted, or nobody can say. */
  settle(id: string, uncounted: number): void {
    const batch = this.#batches.get(id);
    if (batch === undefined) return;
    batch.left -= uncounted;
    if (batch.left <= 0) this.#batches.delete(id);
    else batch.told = 0;
  }

  /** The totals have grown by so many. @returns by how many of others */
  grew(growth: Readonly<Record<string, number>>): Record<string, number> {
    const others = { ...growth };
    for (const [id, batch] of this.#batches) {
      const own = Math.min(batch.left, others[batch.kind] ?? 0);
      if (own > 0) {
        batch.left -= own;
        const left = (others[batch.kind] ?? 0) - own;
        if (left > 0) others[batch.kind] = left;
        else delete others[batch.kind];
      }
      if (batch.told === undefined) continue;
      batch.told++;
      if (batch.left === 0 || batch.told > forgottenAfter) this.#batches.delete(id);
    }
    return others;
  }

  /** How many the totals do not have yet. */
  get pending(): number {
    let sum = 0;
    for (const { left } of this.#batches.values()) sum += left;
    return sum;
  }
}
