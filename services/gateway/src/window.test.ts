import { limits } from "@madang/contracts";
import { seeded } from "@madang/devkit";
import { Rate } from "@madang/runtime";
import { describe, expect, test } from "vitest";
import { windowFor } from "./window.ts";

describe("a rate", () => {
  test("takes a flood for one within a second", () => {
    const rate = new Rate(limits.rateOverMs);
    for (let at = 100_000; at < 101_000; at += 20) rate.add(1, at);
    expect(rate.perSecond(101_000)).toBeGreaterThan(limits.windowLinesPerS.full);
  });
});

describe("the window", () => {
  const heat = (linesPerS: number, viewers: number) => windowFor({ linesPerS, deliveriesPerS: linesPerS * viewers }, 100);

  test("is none in a quiet room, whatever its size, and in a lively one that few watch", () => {
    expect([heat(1, 2_000), heat(1, 100_000), heat(50, 10), heat(50, 100)]).toEqual([0, 0, 0, 0]);
  });

  test("is the longest in a flood before many, and grows in between", () => {
    expect([heat(10, 2_000), heat(50, 2_000)]).toEqual([100, 100]);
    expect(heat(10, 900)).toBe(50);
  });

  test("of a lively room is long when others keep the gateway busy; a quiet room has none beside them", () => {
    expect(windowFor({ linesPerS: 10, deliveriesPerS: 50_000 }, 100)).toBe(100);
    expect(windowFor({ linesPerS: 1, deliveriesPerS: 50_000 }, 100)).toBe(0);
  });

  test.each([
    [1, "no", 0, 0.005],
    [10, "nearly every", 0.95, 1],
  ])(
    "at %d comments a second, which come by chance, %s comment waits long before 2,000 viewers (seed 1)",
    (perSecond, _, least, most) => {
      const random = seeded(1);
      const rate = new Rate(limits.rateOverMs);
      let [comments, hot] = [0, 0];
      for (let at = 0; at < 3_600_000; at += (-Math.log(1 - random.int(1_000_000) / 1_000_000) * 1_000) / perSecond) {
        rate.add(1, at);
        comments++;
        if (heat(rate.perSecond(at), 2_000) > 50) hot++;
      }
      expect(hot / comments).toBeGreaterThanOrEqual(least);
      expect(hot / comments).toBeLessThanOrEqual(most);
    },
  );
});
