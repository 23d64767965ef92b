import type { HeartsAt } from "@madang/client";
import { expect, test } from "vitest";
import { graphOf, outlineOf } from "./graph.ts";

const at = (at: number, total: number, more: Partial<HeartsAt> = {}): HeartsAt => ({
  at,
  total,
  hearts: { "❤️": total },
  gifts: 0,
  pins: [],
  ...more,
});

test("a graph has the hearts of each stretch, the best one, and all of them", () => {
  const graph = graphOf([at(0, 0), at(1_000, 4), at(2_000, 20), at(3_000, 20)], 3_000);
  expect(graph.hills.map(({ height }) => height)).toEqual([0.5, 1, 0]);
  expect(graph).toMatchObject({ total: 20, bestMs: 1_000, marks: [] });
});

test("marks are where a gift came, and where something was pinned that was not before", () => {
  const totals = [at(0, 0), at(1_000, 0, { pins: [3] }), at(2_000, 0, { pins: [3], gifts: 2 }), at(3_000, 0, { gifts: 2 })];
  expect(graphOf(totals, 3_000).marks).toEqual([
    { kind: "pin", atMs: 500, exact: false },
    { kind: "gift", atMs: 1_500, exact: false },
  ]);
  const exact = graphOf(totals, 3_000, [{ kind: "gift", at: 1_204, exact: true }]);
  expect(exact.marks).toEqual([{ kind: "gift", atMs: 1_204, exact: true }]);
});

test("without a heart there is no best moment, and the ground is flat", () => {
  const graph = graphOf([at(0, 0), at(1_000, 0)], 1_000);
  expect(graph.bestMs).toBeUndefined();
  expect(outlineOf(graph.hills, 100, 10)).toBe("M0 10 L0 10 L50 10 L100 10 L100 10 Z");
});
