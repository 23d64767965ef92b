import { eventsOf, RoomId } from "@madang/contracts";
import { eventAt } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { Fenced } from "./errors.ts";
import { EventLog } from "./event-log.ts";
import { MemoryBucket, MemoryRecordStore } from "./memory/memory-record-store.ts";
import { Snapshots } from "./snapshots.ts";

const room = RoomId.parse("live:events");
const other = RoomId.parse("live:other");

function setUp() {
  const records = new MemoryRecordStore();
  const snapshots = new Snapshots(new MemoryBucket());
  return { records, snapshots, log: new EventLog({ records, snapshots, epoch: "fresh", pause: async () => {} }) };
}

async function fill(log: EventLog, count: number) {
  const { log: writer } = await log.claim(room, "me");
  const { log: noise } = await log.claim(other, "me");
  for (let offset = 1; offset <= count; ) {
    const adding = [];
    for (let i = 0; i < 3 && offset <= count; i++) adding.push(writer.add(eventAt(offset++)));
    await Promise.all(adding);
    await noise.add(eventAt(noise.head + 1));
  }
  return writer;
}

const offsetsOf = (page: { from: number; lines: readonly Uint8Array[] } | undefined) =>
  page?.lines.map((line) => JSON.parse(Buffer.from(line).toString()).offset);

describe("the event log", () => {
  test("[S2] a room nobody has written to stands at 0 in the log's own epoch", async () => {
    expect(await setUp().log.position(room)).toEqual({ offset: 0, epoch: "fresh" });
  });

  test("[R4] a claim fences the former owner, and the new one goes on at the next offset", async () => {
    const { log } = setUp();
    const former = await fill(log, 5);
    const { log: next } = await log.claim(room, "you");
    expect(next.head).toBe(5);
    expect(next.generation).toBe(former.generation + 1);
    await expect(former.add(eventAt(6))).rejects.toThrow(Fenced);
    await next.add(eventAt(6));
    expect(await log.position(room)).toEqual({ offset: 6, epoch: "fresh" });
  });

  test("[R4] of two that claim at once one is refused", async () => {
    const { log } = setUp();
    const claims = await Promise.allSettled([log.claim(room, "a"), log.claim(room, "b")]);
    expect(claims.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(claims.find(({ status }) => status === "rejected")).toMatchObject({ reason: expect.any(Fenced) });
  });

  test("[R7] a room whose records have all aged out goes on at the next offset, in the same epoch", async () => {
    const { log, records } = setUp();
    const writer = await fill(log, 4);
    await log.save(writer, { head: 4, sequence: writer.sequence, state: {} });
    records.forget(room, Number.MAX_SAFE_INTEGER);
    expect(await log.position(room)).toEqual({ offset: 4, epoch: "fresh" });
    const { log: next } = await log.claim(room, "me");
    expect([next.head, next.epoch, next.generation]).toEqual([4, "fresh", writer.generation + 1]);
  });

  test("[R7] a log that lost what a snapshot remembers gives no offset twice, and has a new epoch", async () => {
    const { log, snapshots } = setUp();
    const writer = await fill(log, 4);
    await snapshots.save(room, { epoch: "fresh", generation: 1, head: 9, sequence: writer.sequence + 5, state: {} });
    const { log: next } = await log.claim(room, "me");
    expect(next.head).toBe(9);
    expect(next.epoch).not.toBe("fresh");
  });

  test("[R7] a log that was lost gives no offset twice that the store remembers, and has a new epoch", async () => {
    const { records, snapshots } = setUp();
    const log = new EventLog({ records, snapshots, epoch: "fresh", storeHead: async () => ({ offset: 7, epoch: "old" }) });
    const { log: writer } = await log.claim(room, "me");
    expect(writer.head).toBe(7);
    expect(["fresh", "old"]).not.toContain(writer.epoch);
    for (let offset = 8; offset <= 9; offset++) await writer.add(eventAt(offset));
    // Now the log is ahead of the store, as it always is a little.
    const { log: next } = await log.claim(room, "me");
    expect([next.head, next.epoch]).toEqual([9, writer.epoch]);
  });

  test("a claim brings the snapshot and exactly the records after it", async () => {
    const { log } = setUp();
    const writer = await fill(log, 6);
    await log.save(writer, { head: 6, sequence: writer.sequence, state: { some: "state" } });
    await Promise.all([7, 8].map((offset) => writer.add(eventAt(offset))));
    const claimed = await log.claim(room, "me");
    expect(claimed.snapshot).toMatchObject({ head: 6, state: { some: "state" } });
    const offsets = async (fromStart: boolean) => {
      const found = [];
      for await (const { batch } of claimed.tail({ fromStart })) found.push(...eventsOf(batch).map(({ offset }) => offset));
      return found;
    };
    expect(await offsets(false)).toEqual([7, 8]);
    expect(await offsets(true)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("[H3] a page is found wherever it begins, whatever else is in the stream", async () => {
    const { log } = setUp();
    await fill(log, 40);
    for (let from = 1; from <= 40; from++) {
      const page = await log.page({ room, from, to: from + 6, reverse: false, maxBytes: 10_000 });
      expect(offsetsOf(page)).toEqual(Array.from({ length: Math.min(7, 41 - from) }, (_, i) => from + i));
    }
    expect(await log.page({ room, from: 41, to: 50, reverse: false, maxBytes: 10_000 })).toBeUndefined();
  });

  test("[H2] a page in reverse keeps its newest lines when it is cut", async () => {
    const { log } = setUp();
    await fill(log, 40);
    const page = await log.page({ room, from: 5, to: 30, reverse: true, maxBytes: 80 });
    expect(offsetsOf(page)).toEqual([29, 30]);
  });

  test("[H3] a page whose end that counts has aged out is not there, nor in part", async () => {
    const { log, records } = setUp();
    const writer = await fill(log, 40);
    records.forget(room, writer.sequence - 10);
    expect(await log.page({ room, from: 1, to: 40, reverse: false, maxBytes: 10_000 })).toBeUndefined();
    expect(offsetsOf(await log.page({ room, from: 40, to: 40, reverse: false, maxBytes: 10_000 }))).toEqual([40]);
    const inReverse = offsetsOf(await log.page({ room, from: 1, to: 39, reverse: true, maxBytes: 10_000 }));
    expect(inReverse?.at(-1)).toBe(39);
    expect(inReverse?.[0]).toBeGreaterThan(20);
    expect(await log.page({ room, from: 1, to: 3, reverse: true, maxBytes: 10_000 })).toBeUndefined();
    expect(await log.page({ room, from: 30, to: 41, reverse: true, maxBytes: 10_000 })).toBeUndefined();
  });
});
