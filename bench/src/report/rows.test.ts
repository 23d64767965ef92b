import { describe, expect, test } from "vitest";
import type { Run } from "../result.ts";
import { rowsOf } from "./rows.ts";

const run = (repeat: number, stack: string, perCpuSecond: number, faults: string[] = []): Run => ({
  suite: "fan-out",
  repeat,
  case: "10/s",
  stack,
  figures: { perCpuSecond },
  faults,
});

describe("rows", () => {
  const runs = [
    run(1, "base", 100),
    run(1, "ours", 200),
    run(2, "base", 50),
    run(2, "ours", 150),
    run(3, "base", 80),
    run(3, "ours", 80),
  ];
  const [base, ours] = rowsOf(runs, { figure: "perCpuSecond", to: "base" });

  test("ratios are within a repeat, and their median is of them", () => {
    expect(ours?.ratio).toEqual({ median: 2, min: 1, max: 3 });
    expect(base?.ratio).toEqual({ median: 1, min: 1, max: 1 });
  });

  test("figures have a median and a range", () => {
    expect(ours?.figures.perCpuSecond).toEqual({ median: 150, min: 80, max: 200 });
    expect(ours?.repeats).toBe(3);
  });

  test("a fault of one repeat is not lost", () => {
    expect(rowsOf([...runs, run(4, "ours", 1, ["it fell over"])])[1]?.faults).toEqual(["it fell over"]);
  });
});
