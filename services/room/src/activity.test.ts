import { limits } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { Activity } from "./activity.ts";

describe("the activity of a room", () => {
  test("[O3] of ten comments a second is ten, and fades when they end; acts are no comments", () => {
    const activity = new Activity();
    for (let now = 0; now < 30_000; now += 100) activity.committed(now, { tookMs: 2, comment: true });
    for (let now = 0; now < 100; now++) activity.committed(30_000, { tookMs: 2, comment: false });
    expect(activity.commentsPerS(30_000)).toBeGreaterThan(9);
    expect(activity.commentsPerS(30_000)).toBeLessThan(11);
    expect(activity.commentsPerS(60_000)).toBeLessThan(0.01);
  });

  test("[O3] knows what most commits took, and the slowest of a hundred", () => {
    const activity = new Activity();
    expect(activity.commitMs(0)).toBeUndefined();
    for (let n = 1; n <= 100; n++) activity.committed(n, { tookMs: n, comment: true });
    expect(activity.commitMs(100)).toEqual({ p50: 50, p99: 99 });
  });

  test("[O3] forgets commits of long ago, and those before the last few", () => {
    const activity = new Activity();
    for (let n = 0; n < 10; n++) activity.committed(n, { tookMs: 900, comment: true });
    for (let n = 0; n < limits.operateCommits; n++) activity.committed(10, { tookMs: 3, comment: true });
    expect(activity.commitMs(20)).toEqual({ p50: 3, p99: 3 });
    expect(activity.commitMs(10 + limits.operateCommitsMs)).toBeUndefined();
  });
});
