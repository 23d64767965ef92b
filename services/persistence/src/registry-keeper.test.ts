import { RoomId } from "@madang/contracts";
import { EventLog, MemoryBucket, MemoryRecordStore, Registry, Snapshots } from "@madang/log";
import { describe, expect, test } from "vitest";
import { keepRegistry } from "./registry-keeper.ts";
import { StoreUnavailable } from "./store/message-store.ts";
import { SqliteStore } from "./store/sqlite-store.ts";

const id = (n: number) => RoomId.parse(`live:room-${n}`);

/** A store with so many rooms, each at its own head; the keeper works until it has waited so many times. */
async function setUp(rooms: number) {
  const store = new SqliteStore(":memory:");
  for (let n = 1; n <= rooms; n++)
    await store.apply([{ room: id(n), epoch: "old", head: n, time: 1, events: [], totals: [] }], {
      shard: 0,
      sequence: n,
      epoch: "log",
    });
  const registry = new Registry(new MemoryBucket());
  const news: string[] = [];
  const keep = async (waits: number, from: Pick<SqliteStore, "rooms"> = store) => {
    const ending = new AbortController();
    const sleep = async () => {
      if (--waits <= 0) ending.abort();
    };
    await keepRegistry({ registry, store: from, sleep, report: ({ kind }) => news.push(kind) }, ending.signal);
  };
  return { store, registry, news, keep };
}

describe("the registry's keeper", () => {
  test("[R7] a fresh site's registry is complete at once, and nothing is done twice", async () => {
    const { registry, keep, news } = await setUp(0);
    await keep(3);
    expect(await registry.complete()).toBe(true);
    expect(news).toEqual(["restored"]);
  });

  test("[R7] [R8] a log that was wiped gets all rooms back, and each goes on behind the store in a new epoch", async () => {
    const { registry, keep } = await setUp(1_201);
    await keep(1);
    expect(await registry.complete()).toBe(true);
    const log = new EventLog({
      records: new MemoryRecordStore(),
      registry,
      snapshots: new Snapshots(new MemoryBucket()),
      epoch: "fresh",
      // The store does not answer any more, and need not.
      storeHead: () => Promise.reject(new Error("silence")),
    });
    for (const n of [1, 500, 501, 1_201]) {
      const { log: writer } = await log.claim(id(n), "me");
      // One further: the event that says what happened.
      expect(writer.head).toBe(n + 1);
      expect(["fresh", "old"]).not.toContain(writer.epoch);
    }
    expect((await log.claim(id(9_999), "me")).log).toMatchObject({ head: 0, epoch: "fresh" });
  });

  test("[R7] a store that is away leaves the registry as it is, until it is back", async () => {
    const { registry, keep, news } = await setUp(3);
    await keep(2, { rooms: () => Promise.reject(new StoreUnavailable("away")) });
    expect(await registry.complete()).toBe(false);
    await keep(1);
    expect(await registry.complete()).toBe(true);
    expect(news).toEqual(["waits", "restored"]);
  });

  test("[R7] what was marked as incomplete later is restored again, and no living room is set back", async () => {
    const { registry, keep } = await setUp(3);
    await keep(1);
    await registry.enter(id(2), { epoch: "now", generation: 4, head: 7 });
    await registry.markIncomplete();
    await keep(1);
    expect(await registry.complete()).toBe(true);
    expect(await registry.load(id(2))).toEqual({ epoch: "now", generation: 4, head: 7 });
  });
});
