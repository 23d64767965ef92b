import { describe, expect, test } from "vitest";
import { originOf, type Testimony } from "./origin.ts";

const silence: Testimony = { last: undefined, entry: undefined, snapshot: undefined, stored: undefined, logEpoch: "new" };
const record = (head: number, epoch = "e") => ({ epoch, head, generation: 4 });

describe("where a new owner goes on", () => {
  test("[R1] a room that nobody knows begins at 0, in the log's epoch", () => {
    expect(originOf(silence)).toEqual({ epoch: "new", generation: 1, head: 0 });
  });

  test("[R5] the last record tells, though snapshot, registry and store are behind it", () => {
    const behind = { entry: record(7), snapshot: record(5), stored: { epoch: "e", offset: 6 } };
    expect(originOf({ ...silence, last: record(9), ...behind })).toEqual({ epoch: "e", generation: 5, head: 9 });
  });

  test("[R7] without records the registry tells, and whoever of the same epoch remembers more", () => {
    expect(originOf({ ...silence, entry: record(7) })).toEqual({ epoch: "e", generation: 5, head: 7 });
    const more = { entry: record(7), stored: { epoch: "e", offset: 8 }, snapshot: record(6) };
    expect(originOf({ ...silence, ...more })).toEqual({ epoch: "e", generation: 5, head: 8 });
  });

  test.each([
    ["the registry", { last: record(5), entry: record(9) }],
    ["the snapshot", { last: record(5), snapshot: record(9) }],
    ["the store", { last: record(5), stored: { epoch: "e", offset: 9 } }],
    [
      "the store, in another epoch",
      { entry: record(5), stored: { epoch: "e", offset: 9 }, snapshot: record(7, "f"), last: record(5) },
    ],
    ["the store alone", { stored: { epoch: "e", offset: 9 } }],
    ["a registry that was restored", { entry: { ...record(9), restored: true as const } }],
  ])("[R7] [R8] what %s remembers and the log does not makes a new epoch behind it", (_, testimony) => {
    const origin = originOf({ ...silence, ...testimony });
    expect(origin).toMatchObject({ head: 9, lost: { epoch: "e", offset: 9 } });
    expect(["e", "new"]).not.toContain(origin.epoch);
  });
});
