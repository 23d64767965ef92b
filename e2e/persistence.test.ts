// Persistence services as an operator runs them: processes of their own, beside a MariaDB or MySQL that can be away.
import { Bus } from "@madang/bus";
import { type Author, encodeBatch, RoomId, shardOf } from "@madang/contracts";
import { cuttable, eventually, testDatabase, testNats } from "@madang/devkit";
import { JetStreamRecordStore, openLog } from "@madang/log";
import { openStore } from "@madang/persistence";
import { describe, expect, test } from "vitest";
import { type Site, startService } from "./support/processes.ts";

const logBytes = 64 * 1024 * 1024;

/** One room of every stream. */
const rooms = [
  ...new Map(
    Array.from({ length: 100 }, (_, n) => RoomId.parse(`live:room-${n}`)).map((room) => [shardOf(room), room] as const),
  ).values(),
];

describe("a persistence service", () => {
  test("is not ready while its database is away, lives on, and is ready again by itself", async () => {
    await using nats = await testNats();
    await using database = await testDatabase();
    await using road = await cuttable(Number(new URL(database.url).port));
    const url = new URL(database.url);
    url.port = String(road.port);
    await using service = await start(nats.url, url.href);
    expect(await statusOf(service, "readyz")).toBe(200);
    road.cut();
    await eventually(async () => expect(await statusOf(service, "readyz")).toBe(503), { withinMs: 10_000 });
    expect(await statusOf(service, "healthz")).toBe(200);
    road.mend();
    await eventually(async () => expect(await statusOf(service, "readyz")).toBe(200), { withinMs: 10_000 });
  });

  test("[L3] that is killed with -9 has a successor for all its streams within 8 s, which skips and doubles nothing", async () => {
    await using nats = await testNats();
    await using database = await testDatabase();
    await using writer = await testWriter(nats.url);
    const store = await openStore(database.url);
    try {
      const stored = (head: number, withinMs: number) =>
        eventually(
          async () => {
            const heads = await store.heads(rooms);
            expect(rooms.map((room) => heads.get(room)?.offset)).toEqual(rooms.map(() => head));
          },
          { withinMs, everyMs: 50 },
        );
      // Alone, so that it has every lease.
      await using first = await start(nats.url, database.url);
      await writer.comment(5);
      await stored(5, 10_000);
      await using second = await start(nats.url, database.url);
      expect(await statusOf(second, "readyz")).toBe(200);
      await writer.comment(10);
      await first.kill();
      await writer.comment(20);
      await stored(20, 8_000);
      for (const room of rooms) {
        const lines = await store.lines(room, { from: 1, to: 100 });
        expect(lines.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, i) => lineOf(i + 1)));
      }
    } finally {
      await store.close();
    }
  });
});

const start = (natsUrl: string, databaseUrl: string) =>
  startService("persistence", { NATS_URL: natsUrl, DATABASE_URL: databaseUrl, MADANG_LOG_MAX_BYTES: String(logBytes) });

const statusOf = async (site: Site, page: string) => (await fetch(`http://${site.authority}/${page}`)).status;

const lineOf = (offset: number) =>
  `{"data":{},"info":{"user":"ann","client":"c"},"offset":${offset},"tags":{"type":"posted","id":"m${offset}","time":"1"}}`;

/** Writes to the log in the place of room services. */
async function testWriter(natsUrl: string) {
  const bus = await Bus.connect({ url: natsUrl, name: "test", onHandlerError: () => {} });
  await openLog(bus.connection, { replicas: 1, maxBytes: logBytes });
  const records = await JetStreamRecordStore.open(bus.connection);
  let head = 0;
  return {
    /** Each room has so many then. */
    comment: async (upTo: number) => {
      for (; head < upTo; head++) {
        const offset = head + 1;
        const line = Buffer.from(lineOf(offset));
        const entry = {
          kind: "event",
          offset,
          type: "posted",
          author: "ann" as Author,
          lane: "all",
          mentions: [],
          line,
        } as const;
        const body = encodeBatch({ epoch: "e1", head: offset, time: 1, entries: [entry] });
        for (const room of rooms) {
          const last = (await records.last(room))?.sequence ?? 0;
          await records.append(room, { generation: 1, batchId: String(offset), body }, last);
        }
      }
    },
    [Symbol.asyncDispose]: () => bus.close(),
  };
}
