import { expect, test } from "vitest";
import { NowAndThen } from "./now-and-then.ts";

test("a line is said once in its while, and others meanwhile", () => {
  const lines = new NowAndThen(1_000);
  expect(lines.take("welcome", 0)).toBe(true);
  expect(lines.take("welcome", 999)).toBe(false);
  expect(lines.take("thanks", 999)).toBe(true);
  // Not counted from when it was last refused.
  expect(lines.take("welcome", 1_000)).toBe(true);
  expect(lines.take("welcome", 1_999)).toBe(false);
});
