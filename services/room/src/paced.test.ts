import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Paced } from "./paced.ts";

describe("what is paced", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("[G22] is done soon, and however often it is asked for not more often than so", async () => {
    const done: number[] = [];
    const it = new Paced(500, () => done.push(performance.now()));
    const start = performance.now();
    for (let ms = 0; ms < 5_000; ms += 10) {
      it.ask();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(done[0]).toBeLessThanOrEqual(start + 10);
    expect(done).toHaveLength(11);
    for (let i = 1; i < done.length; i++) expect((done[i] ?? 0) - (done[i - 1] ?? 0)).toBeGreaterThanOrEqual(500);
  });

  test("is not done unasked, nor after it was closed", async () => {
    const run = vi.fn();
    const it = new Paced(500, run);
    await vi.advanceTimersByTimeAsync(2_000);
    it.ask();
    it.close();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(run).not.toHaveBeenCalled();
  });
});
