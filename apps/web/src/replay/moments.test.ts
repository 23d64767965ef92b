import type { HeartsAt, ReplayEntry } from "@madang/client";
import { expect, test } from "vitest";
import { momentsNear, momentsOf } from "./moments.ts";

const happened = (at: number, type: string): ReplayEntry => ({ at, publication: { tags: { type } } });
const none = { hearts: {}, total: 0, gifts: 0, pins: [] };
const totals: HeartsAt[] = [
  { ...none, at: 0 },
  { ...none, at: 2_000, gifts: 2 },
  { ...none, at: 4_000, gifts: 2 },
  { ...none, at: 6_000, gifts: 2, pins: [1] },
];

test("[H8] gifts and pins have their own times; what is not on the first page of its stretch is told about", async () => {
  const entries = [
    happened(10, "posted"),
    happened(1_234, "gifted"),
    happened(1_777, "gifted"),
    ...Array.from({ length: 9 }, (_, n) => happened(4_000 + n, "posted")),
    happened(5_100, "pinned"),
  ];
  const asked: number[] = [];
  const page = async (from: number, to: number) => {
    asked.push(from);
    return entries.filter(({ at }) => at >= from && at < to).slice(0, 7);
  };
  expect(await momentsOf({ page }, totals)).toEqual([
    { kind: "gift", at: 1_234, exact: true },
    { kind: "gift", at: 1_777, exact: true },
    { kind: "pin", at: 5_000, exact: false },
  ]);
  // Where nothing of the kind was, nothing is read.
  expect(asked).toEqual([0, 4_000]);
});

test("what cannot be read is told about", async () => {
  const page = () => Promise.reject(new Error("away"));
  expect(await momentsOf({ page }, totals)).toEqual(momentsNear(totals));
  expect(momentsNear(totals).map(({ exact }) => exact)).toEqual([false, false]);
});
