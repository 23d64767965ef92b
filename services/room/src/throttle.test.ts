import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Throttle } from "./throttle.ts";

describe("what is throttled", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("[G22] is done soon, and however often it is asked for not more often than so", async () => {
    const done: number[] = [];
    const it = new Throttle(500, () => done.push(performance.now()));
    const start = performance.now();
    for (let ms = 0; ms < 5_000; ms += 10) {
      it.ask();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(done[0]).toBeLessThanOrEqual(start + 10);
    expect(done).toHaveLength(11);
    for (let i = 1; i < done.length; i++) expect((done[i] ?? 0) - (done[i - 1] ?? 0)).toBeGreaterThanOrEqual(500);
  });

  test("[G22] that has time waits, until something is asked for that has not", async () => {
    const done: number[] = [];
    const it = new Throttle(500, () => done.push(performance.now()));
    const start = performance.now();
    it.ask(5_000);
    await vi.advanceTimersByTimeAsync(1_000);
    it.ask();
    await vi.advanceTimersByTimeAsync(100);
    it.ask(5_000);
    it.ask(9_000);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(done.map((at) => Math.round(at - start))).toEqual([1_000, 6_100]);
  });

  test("is not done unasked, nor after it was closed", async () => {
    const run = vi.fn();
    const it = new Throttle(500, run);
    await vi.advanceTimersByTimeAsync(2_000);
    it.ask();
    it.close();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(run).not.toHaveBeenCalled();
  });
});
