import { RoomId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { MemoryBucket } from "./memory/memory-record-store.ts";
import { Snapshots } from "./snapshots.ts";

const room = RoomId.parse("live:saved");
const snapshot = { epoch: "e", generation: 2, head: 5, sequence: 9, batchId: "b", state: { some: "state" } };

describe("[R5] snapshots", () => {
  const stored = async (value: object) => {
    const bucket = new MemoryBucket();
    await bucket.put("live.saved", Buffer.from(JSON.stringify(value)));
    return new Snapshots(bucket);
  };

  test("come back as they were saved", async () => {
    const snapshots = new Snapshots(new MemoryBucket());
    const revision = await snapshots.save(room, snapshot, undefined);
    expect(await snapshots.load(room)).toEqual({ ...snapshot, revision });
  });

  test("of a later generation stay, though an earlier owner saves after it", async () => {
    const snapshots = new Snapshots(new MemoryBucket());
    const revision = await snapshots.save(room, snapshot, undefined);
    const later = { ...snapshot, generation: 3, head: 4 };
    await snapshots.save(room, later, revision);
    expect(await snapshots.save(room, snapshot, revision)).toBeUndefined();
    expect(await snapshots.load(room)).toMatchObject(later);
  });

  test("of an earlier version, which named no batch, have none", async () => {
    const { batchId: _, ...earlier } = snapshot;
    expect(await (await stored({ v: 1, ...earlier })).load(room)).toMatchObject({ ...earlier, batchId: "" });
  });

  test.each([
    ["another version", { v: 2 }],
    ["no epoch", { epoch: undefined }],
    ["a head that is no place", { head: -1 }],
    ["a batch that is no name", { batchId: 7 }],
  ])("with %s count as none, and are written over", async (_, flaw) => {
    const snapshots = await stored({ v: 1, ...snapshot, generation: 3, ...flaw });
    expect(await snapshots.load(room)).toBeUndefined();
    await snapshots.save(room, snapshot, undefined);
    expect(await snapshots.load(room)).toMatchObject(snapshot);
  });
});
