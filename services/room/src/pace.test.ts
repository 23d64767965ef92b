import { limits } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { Pace } from "./pace.ts";

describe("who spoke when", () => {
  test("[G13] is known again from what was stored, as far as it still counts", () => {
    const pace = new Pace();
    pace.add("kim", "a", 1_000);
    pace.add("lee", "b", 5_000);
    const restored = new Pace(pace.toStored(2_000));
    expect(restored.lastAt("lee")).toBe(5_000);
    expect(restored.lastAt("kim")).toBeUndefined();
  });

  test("remembers so many, and stores fewer: the newest", () => {
    const pace = new Pace();
    pace.add("first", undefined, 0);
    for (let i = 0; i < limits.pacedUsers; i++) pace.add(`u${i}`, "x", i);
    expect(pace.lastAt("first")).toBeUndefined();
    expect(pace.lastAt("u0")).toBe(0);
    const stored = pace.toStored(0);
    expect(stored).toHaveLength(2_000);
    expect(stored.at(-1)).toEqual([`u${limits.pacedUsers - 1}`, limits.pacedUsers - 1]);
  });

  test("[G14] knows the last sixteen sayings of each", () => {
    const pace = new Pace();
    for (let i = 0; i < 17; i++) pace.add("kim", `say ${i}`, 10);
    expect(pace.hasSaid("kim", "say 0", 10)).toBe(false);
    expect(pace.hasSaid("kim", "SAY   1", 10)).toBe(true);
    expect(pace.hasSaid("lee", "say 1", 10)).toBe(false);
  });
});
