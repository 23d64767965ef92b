import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { NoResponders } from "@madang/bus";
import { decodeHistoryReply, encodeJson, type HistoryQuery, RoomId, subjects } from "@madang/contracts";
import { eventually, testDatabase, testNats } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { persistenceConfig } from "./config.ts";
import { startPersistence } from "./service.ts";
import { openStore } from "./store/open-store.ts";
import { batchOf, linesOf, testLog } from "./test-log.ts";

// What it has to say of these troubles is no news here.
process.env.MADANG_LOG_LEVEL = "fatal";

const room = RoomId.parse("live:service");

describe.each(["SQLite", "MySQL"])("a persistence service beside %s", (kind) => {
  test.each(["starts again", "lives on"])(
    "[R8] that %s when all of JetStream was lost stores every record of the new log, though that has outgrown its position",
    async (how) => {
      await using site = await setUp(kind);
      let persistence = await site.start();
      await site.append(1, 30);
      await site.stored(30);
      if (how === "starts again") await persistence.close();
      await site.wipe();
      // Rooms go on behind what is remembered of them.
      await site.append(31, 90, "e2");
      if (how === "starts again") persistence = await site.start();
      await site.stored(90);
      expect(await site.lines()).toEqual(linesOf(1, 90));
      await persistence.close();
    },
    40_000,
  );
});

describe("a persistence service that is told to leave", () => {
  test("stores what it has begun, answers whoever has asked, and then nobody; the next one goes on where it ended", async () => {
    await using site = await setUp("SQLite");
    const first = await site.start();
    await using log = await testLog(site.natsUrl);
    const append = async (from: number, to: number) => {
      for (let offset = from; offset <= to; offset++) await log.append(room, batchOf([offset], { epoch: "e1" }));
    };
    await append(1, 60);
    const query = encodeJson({ v: 1, room, from: 1, to: 60, reverse: false, maxBytes: 10_000 } satisfies HistoryQuery);
    const ask = () =>
      log.bus.request(subjects.history, query, { timeoutMs: 10_000 }).then(
        (reply) => decodeHistoryReply(reply).ok,
        (error: Error) => error,
      );
    expect(await ask()).toBe(true);

    // More than there is place for at a time, and some that come while it leaves.
    const before = Array.from({ length: 100 }, ask);
    await log.bus.flush(5_000);
    const drained = first.drain();
    expect(first.ready()).toBe(false);
    const during = Array.from({ length: 50 }, ask);
    expect(await Promise.all(before)).toEqual(Array(100).fill(true));
    for (const answer of await Promise.all(during)) if (answer !== true) expect(answer).toBeInstanceOf(NoResponders);
    await drained;
    expect(await ask()).toBeInstanceOf(NoResponders);
    await first.close();

    await append(61, 90);
    const second = await site.start();
    await site.stored(90);
    expect(await site.lines()).toEqual(linesOf(1, 90));
    await second.drain();
    await second.close();
  }, 40_000);
});

/** NATS, a database, and what a room would append. */
async function setUp(kind: string) {
  const nats = await testNats();
  const database = kind === "MySQL" ? await testDatabase() : undefined;
  const databaseUrl = database?.url ?? `file:${nats.directory}/store.db`;
  const store = await openStore(databaseUrl);
  const append = async (from: number, to: number, epoch = "e1") => {
    await using log = await testLog(nats.url);
    for (let offset = from; offset <= to; offset++) await log.append(room, batchOf([offset], { epoch }));
  };
  return {
    natsUrl: nats.url,
    append,
    start: () =>
      startPersistence(persistenceConfig({ NATS_URL: nats.url, DATABASE_URL: databaseUrl, MADANG_LOG_MAX_BYTES: "67108864" })),
    /** Everything that NATS had is gone. */
    wipe: async () => {
      await nats.stop();
      for (const name of readdirSync(nats.directory)) {
        if (name === "jetstream") rmSync(join(nats.directory, name), { recursive: true });
      }
      await nats.restart();
    },
    stored: (head: number) =>
      eventually(async () => expect((await store.heads([room])).get(room)?.offset).toBe(head), { withinMs: 20_000, everyMs: 50 }),
    lines: async () => (await store.lines(room, { from: 1, to: 1_000 })).map(({ line }) => line),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await database?.[Symbol.asyncDispose]();
      await nats[Symbol.asyncDispose]();
    },
  };
}
