import { expect, test } from "vitest";
import { Rate, ramp } from "./rate.ts";

test("a rate is that of late, and forgets", () => {
  const rate = new Rate(1_000);
  for (let at = 0; at < 10_000; at += 10) rate.add(1, at);
  expect(rate.perSecond(10_000)).toBeCloseTo(100, -1);
  expect(rate.perSecond(11_000)).toBeCloseTo(100 / Math.E, -1);
  expect(rate.perSecond(60_000)).toBeLessThan(1e-6);
});

test("a ramp is flat, rises, and is flat again", () => {
  expect([0, 3, 4.5, 6, 60].map((value) => ramp(value, { none: 3, full: 6 }))).toEqual([0, 0, 0.5, 1, 1]);
});
