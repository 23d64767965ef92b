import { describe, expect, test } from "vitest";
import { Latencies, percentile, spread } from "./statistics.ts";

describe("statistics", () => {
  test("a percentile is a value that was measured", () => {
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
    expect(percentile([1, 2, 3, 4], 0.99)).toBe(4);
    expect(percentile([], 0.5)).toBeNaN();
  });

  test("a spread does not depend on the order", () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  });

  test("latencies sort themselves", () => {
    const latencies = new Latencies();
    for (const ms of [5, 1, 100, 3]) latencies.add(ms);
    expect(latencies.summary()).toEqual({ p50: 3, p99: 100 });
  });
});
