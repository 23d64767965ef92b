/** How long lines of a room wait for more, so that several travel in one frame. Pure: it knows no clock and no socket. */
import { limits } from "@madang/contracts";

/** Events per second, of late: each counts less the longer ago it was. */
export class Rate {
  readonly #overMs: number;
  #level = 0;
  #at = 0;

  constructor(overMs: number = limits.rateOverMs) {
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

export interface Heat {
  /** Lines of this room. */
  readonly linesPerS: number;
  /** Lines times viewers, of all rooms of this gateway. */
  readonly deliveriesPerS: number;
}

/**
 * The window, ms. A frame costs the same with one line or ten, so waiting saves work; it costs time. It is 0 where either there is little
 * to save, since few lines come in a window, or nothing has to be saved, since the gateway has little to do; in between it grows evenly.
 */
export function windowFor({ linesPerS, deliveriesPerS }: Heat, longestMs: number): number {
  const worth = ramp(linesPerS, limits.windowLinesPerS);
  const needed = ramp(deliveriesPerS, limits.windowDeliveriesPerS);
  return Math.round(longestMs * Math.min(worth, needed));
}

function ramp(value: number, { none, full }: { readonly none: number; readonly full: number }): number {
  return Math.max(0, Math.min(1, (value - none) / (full - none)));
}
