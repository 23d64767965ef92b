import { decodeBatch, eventsOf, type HistoryPage, limits, type Position, RoomId } from "@madang/contracts";
import { eventAt } from "@madang/devkit";
import { pause } from "@madang/runtime";
import { describe, expect, test, vi } from "vitest";
import type { ClaimedRoom } from "./claimed-room.ts";
import { AppendUnanswered, Fenced, LogUnavailable, OutcomeUnknown, RolledBack } from "./errors.ts";
import { EventLog } from "./event-log.ts";
import { MemoryBucket, MemoryRecordStore } from "./memory/memory-record-store.ts";
import { Registry } from "./registry.ts";
import { Snapshots } from "./snapshots.ts";

const room = RoomId.parse("live:events");
const other = RoomId.parse("live:other");

function setUp() {
  const records = new MemoryRecordStore();
  const snapshots = new Snapshots(new MemoryBucket());
  const rooms = new MemoryBucket();
  const registry = new Registry(rooms);
  const stored = new Map<RoomId, Position>();
  const storeHead = async (id: RoomId) => stored.get(id);
  const options = { records, registry, snapshots, epoch: "fresh", storeHead, pause: async () => {} };
  /** All records are stored, and then disappear from the log. */
  const purge = async () => {
    const last = await records.last(room);
    const { epoch, head } = decodeBatch(last?.body ?? new Uint8Array());
    stored.set(room, { epoch, offset: head });
    records.forget(room, Number.MAX_SAFE_INTEGER);
  };
  return { ...options, rooms, purge, log: new EventLog(options), options };
}

/** A cluster in which a claim is stored, and the reads after it meet a server that has not heard of it. */
class MinorityAfterClaim extends MemoryRecordStore {
  readonly #majority: MemoryRecordStore;

  constructor(majority: MemoryRecordStore) {
    super();
    this.#majority = majority;
  }

  override append: MemoryRecordStore["append"] = (...args) => this.#majority.append(...args);
  override last: MemoryRecordStore["last"] = (id) => this.#majority.last(id);

