import { now } from "./comment.ts";
import type { Schedule } from "./schedule.ts";

/**
 * Fires at given times, whether or not what was fired before is done: a server that stalls does not slow the load down, and whoever
 * measures from `at` counts the stall for everyone who came meanwhile. Resolves once all has been fired.
 */
export function openLoop(
  { start, at, rooms }: Schedule,
  fire: (comment: { index: number; at: number; room: number }) => void,
): Promise<void> {
  return new Promise((resolve) => {
    let index = 0;
    const wake = () => {
      for (; index < at.length; index++) {
        const due = start + (at[index] ?? 0);
        // A timer knows whole milliseconds only. Polling would cost the server that feeds itself more than its comments.
        const early = due - now();
        if (early > 0) return void setTimeout(wake, Math.max(1, early));
        fire({ index, at: due, room: rooms[index] ?? 0 });
      }
      resolve();
    };
    wake();
  });
}
