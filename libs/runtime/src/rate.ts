/** Events per second, of late: each counts less the longer ago it was. Pure: it knows no clock. */
export class Rate {
  readonly #overMs: number;
  #level = 0;
  #at = 0;

  /** `overMs`: of about so long. */
  constructor(overMs: number) {
    this.#overMs = overMs;
  }

  /** `now`: monotonic, ms. */
  add(count: number, now: number): void {
    this.#level = this.perSecond(now) + (count * 1000) / this.#overMs;
    this.#at = now;
  }

  perSecond(now: number): number {
    return this.#level * Math.exp((this.#at - now) / this.#overMs);
  }
}

/** 0 up to `none`, 1 from `full` on, and evenly more in between. */
export function ramp(value: number, { none, full }: { readonly none: number; readonly full: number }): number {
  return Math.max(0, Math.min(1, (value - none) / (full - none)));
}