  override async *scan(id: RoomId, range: { from: number; until: number }) {
    for await (const record of this.#majority.scan(id, range)) if (record.sequence < range.until) yield record;
  }
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

/** Puts a record that nobody can read behind the room's last one, as its writer would. */
async function spoil(records: MemoryRecordStore, { generation = 1 } = {}): Promise<number> {
  const expected = (await records.last(room))?.sequence ?? 0;
  return records.append(room, { generation, batchId: "poison", body: Buffer.from("poison") }, expected);
}

const eventsIn = async (claimed: ClaimedRoom) => {
  const events: { offset: number; type: string; data: unknown }[] = [];
  for await (const { batch } of claimed.tail({ fromStart: true }))
    for (const { offset, type, line } of eventsOf(batch))
      events.push({ offset, type, data: JSON.parse(Buffer.from(line).toString()).data });
  return events;
};

const offsetsOf = (page: HistoryPage | undefined) =>
  page?.lines.map(({ line }) => JSON.parse(Buffer.from(line).toString()).offset);

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

  test("[R4] a claim in doubt is given up within `claimMs`, however late all answers are", async () => {
    vi.useFakeTimers();
    try {
      const { options } = setUp();
      class LateStore extends MemoryRecordStore {
        override last = () => pause(limits.logRequestMs - 1).then(() => undefined);
        override append = () => pause(limits.appendTimeoutMs).then(() => Promise.reject(new AppendUnanswered("no answer")));
      }
      class LateBucket extends MemoryBucket {
        override get = () => pause(limits.logRequestMs - 1).then(() => undefined);
      }
      const late = { registry: new Registry(new LateBucket()), snapshots: new Snapshots(new LateBucket()) };
      const log = new EventLog({ ...options, ...late, records: new LateStore(), storeHead: async () => undefined, pause });
      const claiming = expect(log.claim(room, "me")).rejects.toThrow(OutcomeUnknown);
      // What comes after the claim itself has no part in it.
      await vi.advanceTimersByTimeAsync(limits.claimMs - 2 * limits.logRequestMs);
      await claiming;
    } finally {
      vi.useRealTimers();
    }
  });

  test("[R4] of two that claim at once one is refused", async () => {
    const { log } = setUp();
    const claims = await Promise.allSettled([log.claim(room, "a"), log.claim(room, "b")]);
    expect(claims.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(claims.find(({ status }) => status === "rejected")).toMatchObject({ reason: expect.any(Fenced) });
  });

  test("[R7] a room whose records have all aged out goes on at the next offset, in the same epoch", async () => {
    const { log, registry, purge } = setUp();
    const writer = await fill(log, 4);
    await registry.raise(room, { epoch: "fresh", generation: writer.generation, head: 4 });
    await purge();
    expect(await log.position(room)).toEqual({ offset: 4, epoch: "fresh" });
    const { log: next } = await log.claim(room, "me");
    expect([next.head, next.epoch, next.generation]).toEqual([4, "fresh", writer.generation + 1]);
  });

  test("[R7] records that are purged under a living writer are no loss: it goes on at the next offset, and so does its heir", async () => {
    const { log, purge } = setUp();
    const writer = await fill(log, 4);
    for (const offset of [5, 7]) {
      await purge();
      await Promise.all([offset, offset + 1].map((next) => writer.add(eventAt(next))));
    }
    expect(await log.position(room)).toEqual({ offset: 8, epoch: "fresh" });
    const { log: next } = await log.claim(room, "you");
    expect([next.head, next.epoch, next.generation]).toEqual([8, "fresh", writer.generation + 1]);
    await expect(writer.add(eventAt(9))).rejects.toThrow(Fenced);
  });

  test("[R4] a writer that hung while another claimed the room is fenced, even if all records are purged meanwhile", async () => {
    const { log, purge } = setUp();
    const former = await fill(log, 4);
    const { log: next } = await log.claim(room, "you");
    await next.add(eventAt(5));
    await purge();
    await expect(former.add(eventAt(5))).rejects.toThrow(Fenced);
    await next.add(eventAt(6));
    expect(await log.position(room)).toMatchObject({ offset: 6 });
  });

  test("[R7] a writer whose room was emptied does not go on when the store has what it never wrote: the log was put back", async () => {
    const { records, options } = setUp();
    let stored: Position | undefined;
    const writer = await fill(new EventLog({ ...options, storeHead: async () => stored }), 4);
    records.forget(room, Number.MAX_SAFE_INTEGER);
    stored = { epoch: "fresh", offset: 6 };
    await expect(writer.add(eventAt(5))).rejects.toThrow(RolledBack);
    expect(await records.last(room)).toBeUndefined();
  });

  test("[R7] [R8] a room that lost all its records, some of which no store has, goes on in a new epoch that says so", async () => {
    const { log, records, purge } = setUp();
    const writer = await fill(log, 4);
    await purge();
    await writer.add(eventAt(5));
    records.rollBack(room, 0);
    await expect(writer.add(eventAt(6))).rejects.toThrow(RolledBack);
    const { log: next, rewound } = await log.claim(room, "you");
    expect(rewound?.former).toEqual({ epoch: "fresh", offset: 5, kept: 4 });
    expect(next.head).toBe(6);
    expect(next.epoch).not.toBe("fresh");
  });

  test("[R7] a claim asks the store once more when it finds the records gone: what was purged meanwhile was stored before", async () => {
    const { log, records, registry, options, purge } = setUp();
    const writer = await fill(log, 4);
    await registry.raise(room, { epoch: "fresh", generation: writer.generation, head: 4 });
    const purging = new EventLog({
      ...options,
      storeHead: async (id) => {
        const before = await options.storeHead(id);
        if ((await records.last(room)) !== undefined) await purge();
        return before;
      },
    });
    const { log: next, rewound } = await purging.claim(room, "you");
    expect([next.head, next.epoch, rewound]).toEqual([4, "fresh", undefined]);
  });

  test("[R7] a store that falls silent after it has told that it has all is believed", async () => {
    const { registry, options } = setUp();
    await registry.enter(room, { epoch: "fresh", generation: 1, head: 4, state: "settled" });
    await registry.markComplete();
    let asked = 0;
    const log = new EventLog({
      ...options,
      storeHead: async () => {
        if (++asked > 1) throw new Error("silence");
        return { epoch: "fresh", offset: 10 };
      },
    });
    const { log: next, rewound } = await log.claim(room, "you");
    expect([asked, next.head, next.epoch, rewound]).toEqual([2, 10, "fresh", undefined]);
  });

  test("[R4] [R7] a rival that claims an emptied room with an old memory of it never serves", async () => {
    const { log, records, registry, rooms, options } = setUp();
    const writer = await fill(log, 4);
    records.forget(room, Number.MAX_SAFE_INTEGER);
    // What the rival reads is from before the writer's new claim; its own claim comes first all the same.
    class OldMemory extends Registry {
      override load = async () => ({ epoch: "fresh", generation: writer.generation, head: 0 });
    }
    const rivals = new EventLog({ ...options, registry: new OldMemory(rooms) });
    await registry.enter(room, { epoch: "fresh", generation: writer.generation + 1, head: 4 });
    await expect(rivals.claim(room, "rival")).rejects.toThrow(Fenced);
    const { log: next } = await log.claim(room, "you");
    expect(next.head).toBeGreaterThanOrEqual(4);
  });

  test("[R7] [R8] a log that lost its newest records has a new epoch, which begins with an event that says so", async () => {
    const { log, records } = setUp();
    const writer = await fill(log, 4);
    const sequence = writer.sequence;
    await Promise.all([5, 6].map((offset) => writer.add(eventAt(offset))));
    records.rollBack(room, sequence);
    await expect(writer.add(eventAt(7))).rejects.toThrow(RolledBack);
    const { log: next } = await log.claim(room, "you");
    expect(next.head).toBe(7);
    expect(next.epoch).not.toBe("fresh");
    const page = await log.page({ room, from: 7, to: 7, reverse: true, maxBytes: 10_000 });
    expect(JSON.parse(Buffer.from(page?.lines[0]?.line ?? []).toString())).toMatchObject({
      data: { epoch: "fresh", offset: 6 },
      offset: 7,
      tags: { type: "rewound", id: "" },
    });
    await next.add(eventAt(8));
    expect(await log.position(room)).toEqual({ offset: 8, epoch: next.epoch });
  });

  test("[R7] a log that was lost gives no offset twice that the store remembers, and has a new epoch", async () => {
    const { options } = setUp();
    const log = new EventLog({ ...options, storeHead: async () => ({ offset: 7, epoch: "old" }) });
    const { log: writer } = await log.claim(room, "me");
    expect(writer.head).toBe(8);
    expect(["fresh", "old"]).not.toContain(writer.epoch);
    for (let offset = 9; offset <= 10; offset++) await writer.add(eventAt(offset));
    // Now the log is ahead of the store, as it always is a little.
    const { log: next } = await log.claim(room, "me");
    expect([next.head, next.epoch]).toEqual([10, writer.epoch]);
  });

  test("[R7] while the registry may have forgotten rooms, no room is claimed unless the store says where it stands", async () => {
    const { registry, options } = setUp();
    const silent = new EventLog({ ...options, storeHead: () => Promise.reject(new Error("silence")) });
    await expect(silent.claim(room, "me")).rejects.toThrow(LogUnavailable);
    await registry.restore(other, { epoch: "old", offset: 3 });
    await registry.markComplete();
    expect((await silent.claim(room, "me")).log.head).toBe(0);
    const { log: next } = await silent.claim(other, "me");
    expect(next.head).toBe(4);
    expect(["fresh", "old"]).not.toContain(next.epoch);
  });

  test("[R7] a room without records, whose owner did not leave in peace, is claimed only if the store says how far it was", async () => {
    const { log, records, registry, options } = setUp();
    await registry.markComplete();
    const claimed = await log.claim(room, "me");
    const { log: writer } = claimed;
    for (const offset of [1, 2]) await writer.add(eventAt(offset));
    records.forget(room, Number.MAX_SAFE_INTEGER);
    const silent = new EventLog({ ...options, storeHead: () => Promise.reject(new Error("silence")) });
    await expect(silent.claim(room, "you")).rejects.toThrow(LogUnavailable);
    const asking = new EventLog({ ...options, storeHead: async () => ({ epoch: "fresh", offset: 2 }) });
    await claimed.settle();
    expect((await silent.claim(room, "you")).log).toMatchObject({ head: 2, epoch: "fresh" });
    records.forget(room, Number.MAX_SAFE_INTEGER);
    expect((await asking.claim(room, "you")).log).toMatchObject({ head: 2, epoch: "fresh" });
  });

  test("[R7] [R8] a room whose last record cannot be read goes on behind all that this may hold, in a new epoch", async () => {
    const { log, records } = setUp();
    const writer = await fill(log, 4);
    await spoil(records, { generation: 7 });
    await expect(writer.add(eventAt(5))).rejects.toThrow(Fenced);
    const claimed = await log.claim(room, "you");
    const { log: next, rewound } = claimed;
    expect([next.head, next.generation]).toEqual([4 + limits.batchEvents + 1, 8]);
    expect(next.epoch).not.toBe("fresh");
    expect(rewound).toEqual({ former: { epoch: "fresh", offset: 4, kept: 4 }, unreadable: [next.sequence - 1] });
    expect((await eventsIn(claimed)).slice(-2)).toMatchObject([
      { offset: 4 },
      { offset: next.head, type: "rewound", data: { epoch: "fresh", offset: 4 } },
    ]);
    await next.add(eventAt(next.head + 1));
    expect(await log.position(room)).toEqual({ offset: next.head, epoch: next.epoch });
    const again = await log.claim(room, "me");
    expect([again.log.head, again.log.epoch, again.rewound]).toEqual([next.head, next.epoch, undefined]);
  });

  test("[R7] of all who remember a room the furthest counts, and each record that cannot be read as a full batch behind that", async () => {
    const { log, records, registry, options } = setUp();
    const writer = await fill(log, 4);
    await registry.raise(room, { epoch: "fresh", generation: writer.generation, head: 5 });
    await spoil(records);
    await spoil(records);
    const asking = new EventLog({ ...options, storeHead: async () => ({ epoch: "fresh", offset: 6 }) });
    const { log: next, rewound } = await asking.claim(room, "you");
    expect(next.head).toBe(6 + 2 * limits.batchEvents + 1);
    expect(rewound?.former).toEqual({ epoch: "fresh", offset: 6, kept: 6 });
  });

  test("[R7] a room of which nothing can be read, or only a part, is claimed once the store says how far it was", async () => {
    const { log, records, registry, options } = setUp();
    await registry.markComplete();
    const writer = await fill(log, 4);
    const silent = new EventLog({ ...options, storeHead: () => Promise.reject(new Error("silence")) });
    const poison = await spoil(records);
    await expect(silent.claim(room, "you")).rejects.toThrow(LogUnavailable);
    records.forget(room, poison);
    await expect(silent.claim(room, "you")).rejects.toThrow(LogUnavailable);
    const asking = new EventLog({ ...options, storeHead: async () => ({ epoch: "fresh", offset: 4 }) });
    expect((await asking.claim(room, "you")).log).toMatchObject({
      head: 4 + limits.batchEvents + 1,
      generation: writer.generation + 1,
    });
  });

  test("[R7] a room whose last records cannot be read at all is not available, and says which these are", async () => {
    const { log, records } = setUp();
    await fill(log, 1);
    const first = await spoil(records);
    for (let more = 0; more < 16; more++) await spoil(records);
    await expect(log.claim(room, "you")).rejects.toThrow(LogUnavailable);
    await expect(log.claim(room, "you")).rejects.toThrow(new RegExp(`${room}, from ${first} on`));
  });

  test("[S2] a room whose last record cannot be read stands where its log or the registry knew it last", async () => {
    const { log, records, registry } = setUp();
    const { generation } = await fill(log, 4);
    const poison = await spoil(records);
    expect(await log.position(room)).toEqual({ epoch: "fresh", offset: 4 });
    await registry.raise(room, { epoch: "fresh", generation, head: 5 });
    expect(await log.position(room)).toEqual({ epoch: "fresh", offset: 5 });
    records.forget(room, poison);
    expect(await log.position(room)).toEqual({ epoch: "fresh", offset: 5 });
  });

  test("[H3] a page ends at a record that cannot be read, and what lies beyond it is a page of its own", async () => {
    const { log, records } = setUp();
    const page = (from: number, to: number, reverse = false) => log.page({ room, from, to, reverse, maxBytes: 10_000 });
    await fill(log, 4);
    await spoil(records);
    expect(offsetsOf(await page(2, 9))).toEqual([2, 3, 4]);
    expect(offsetsOf(await page(1, 4, true))).toEqual([1, 2, 3, 4]);
    expect(await page(1, 5, true)).toBeUndefined();
    const { log: next } = await log.claim(room, "you");
    const { head } = next;
    await Promise.all([head + 1, head + 2].map((offset) => next.add(eventAt(offset))));
    expect(offsetsOf(await page(2, 900))).toEqual([2, 3, 4]);
    expect(await page(5, 900)).toBeUndefined();
    expect(offsetsOf(await page(head, head + 2))).toEqual([head, head + 1, head + 2]);
    expect(offsetsOf(await page(1, head + 1, true))).toEqual([head, head + 1]);
    expect(offsetsOf(await page(1, 4, true))).toEqual([1, 2, 3, 4]);
    expect(await page(1, head - 1, true)).toBeUndefined();
  });

  test("a former owner that saves late changes nothing", async () => {
    const { log, snapshots, registry } = setUp();
    const former = await log.claim(room, "me");
    await former.log.add(eventAt(1));
    const next = await log.claim(room, "you");
    await next.log.add(eventAt(2));
    await next.save({ head: 2, sequence: next.log.sequence, batchId: next.log.batchId, state: "newer" });
    await expect(
      former.save({ head: 1, sequence: former.log.sequence, batchId: former.log.batchId, state: "older" }),
    ).rejects.toThrow(Fenced);
    expect(await snapshots.load(room)).toMatchObject({ head: 2, state: "newer" });
    expect(await registry.load(room)).toEqual({ epoch: "fresh", generation: next.log.generation, head: 2 });
  });

  test("[R2] a tail that ends before the claim is no tail: a former leader may answer, and it lacks the newest ids", async () => {
    const { log, records, options } = setUp();
    await fill(log, 2);
    const claimed = await new EventLog({ ...options, records: new MinorityAfterClaim(records) }).claim(room, "me");
    const readTail = async () => {
      for await (const _ of claimed.tail({ fromStart: true }));
    };
    await expect(readTail()).rejects.toThrow(LogUnavailable);
  });

  test("[R2] a snapshot from before the log was rolled back does not hide what came after", async () => {
    const { log, records, snapshots } = setUp();
    const writer = await fill(log, 6);
    const { epoch, generation, sequence, batchId } = writer;
    records.rollBack(room, 3);
    // As after a restart of all: numbers go on from where the log ends.
    await snapshots.save(room, { epoch, generation, head: 6, sequence: sequence + 3, batchId, state: {} }, undefined);
    const { log: next } = await log.claim(room, "you");
    await next.add(eventAt(8));
    const claimed = await log.claim(room, "me");
    const read: number[] = [];
    for await (const { batch } of claimed.tail({ fromStart: false })) read.push(...eventsOf(batch).map(({ offset }) => offset));
    expect(read).toContain(8);
  });

  test("[R2] [P6] a snapshot whose sequence was given again hides nothing, though no event was lost and the epoch is the same", async () => {
    const { log, records, snapshots } = setUp();
    const first = await log.claim(room, "me");
    await first.log.add(eventAt(1));
    const { sequence } = first.log;
    // A claim that is lost again, and whose owner saved before: it knew no more than offset 1, at its own sequence.
    const lost = await log.claim(room, "you");
    await lost.save({ head: 1, sequence: lost.log.sequence, batchId: lost.log.batchId, state: {} });
    records.rollBack(room, sequence);
    const { log: next } = await log.claim(room, "me");
    expect(next.epoch).toBe(first.log.epoch);
    expect(next.sequence).toBe((await snapshots.load(room))?.sequence);
    await next.add(eventAt(2));
    const claimed = await log.claim(room, "you");
    const read: number[] = [];
    for await (const { batch } of claimed.tail({ fromStart: false })) read.push(...eventsOf(batch).map(({ offset }) => offset));
    expect(read).toEqual([1, 2]);
  });

  test("[R4] [R7] a living writer whose log was put back appends nothing once another wrote in the place of its records", async () => {
    const { log, records } = setUp();
    const { log: living } = await log.claim(room, "me");
    await living.add(eventAt(1));
    await living.add(eventAt(2));
    const { sequence } = living;
    records.rollBack(room, sequence - 1);
    const { log: other } = await log.claim(room, "you");
    // The very sequence that the living one expects.
    expect(other.sequence).toBe(sequence);
    await expect(living.add(eventAt(3))).rejects.toThrow(Fenced);
  });

  test("[R2] a claim whose owner hung in its midst brings the snapshot that is there by then, since what that holds may be purged", async () => {
    const { log, records, snapshots, options } = setUp();
    const former = await log.claim(room, "me");
    const save = (head: number) =>
      former.save({ head, sequence: former.log.sequence, batchId: former.log.batchId, state: { head } });
    await former.log.add(eventAt(1));
    await save(1);
    class Hanging extends MemoryRecordStore {
      // It has heard of the snapshot, and asks for the last record only when all this has happened.
      override last: MemoryRecordStore["last"] = async (id) => {
        await former.log.add(eventAt(2));
        await former.log.add(eventAt(3));
        await save(3);
        records.forget(room, former.log.sequence);
        this.last = (again) => records.last(again);
        return records.last(id);
      };
      override append: MemoryRecordStore["append"] = (...args) => records.append(...args);
    }
    const claimed = await new EventLog({ ...options, records: new Hanging() }).claim(room, "you");
    expect(claimed.snapshot).toEqual(await snapshots.load(room));
    expect(claimed.snapshot).toMatchObject({ head: 3 });
  });

  test("[R4] a claim that was begun on a former connection appends nothing, and is in doubt", async () => {
    const { log, records } = setUp();
    const { sequence } = await fill(log, 2);
    const last = records.last.bind(records);
    records.last = async (id) => {
      const found = await last(id);
      vi.spyOn(records, "life", "get").mockReturnValue(1);
      return found;
    };
    await expect(log.claim(room, "you")).rejects.toThrow(OutcomeUnknown);
    expect((await last(room))?.sequence).toBe(sequence);
  });

  test("[R5] a claim whose room is emptied between its look and its append looks again", async () => {
    const { log, records, options } = setUp();
    await fill(log, 2);
    const asking = new EventLog({ ...options, storeHead: async () => ({ epoch: "fresh", offset: 2 }) });
    const last = records.last.bind(records);
    records.last = async (id) => {
      records.last = last;
      const found = await last(id);
      records.forget(room, Number.MAX_SAFE_INTEGER);
      return found;
    };
    expect((await asking.claim(room, "you")).log).toMatchObject({ head: 2, epoch: "fresh" });
  });

  test("a claim brings the snapshot and exactly the records after it", async () => {
    const { log, snapshots } = setUp();
    const writer = await fill(log, 6);
    const { epoch, generation, sequence, batchId } = writer;
    await snapshots.save(room, { epoch, generation, head: 6, sequence, batchId, state: { some: "state" } }, undefined);
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
