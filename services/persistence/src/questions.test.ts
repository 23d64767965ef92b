import {
  DryRunReply,
  decodeJson,
  decodeReplayReply,
  type EventEntry,
  encodeJson,
  RoomId,
  StoreEventsReply,
  StoreGiftReply,
  subjects,
} from "@madang/contracts";
import { eventually, testDatabase, testNats } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { persistenceConfig } from "./config.ts";
import { startPersistence } from "./service.ts";
import { openStore } from "./store/open-store.ts";
import { batchOf, rangeOf, testLog } from "./test-log.ts";

process.env.MADANG_LOG_LEVEL = "fatal";

const room = RoomId.parse("live:asked");

describe.each(["SQLite", "MySQL"])("questions to persistence beside %s", (kind) => {
  test("are answered of what came over the log: acts, a replay, and a dry run", async () => {
    await using site = await setUp(kind);
    const acts = new Map<number, EventEntry["type"]>([
      [3, "reported"],
      [5, "pinned"],
      [7, "reported"],
    ]);
    await site.append(1, 10, (entry) => {
      const type = acts.get(entry.offset);
      if (type === undefined) return entry;
      const line = { data: { offset: 1 }, offset: entry.offset, tags: { type, id: "x", time: "1700000000000" } };
      return { ...entry, type, author: "", line: Buffer.from(JSON.stringify(line)) };
    });

    const events = async (asked: object) =>
      decodeJson(
        StoreEventsReply,
        await site.ask(subjects.storeEvents, { v: 1, room, types: ["reported"], limit: 10, reverse: false, ...asked }),
      );
    expect(await events({})).toMatchObject({
      ok: true,
      events: [{ offset: 3, data: { offset: 1 } }, { offset: 7 }],
      more: false,
    });
    expect(await events({ limit: 1, reverse: true })).toMatchObject({ ok: true, events: [{ offset: 7 }], more: true });
    expect(await events({ to: 6, types: ["reported", "pinned"] })).toMatchObject({
      ok: true,
      events: [{ offset: 3 }, { offset: 5 }],
    });
    expect(await events({ types: ["posted"] })).toEqual({ v: 1, ok: false });

    const replay = decodeReplayReply(await site.ask(subjects.storeReplay, { v: 1, room, from: 0, limit: 4, maxBytes: 100_000 }));
    const lines = replay.ok ? Buffer.from(replay.ndjson).toString().split("\n").slice(0, -1) : [];
    expect(lines.map((line) => JSON.parse(line).publication.offset)).toEqual([1, 2, 4, 5]);
    expect(replay).toMatchObject({ ok: true, next: { offset: 5 } });

    const rules = [{ pattern: "message", match: "word", action: "hold" }];
    const query = { v: 1, room, lists: [{ v: 1, rules, allow: [] }], minutes: 5 };
    const dryRun = decodeJson(DryRunReply, await site.ask(subjects.storeDryRun, query));
    expect(dryRun).toMatchObject({ ok: true, messages: 7, stopped: { hold: 7 }, cut: false });
    // One at a time.
    const both = await Promise.all(
      [query, query].map(async (each) => decodeJson(DryRunReply, await site.ask(subjects.storeDryRun, each))),
    );
    expect(both.map((reply) => (reply.ok ? "done" : reply.reason)).sort()).toEqual(["busy", "done"]);
  });

  test("[G27] tell where a gift stands, or up to where there is none", async () => {
    await using site = await setUp(kind);
    await site.append(1, 5, (entry) => {
      if (entry.offset !== 3) return entry;
      const tags = { type: "gifted", id: "pay-1", time: "1700000000000" };
      const line = { data: { user: "kim", amount: 500, currency: "KRW" }, offset: 3, tags };
      return { ...entry, type: "gifted", author: "", line: Buffer.from(JSON.stringify(line)) };
    });
    const gift = async (asked: object) =>
      decodeJson(StoreGiftReply, await site.ask(subjects.storeGift, { v: 1, room, id: "pay-1", ...asked }));
    expect(await gift({})).toEqual({ v: 1, ok: true, offset: 3, upTo: 5 });
    expect(await gift({ id: "pay-2" })).toEqual({ v: 1, ok: true, upTo: 5 });
    expect(await gift({ room: "live:nobody" })).toEqual({ v: 1, ok: true, upTo: 0 });
    expect(await gift({ id: "no id" })).toEqual({ v: 1, ok: false });
  });

  test("whose answer is long are cut at a page", async () => {
    await using site = await setUp(kind);
    await site.append(1, 400, (entry) => {
      const line = {
        data: { text: "x".repeat(2_000) },
        offset: entry.offset,
        tags: { type: "held", id: "x", time: "1700000000000" },
      };
      return { ...entry, type: "held", author: "", line: Buffer.from(JSON.stringify(line)) };
    });
    const seen: number[] = [];
    for (let from = 1; ; from = (seen.at(-1) ?? 0) + 1) {
      const query = { v: 1, room, types: ["held"], from, limit: 1_000, reverse: false };
      const reply = decodeJson(StoreEventsReply, await site.ask(subjects.storeEvents, query));
      if (!reply.ok) throw new Error("no answer");
      seen.push(...reply.events.map(({ offset }) => offset));
      if (!reply.more) break;
      expect(reply.events.length).toBeLessThan(140);
    }
    expect(seen).toEqual(rangeOf(1, 400));
  });
});

async function setUp(kind: string) {
  const nats = await testNats();
  const database = kind === "MySQL" ? await testDatabase() : undefined;
  const databaseUrl = database?.url ?? `file:${nats.directory}/store.db`;
  const settings = { NATS_URL: nats.url, DATABASE_URL: databaseUrl, MADANG_LOG_MAX_BYTES: "67108864" };
  const log = await testLog(nats.url);
  const persistence = await startPersistence(persistenceConfig(settings));
  const store = await openStore(databaseUrl);
  return {
    append: async (from: number, to: number, change: (entry: EventEntry) => EventEntry) => {
      for (let first = from; first <= to; first += 50)
        await log.append(room, batchOf(rangeOf(first, Math.min(to, first + 49)), { change }));
      await eventually(async () => expect((await store.heads([room])).get(room)?.offset).toBe(to), { withinMs: 20_000 });
    },
    ask: (subject: string, query: object) => log.bus.request(subject, encodeJson(query), { timeoutMs: 10_000 }),
    [Symbol.asyncDispose]: async () => {
      await persistence.close();
      await store.close();
      await log[Symbol.asyncDispose]();
      await database?.[Symbol.asyncDispose]();
      await nats[Symbol.asyncDispose]();
    },
  };
}
