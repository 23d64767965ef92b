import { expect, test, vi } from "vitest";
import { Hearts } from "./hearts.ts";

test("one's own hearts are no growth of others, before and after their answer, and what is not counted is expected no more", async () => {
  vi.useFakeTimers();
  try {
    const answer = Promise.withResolvers<{ counted: number }>();
    const lost = vi.fn();
    const hearts = new Hearts("live:a", { ask: () => answer.promise } as never, { lost, changed() {} });
    hearts.add("x", 5);
    expect(hearts.ofOthers({ x: 10 }, { x: 11 })).toEqual({ x: 1 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(hearts.ofOthers({ x: 11 }, { x: 14, y: 2 })).toEqual({ y: 2 });
    // One of the two that are left does not count.
    answer.resolve({ counted: 4 });
    await vi.advanceTimersByTimeAsync(0);
    expect(hearts.ofOthers({ x: 14 }, { x: 17 })).toEqual({ x: 2 });
    expect(hearts.pending).toBe(0);
    // Nobody's tap is lost without a word.
    expect(lost.mock.calls).toEqual([[1, { code: 1114, message: "hearts beyond what counts" }]]);
  } finally {
    vi.useRealTimers();
  }
});
