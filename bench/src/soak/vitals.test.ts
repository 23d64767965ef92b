import { describe, expect, test } from "vitest";
import { faultsOf, type Sample, slopeOf } from "./vitals.ts";

const samples = (memoryMb: (atS: number) => number, descriptors: (atS: number) => number = () => 40): Sample[] =>
  Array.from({ length: 60 }, (_, n) => ({ atS: n * 10, memoryMb: memoryMb(n * 10), descriptors: descriptors(n * 10) }));
const limits = { slope: 0.01, growthMb: 50, descriptors: 4, loopP99Ms: 50 };
const flat = samples(() => 50);
const faults = (some: Sample[], { p99Ms = 5, alive = flat } = {}) =>
  faultsOf({ name: "room", samples: some, alive, loop: { p50Ms: 1, p99Ms, maxMs: 9 } }, limits);

describe("a soak", () => {
  test("knows the slope of memory, whatever swings around it", () => {
    expect(slopeOf(samples((atS) => 100 + atS / 60))).toBeCloseTo(10 / 105, 2);
    expect(slopeOf(samples((atS) => 100 + ((atS / 10) % 2)))).toBeCloseTo(0, 2);
  });

  test("finds nothing in a process that stays as it is", () => {
    expect(faults(samples((atS) => 100 + ((atS / 10) % 7)))).toEqual([]);
    // A moment that needed more.
    expect(faults(samples((atS) => (atS < 300 ? 100 : 118)))).toEqual([]);
  });

  test("finds memory that grows, slowly or at once, descriptors that are not closed, and a loop that is late", () => {
    const alive = samples((atS) => 100 + atS / 300);
    expect(faults(flat, { alive })).toEqual([expect.stringMatching(/^room: what is alive grows by 2.0 % in ten minutes/)]);
    expect(faults(flat, { alive: [] })).toEqual([expect.stringMatching(/what is alive grows by NaN/)]);
    expect(faults(samples((atS) => (atS < 590 ? 100 : 160)))).toEqual([expect.stringMatching(/memory grew by 60 MB/)]);
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
        { p99Ms: 51 },
      ),
    ).toEqual(["room: its event loop was late by 51 ms (p99), limit 50 ms"]);
    expect(faults([])).toEqual(["room: nothing is known of it"]);
  });
});
