import { limits } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { resumeAfter, storedUpTo } from "./place-in-log.ts";
import { SqliteStore } from "./store/sqlite-store.ts";

/** A store that has come so far in some log; `lasts`: what the stream says of its end, each time it is asked. */
async function setUp({ epoch, sequence, lasts }: { epoch: string; sequence: number; lasts: number[] }) {
  const store = new SqliteStore(":memory:");
  await store.apply([], { shard: 0, sequence, epoch });
  const did: string[] = [];
  const place = { shard: 0, epoch: "now", store };
  const resume = () =>
    resumeAfter({
      ...place,
      last: async () => lasts.shift() ?? 0,
      registry: { markIncomplete: async () => void did.push("registry incomplete") },
      report: ({ why }) => did.push(why),
      sleep: async (ms) => void did.push(`${ms} ms`),
    });
  return { store, did, place, resume };
}

describe("a projector's place in the log", () => {
  test("is after what was stored of this log", async () => {
    const { did, place, resume } = await setUp({ epoch: "now", sequence: 7, lasts: [7] });
    expect(await resume()).toBe(7);
    expect(await storedUpTo(place)).toBe(7);
    expect(did).toEqual([]);
  });

  test("is the beginning of a log that nothing was stored of", async () => {
    const { place, did } = await setUp({ epoch: "now", sequence: 7, lasts: [] });
    expect(await storedUpTo({ ...place, shard: 3 })).toBe(0);
    expect(did).toEqual([]);
  });

  test("[R8] is the beginning of a log that is another one, even if it has outgrown what was stored", async () => {
    const { store, did, place, resume } = await setUp({ epoch: "then", sequence: 7, lasts: [100] });
    expect(await storedUpTo(place)).toBe(0);
    expect(await resume()).toBe(0);
    expect(did).toEqual(["the log is another one", "registry incomplete"]);
    await store.apply([], { shard: 0, sequence: 3, epoch: "now" });
    expect(await storedUpTo(place)).toBe(3);
  });

  test("is believed as it was written before there were epochs, and has one with the next record", async () => {
    const { store, place, resume } = await setUp({ epoch: "", sequence: 7, lasts: [100] });
    expect(await resume()).toBe(7);
    await store.apply([], { shard: 0, sequence: 8, epoch: "now" });
    expect(await storedUpTo(place)).toBe(8);
    expect(await storedUpTo({ ...place, epoch: "later" })).toBe(0);
  });

  test("[R8] is the beginning of a log that has lost what was stored, and goes on from there however often it is interrupted", async () => {
    const { store, place, did, resume } = await setUp({ epoch: "now", sequence: 50, lasts: [] });
    expect(await resume()).toBe(0);
    expect(did.slice(-2)).toEqual(["the log has lost its newest records", "registry incomplete"]);
    // Interrupted halfway, with a stream that has outgrown the former position by then.
    await store.apply([], { shard: 0, sequence: 20, epoch: "now" });
    expect(await storedUpTo(place)).toBe(20);
  });

  test("waits for a stream's new leader, which is behind for a moment, and reads nothing again for it", async () => {
    const { did, resume } = await setUp({ epoch: "now", sequence: 50, lasts: [40, 49, 50] });
    expect(await resume()).toBe(50);
    expect(did).toEqual([`${limits.logRetryLongestMs} ms`, `${limits.logRetryLongestMs} ms`]);
  });
});
