import { RoomId, shardOf } from "@madang/contracts";
import { testDatabase, testNats } from "@madang/devkit";
import { JetStreamShardReader, openLog } from "@madang/log";
import { pause } from "@madang/runtime";
import { createConnection } from "mariadb";
import { describe, expect, test } from "vitest";
import { compareRoom } from "./comparison.ts";
import { Projector } from "./projector.ts";
import { readEvent } from "./record-reader.ts";
import { connectionOptions, parseMysqlAddress } from "./store/mysql-address.ts";
import { openStore } from "./store/open-store.ts";
import { batchOf, entryOf, rangeOf, testLog } from "./test-log.ts";

const room = RoomId.parse("live:audited");

describe("the comparison of a room's log with its rows", () => {
  test("[L3] finds nothing where they are equal, and leaves out what is on its way", async () => {
    await using at = await setUp();
    await at.append(1, 600);
    await at.project();
    await at.append(601, 700);
    expect(await at.compare()).toEqual({ events: 600, lost: 0, mismatches: [] });
  });

  test("[L3] finds rows that are missing or not what the log has, each by its kind and place", async () => {
    await using at = await setUp();
    await at.append(1, 600);
    await at.project();
    await at.tamper("DELETE FROM events WHERE `offset` IN (20, 21, 22, 400)");
    await at.tamper("UPDATE events SET line = REPLACE(line, 'message', 'Message') WHERE `offset` = 300");
    const { mismatches, lost } = await at.compare();
    expect(mismatches.toSorted((a, b) => a.from - b.from)).toEqual([
      { room, what: "missing", from: 20, to: 22 },
      { room, what: "different", from: 300, to: 300 },
      { room, what: "missing", from: 400, to: 400 },
    ]);
    expect(lost).toBe(0);
  });

  test("[L6] counts rows that stand for lost events apart", async () => {
    await using at = await setUp();
    await at.append(1, 10);
    await at.project((offset) => offset === 4);
    expect(await at.compare()).toEqual({ events: 10, lost: 1, mismatches: [] });
  });

  test("[L3] looks twice, so that what was written between two readings is no finding", async () => {
    let looks = 0;
    const lines = rangeOf(1, 3).map((offset) => readEvent(entryOf(offset)));
    const { mismatches } = await compareRoom(
      {
        store: { lines: async () => (looks++ === 0 ? lines.slice(0, 2) : lines) },
        log: { page: async ({ from }) => ({ from, lines: lines.map(({ offset }) => entryOf(offset)) }) },
        sleep: async () => {},
      },
      { room, head: 3 },
      new AbortController().signal,
    );
    expect({ looks, mismatches }).toEqual({ looks: 2, mismatches: [] });
  });
});

/** A real log and a real MariaDB or MySQL. */
async function setUp() {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await testNats());
  const database = stack.use(await testDatabase());
  const written = stack.use(await testLog(nats.url));
  const { log } = await openLog(written.bus.connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
  const store = await openStore(database.url);
  stack.defer(() => store.close());
  const owned = stack.move();
  return {
    append: async (from: number, to: number) => {
      for (let first = from; first <= to; first += 50)
        await written.append(room, batchOf(rangeOf(first, Math.min(to, first + 49))));
    },
    /** Follows the log to its end, with a store that refuses some events. */
    project: async (refuses: (offset: number) => boolean = () => false) => {
      const reader = new JetStreamShardReader(written.bus.connection, { shard: shardOf(room), after: 0 });
      const stop = new AbortController();
      const head = (await log.position(room)).offset;
      const picky: typeof store = Object.assign(Object.create(store), {
        apply: async (...[appends, position]: Parameters<typeof store.apply>) => {
          const refused = appends.some(({ events }) => events.some(({ offset, type }) => refuses(offset) && type !== "lost"));
          if (refused) throw new Error("refused");
          await store.apply(appends, position);
          if (((await store.heads([room])).get(room)?.offset ?? 0) >= head) stop.abort();
        },
        heads: store.heads.bind(store),
      });
      const { epoch, letters } = written;
      await new Projector({
        reader,
        store: picky,
        epoch,
        bury: letters.add.bind(letters),
        report: () => {},
        now: () => performance.now(),
        sleep: pause,
        random: Math.random,
      }).run(stop.signal);
      await reader.close();
    },
    tamper: async (statement: string) => {
      const connection = await createConnection(connectionOptions(parseMysqlAddress(database.url)));
      await connection.query(statement);
      await connection.end();
    },
    compare: async () => {
      const head = (await store.heads([room])).get(room)?.offset ?? 0;
      return await compareRoom({ store, log, sleep: async () => {} }, { room, head }, new AbortController().signal);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
