/** How long lines of a room wait for more, so that several travel in one frame. Pure: it knows no clock and no socket. */
import { limits } from "@madang/contracts";
import { ramp } from "@madang/runtime";

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
