// Waits for the thing, not for time.
import { setTimeout as sleep } from "node:timers/promises";

/** The result of the first call that does not throw; past the limit, the last error is the test's own. */
export async function eventually<T>(attempt: () => T | Promise<T>, { withinMs = 5_000, everyMs = 20 } = {}): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() + everyMs > deadline) throw error;
    }
    await sleep(everyMs);
  }
}
