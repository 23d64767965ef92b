import { setTimeout as sleep } from "node:timers/promises";

/**
 * Fires at fixed times, whether or not what was fired before is done: a server that stalls does not slow the load down, and
 * whoever measures from `at` counts the stall for everyone who came meanwhile. Resolves when all that was fired has settled.
 */
export async function openLoop(options: {
  perSecond: number;
  seconds: number;
  /** `at`: when it should have happened, on `performance.now`'s clock. */
  fire: (index: number, at: number) => Promise<void>;
}): Promise<void> {
  const { perSecond, seconds, fire } = options;
  const total = perSecond * seconds;
  const start = performance.now();
  const fired: Promise<void>[] = [];
  while (fired.length < total) {
    const now = performance.now();
    for (let at = timeOf(fired.length); at <= now && fired.length < total; at = timeOf(fired.length))
      fired.push(fire(fired.length, at));
    await sleep(1);
  }
  await Promise.all(fired);

  function timeOf(index: number): number {
    return start + (index * 1000) / perSecond;
  }
}
