import { expect, test } from "vitest";
import { Budget } from "./budget.ts";

test("a budget lets so many pass at once, then so many a second, and saves no more than it had", () => {
  let now = 0;
  const budget = new Budget({ most: 10, perS: 0.5, now: () => now });
  const taken = () => Array.from({ length: 20 }, () => budget.take()).filter(Boolean).length;
  expect(taken()).toBe(10);
  now += 4_000;
  expect(taken()).toBe(2);
  now += 3_600_000;
  expect(taken()).toBe(10);
});
