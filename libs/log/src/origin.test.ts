import { describe, expect, test } from "vitest";
import { type Logged, originOf, type Testimony } from "./origin.ts";

/** Where a room goes on of which all say nothing but this. */
function origin({ last, unreadable = 0, ...testimony }: Partial<Testimony & Logged>) {
  const nothing: Testimony = { entry: undefined, snapshot: undefined, stored: undefined };
  return originOf({ ...nothing, ...testimony }, { last, unreadable, logEpoch: "new" });
}

const record = (head: number, epoch = "e") => ({ epoch, head, generation: 4 });

describe("where a new owner goes on", () => {
  test("[R1] a room that nobody knows begins at 0, in the log's epoch", () => {
    expect(origin({})).toEqual({ epoch: "new", generation: 1, head: 0 });
  });

  test("[R5] the last record tells, though snapshot, registry and store are behind it", () => {
    const behind = { entry: record(7), snapshot: record(5), stored: { epoch: "e", offset: 6 } };
    expect(origin({ last: record(9), ...behind })).toEqual({ epoch: "e", generation: 5, head: 9 });
  });

  test("[R1] a store that is silent says no more than one that does not know the room", () => {
    expect(origin({ stored: "silent" })).toEqual(origin({}));
    expect(origin({ stored: "silent", entry: record(7) })).toEqual({ epoch: "e", generation: 5, head: 7 });
  });

  test("[R7] without records the registry tells, and whoever of the same epoch remembers more", () => {
    const all = { entry: record(7), stored: { epoch: "e", offset: 7 } };
    expect(origin(all)).toEqual({ epoch: "e", generation: 5, head: 7 });
    const more = { entry: record(7), stored: { epoch: "e", offset: 8 }, snapshot: record(6) };
    expect(origin(more)).toEqual({ epoch: "e", generation: 5, head: 8 });
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
    ["a registry that was restored", { entry: { ...record(9), state: "restored" as const } }],
  ])("[R7] [R8] what %s remembers and the log does not makes a new epoch behind it", (_, testimony) => {
    const found = origin(testimony);
    expect(found).toMatchObject({ head: 9, lost: { epoch: "e", offset: 9 } });
    expect(["e", "new"]).not.toContain(found.epoch);
  });

  test.each([
    ["the registry", { entry: record(9), stored: { epoch: "e", offset: 8 } }],
    ["the snapshot", { entry: record(7), snapshot: record(9), stored: { epoch: "e", offset: 7 } }],
    ["the registry, in another epoch than the store,", { entry: record(9), stored: { epoch: "f", offset: 9 } }],
  ])("[R7] [R8] without records, what %s remembers and the store lacks is lost: a new epoch behind it", (_, testimony) => {
    const found = origin(testimony);
    expect(found).toMatchObject({ head: 9, lost: { epoch: "e", offset: 9 } });
    expect(["e", "f", "new"]).not.toContain(found.epoch);
  });

  test.each([
    ["the log has, though registry and snapshot remember more", 5, { last: record(5), entry: record(9), snapshot: record(8) }],
    ["the store has", 7, { last: record(5), entry: record(9), stored: { epoch: "e", offset: 7 } }],
    [
      "the store had by its own word",
      9,
      { last: record(5), entry: { ...record(9), state: "restored" as const }, stored: "silent" as const },
    ],
    ["can be read", 5, { last: record(5), unreadable: 1 }],
  ])("[R8] of what was lost, what %s is kept", (_, kept, testimony) => {
    expect(origin(testimony).lost?.kept).toBe(kept);
  });

  test("[R8] what the store has of an epoch newer than the snapshot does not count as kept", () => {
    const newer = { last: record(5), snapshot: record(7), stored: { epoch: "f", offset: 9 } };
    expect(origin(newer).lost?.kept).toBe(5);
    // Unless the registry remembers how much was kept when that epoch began.
    const entry = { epoch: "f", head: 8, generation: 4, rewound: { offset: 8, kept: 6 } };
    expect(origin({ ...newer, entry }).lost?.kept).toBe(6);
  });
});
