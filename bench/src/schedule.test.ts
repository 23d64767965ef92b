import { describe, expect, test } from "vitest";
import { poisson, scattered } from "./schedule.ts";

describe("a schedule", () => {
  test("is the same for the same seed, and another for another", () => {
    const asked = { perSecond: 10, seconds: 5, rooms: 7 };
    expect(poisson({ ...asked, seed: 1 })).toEqual(poisson({ ...asked, seed: 1 }));
    expect(poisson({ ...asked, seed: 1 })).not.toEqual(poisson({ ...asked, seed: 2 }));
  });

  test("has as many moments as asked for, give or take what chance gives", () => {
    const { at, rooms } = poisson({ perSecond: 100, seconds: 100, seed: 3, rooms: 4 });
    // Four standard deviations of 10,000.
    expect(Math.abs(at.length - 10_000)).toBeLessThan(400);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    expect(at.at(-1)).toBeLessThan(100_000);
    expect(new Set(rooms)).toEqual(new Set([0, 1, 2, 3]));
  });

  test("has exactly as many as asked for, where they are scattered", () => {
    const { at, rooms } = scattered({ count: 1_000, seconds: 10, seed: 1 });
    expect(at).toHaveLength(1_000);
    expect(rooms).toHaveLength(1_000);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    expect(at.at(-1)).toBeLessThan(10_000);
    // Four standard deviations of what falls into one half.
    expect(Math.abs(at.filter((ms) => ms < 5_000).length - 500)).toBeLessThan(64);
  });
});
