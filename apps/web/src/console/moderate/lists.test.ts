import { expect, onTestFinished, test, vi } from "vitest";
import { onceForMany } from "./lists.ts";

test("many news are one, and those that come while it is told of are one more: a slow answer is not asked for again meanwhile", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let asked = 0;
  let answered = 0;
  const news = onceForMany(async () => {
    asked++;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    answered++;
  }, 500);
  for (let at = 0; at < 10_000; at += 100) {
    news.hear();
    await vi.advanceTimersByTimeAsync(100);
    expect(asked - answered).toBeLessThanOrEqual(1);
  }
  expect(answered).toBe(4);
  news.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(4);
});
