import { limits } from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import { pause } from "@madang/runtime";

/** Asks again while NATS does not answer, up to `limits.provisionWithinMs`: it has no leader for a moment, or much to do. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + limits.provisionWithinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LogUnavailable) || performance.now() > deadline) throw error;
      await pause(limits.logRetryLongestMs);
    }
  }
}
