import { describe, expect, test } from "vitest";
import { growthOf, HeartSum, maxPending, maxPerCall } from "./heart-sum.ts";

describe("hearts", () => {
  const ids = () => {
    let n = 0;
    return () => `h${++n}`;
  };

  test("[N2] are summed by kind into one batch each, and wait until they are sent", () => {
    const sum = new HeartSum();
    sum.add("❤️", 2);
    sum.add("🔥", 1);
    sum.add("❤️", 3);
    expect(sum.waiting).toBe(6);
    const batches = sum.take(ids());
    expect(batches).toEqual([
      { id: "h1", kind: "❤️", count: 5 },
      { id: "h2", kind: "🔥", count: 1 },
    ]);
    expect(sum.waiting).toBe(0);
    sum.add("❤️", 1);
    expect(sum.waiting).toBe(1);
    expect(sum.take(() => "h3")).toEqual([{ id: "h3", kind: "❤️", count: 1 }]);
  });

  test("[N2] beyond a call's most wait for the next, and beyond a bound are not taken", () => {
    const sum = new HeartSum();
    expect(sum.add("❤️", maxPending + 10)).toBe(maxPending);
    expect(sum.add("❤️", 1)).toBe(0);
    const newId = ids();
    const counts: number[] = [];
    while (sum.waiting > 0) counts.push(...sum.take(newId).map(({ count }) => count));
    expect(counts).toEqual(Array.from({ length: maxPending / maxPerCall }, () => maxPerCall));
  });

  test("that are no number of hearts are none", () => {
    const sum = new HeartSum();
    for (const count of [Number.NaN, -3, 0.5]) expect(sum.add("❤️", count)).toBe(0);
    expect(sum.waiting).toBe(0);
  });

  test("grow by what was not there before", () => {
    expect(growthOf({ "❤️": 2, "🔥": 1 }, { "❤️": 5, "🔥": 1, "👏": 4 })).toEqual({ "❤️": 3, "👏": 4 });
  });
});
