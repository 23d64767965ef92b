/** Taps summed by kind, until they are sent. It knows no socket and no clock. */

/** Of one kind that wait: what is tapped beyond it is not counted. */
export const maxPending = 5_000;
/** The most of one call. */
export const maxPerCall = 1_000;

export interface HeartBatch {
  readonly id: string;
  readonly kind: string;
  readonly count: number;
}

export class HeartSum {
  readonly #waiting = new Map<string, number>();

  /** @returns how many of them are taken */
  add(kind: string, count: number): number {
    const waiting = this.#waiting.get(kind) ?? 0;
    const taken = Math.max(0, Math.min(Math.trunc(count) || 0, maxPending - waiting));
    if (taken > 0) this.#waiting.set(kind, waiting + taken);
    return taken;
  }

  /** Those that wait go into one batch of each kind, which is to be repeated with its id until its outcome is known. */
  take(newId: () => string): HeartBatch[] {
    const batches = [...this.#waiting].map(([kind, count]) => ({ id: newId(), kind, count: Math.min(count, maxPerCall) }));
    for (const batch of batches) {
      const left = (this.#waiting.get(batch.kind) ?? 0) - batch.count;
      if (left > 0) this.#waiting.set(batch.kind, left);
      else this.#waiting.delete(batch.kind);
    }
    return batches;
  }

  /** How many there are. */
  get waiting(): number {
    let sum = 0;
    for (const count of this.#waiting.values()) sum += count;
    return sum;
  }
}

/** By how much totals have grown, by kind. */
export function growthOf(
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): Record<string, number> {
  const growth: Record<string, number> = {};
  for (const [kind, total] of Object.entries(now)) if (total > (before[kind] ?? 0)) growth[kind] = total - (before[kind] ?? 0);
  return growth;
}
