import { encodeJson, RoomId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { MemoryBucket } from "./memory/memory-record-store.ts";
import { Registry } from "./registry.ts";

const room = RoomId.parse("live:registered");
const at = (generation: number, head: number) => ({ epoch: "e", generation, head });

describe("the registry of rooms", () => {
  test("[R7] an entry only rises: a later claim's stands whatever its head, and an earlier one never returns", async () => {
    const registry = new Registry(new MemoryBucket());
    expect(await registry.load(room)).toBeUndefined();
    expect(await registry.raise(room, at(1, 5))).toBe(true);
    expect(await registry.raise(room, at(1, 5))).toBe(true);
    expect(await registry.raise(room, at(1, 4))).toBe(false);
    expect(await registry.raise(room, at(2, 4))).toBe(true);
    expect(await registry.raise(room, at(1, 9))).toBe(false);
    expect(await registry.load(room)).toEqual(at(2, 4));
  });

  test("[R7] a head becomes one to rely on when its owner leaves, though neither head nor claim is new", async () => {
    const registry = new Registry(new MemoryBucket());
    await registry.raise(room, at(1, 5));
    expect(await registry.raise(room, { ...at(1, 5), state: "settled" })).toBe(true);
    expect(await registry.load(room)).toEqual({ ...at(1, 5), state: "settled" });
  });

  test("[R7] what is to be relied on of a head is stored as every version of ours reads it", async () => {
    const bucket = new MemoryBucket();
    const registry = new Registry(bucket);
    for (const state of ["settled", "restored"] as const) {
      await bucket.put("live.registered", encodeJson({ v: 1, ...at(1, 5), [state]: true }));
      expect(await registry.load(room)).toEqual({ ...at(1, 5), state });
      await registry.raise(room, { ...at(2, 5), state });
      const stored = (await bucket.get("live.registered"))?.value;
      expect(JSON.parse(Buffer.from(stored ?? []).toString())).toEqual({ v: 1, ...at(2, 5), [state]: true });
    }
  });

  test("[R4] [R7] a claim is entered once: not over another of the same generation, and never below what was given", async () => {
    const registry = new Registry(new MemoryBucket());
    expect(await registry.enter(room, at(2, 5))).toBe(true);
    for (const head of [4, 5, 6]) expect(await registry.enter(room, at(2, head))).toBe(false);
    expect(await registry.enter(room, at(3, 4))).toBe(false);
    expect(await registry.enter(room, at(3, 5))).toBe(true);
  });

  test("[R7] of many who write at once the latest stays", async () => {
    const registry = new Registry(new MemoryBucket());
    await Promise.all([3, 1, 5, 2, 4].map((generation) => registry.raise(room, at(generation, 10 - generation))));
    expect(await registry.load(room)).toEqual(at(5, 5));
  });

  test("[R7] what is restored from the store lowers nothing, and is marked until the next claim", async () => {
    const registry = new Registry(new MemoryBucket());
    await registry.raise(room, at(3, 8));
    await registry.restore(room, { epoch: "e", offset: 8 });
    expect(await registry.load(room)).toEqual(at(3, 8));
    await registry.restore(room, { epoch: "e", offset: 9 });
    expect(await registry.load(room)).toEqual({ ...at(3, 9), state: "restored" });
    expect(await registry.raise(room, at(3, 8))).toBe(false);
    expect(await registry.raise(room, at(4, 10))).toBe(true);
    expect(await registry.load(room)).toEqual(at(4, 10));
  });

  test("is complete only once somebody says so, and not after somebody took it back", async () => {
    const registry = new Registry(new MemoryBucket());
    expect(await registry.complete()).toBe(false);
    await registry.markComplete();
    expect(await registry.complete()).toBe(true);
    await registry.markIncomplete();
    expect(await registry.complete()).toBe(false);
  });

  test("an entry of another version counts as none and is written over", async () => {
    const bucket = new MemoryBucket();
    const registry = new Registry(bucket);
    await bucket.put("live.registered", Buffer.from('{"v":99}'));
    expect(await registry.load(room)).toBeUndefined();
    expect(await registry.raise(room, at(1, 1))).toBe(true);
    expect(await registry.load(room)).toEqual(at(1, 1));
  });
});
