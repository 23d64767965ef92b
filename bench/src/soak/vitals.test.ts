import { describe, expect, test } from "vitest";
import { faultsOf, type Sample, slopeOf } from "./vitals.ts";

const samples = (memoryMb: (atS: number) => number, descriptors: (atS: number) => number = () => 40): Sample[] =>
  Array.from({ length: 60 }, (_, n) => ({ atS: n * 10, memoryMb: memoryMb(n * 10), descriptors: descriptors(n * 10) }));
const limits = { slope: 0.01, growthMb: 50, descriptors: 4, loopP99Ms: 50 };
const faults = (some: Sample[], p99Ms = 5) =>
  faultsOf({ name: "room", samples: some, loop: { p50Ms: 1, p99Ms, maxMs: 9 } }, limits);

describe("a soak", () => {
  test("knows the slope of memory, whatever swings around it", () => {
    expect(slopeOf(samples((atS) => 100 + atS / 60))).toBeCloseTo(10 / 105, 2);
    expect(slopeOf(samples((atS) => 100 + ((atS / 10) % 2)))).toBeCloseTo(0, 2);
  });

  test("finds nothing in a process that stays as it is", () => {
    expect(faults(samples((atS) => 100 + ((atS / 10) % 7)))).toEqual([]);
  });

  test("finds memory that grows, slowly or at once, descriptors that are not closed, and a loop that is late", () => {
    expect(faults(samples((atS) => 100 + atS / 300))).toEqual([
      expect.stringMatching(/^room: memory grows by 2.0 % in ten minutes/),
    ]);
    expect(faults(samples((atS) => (atS < 590 ? 100 : 160)))[1]).toMatch(/memory grew by 60 MB/);
    expect(
      faults(
        samples(
          () => 100,
          (atS) => 40 + atS / 60,
        ),
      ),
    ).toEqual(["room: 5 more descriptors in the second half, limit 4"]);
    expect(
      faults(
        samples(() => 100),
        51,
      ),
    ).toEqual(["room: its event loop was late by 51 ms (p99), limit 50 ms"]);
    expect(faults([])).toEqual(["room: nothing is known of it"]);
  });
});
