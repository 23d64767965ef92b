// A projector on a real log and a real MariaDB or MySQL, and what goes wrong between them.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type Author, RoomId, shardOf, streamName } from "@madang/contracts";
import { cuttable, eventually, testDatabase, testNats } from "@madang/devkit";
import { JetStreamShardReader } from "@madang/log";
import { pause } from "@madang/runtime";
import { createConnection } from "mariadb";
import { describe, expect, test } from "vitest";
import { runDeadLetters } from "./dead-letters/command.ts";
import { Projector, type ProjectorNews } from "./projector.ts";
import { connectionOptions, parseMysqlAddress } from "./store/mysql-address.ts";
import { openStore } from "./store/open-store.ts";
import { batchOf, lineOf, linesOf, rangeOf, testLog } from "./test-log.ts";

const shard = 3;
/** Three rooms of one stream. */
const rooms = rangeOf(1, 100)
  .map((n) => RoomId.parse(`live:room-${n}`))
  .filter((room) => shardOf(room) === shard)
  .slice(0, 3);
const [room = RoomId.parse("live:none")] = rooms;

describe("a projector in trouble", () => {
  test("[L3] waits for a database that is away under load, and then has every row of the log, and no dead letter", async () => {
    await using at = await setUp();
    await at.comments(20);
    await at.caughtUp();
    at.road.cut();
    let comments = 20;
    // For as long as its waits have doubled a few times.
    while (at.waits().length < 4) {
      comments += 2;
      await at.comments(comments);
      await pause(10);
    }
    at.road.mend();
    await at.caughtUp();
    expect(comments).toBeGreaterThan(200);
    expect(await at.letters.newest({ atMost: 1 })).toEqual([]);
    // Half of each is chance.
    expect(at.waits().every((waitMs, n) => waitMs <= 100 * 2 ** n)).toBe(true);
    expect(at.news.at(-1)?.kind).toBe("resumed");
  });

  test("[L3] leaves a database link that went dead, and what its open transaction has locked is free again by itself", async () => {
    await using at = await setUp();
    await at.comments(20);
    await at.caughtUp();
    // The transaction is halfway when the link goes dead: nobody will ever end it, and the server does not know.
    const { release } = await at.lockPosition();
    await at.comments(40);
    await at.waitsForLock();
    at.road.stall();
    at.quiet(true);
    await release();
    // Whoever connects anew hears nothing either, for a while.
    await eventually(() => expect(at.waits().length).toBeGreaterThan(0), { withinMs: 20_000 });
    at.quiet(false);
    await at.caughtUp(40_000);
    expect(await at.letters.newest({ atMost: 1 })).toEqual([]);
    expect(at.failures()).toMatch(/socket timeout/);
  }, 60_000);

  test("[L3] repeats a transaction that has waited too long for somebody's lock", async () => {
    await using at = await setUp();
    await at.comments(20);
    await at.caughtUp();
    const { release } = await at.lockPosition();
    await at.comments(40);
    await eventually(() => expect(at.failures()).toMatch(/Lock wait timeout/), { withinMs: 20_000 });
    await release();
    await at.caughtUp();
    expect(await at.letters.newest({ atMost: 1 })).toEqual([]);
  });

  test("[L3] repeats a transaction that the database has ended for a deadlock", async () => {
    await using at = await setUp();
    await at.comments(20);
    await at.caughtUp();
    const { operator, release } = await at.lockPosition();
    // The one with less to undo is ended.
    await operator.query(
      `INSERT INTO rooms (id, epoch, head, updated)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT CONCAT('x-', i), 'e', 0, 0 FROM n`,
    );
    await at.comments(40);
    await at.waitsForLock();
    await operator.query("UPDATE rooms SET updated = updated + 1 WHERE id IN (?, ?, ?)", rooms);
    await release();
    await at.caughtUp();
    expect(at.failures()).toMatch(/[Dd]eadlock/);
    expect(await at.letters.newest({ atMost: 1 })).toEqual([]);
  });

  test("[L3] makes its consumer anew when somebody deletes it, and skips and doubles nothing", async () => {
    await using at = await setUp();
    for (let comments = 20; comments <= 100; comments += 20) {
      await at.comments(comments);
      if (comments % 40 === 0) await at.deleteConsumer();
    }
    await at.caughtUp();
    expect(await at.letters.newest({ atMost: 1 })).toEqual([]);
    expect(at.news.filter(({ kind }) => kind === "missing")).toEqual([]);
  });

  test("[L6] sends the one event that the database refuses to the dead letters, and stores it once the database takes it", async () => {
    await using at = await setUp();
    const author = "윤".repeat(129) as Author;
    const line = lineOf(7, { author });
    await at.log.append(
      room,
      batchOf(rangeOf(1, 12), {
        change: (entry) => (entry.offset === 7 ? { ...entry, author, line: Buffer.from(line) } : entry),
      }),
    );
    await eventually(async () => expect((await at.direct.heads([room])).get(room)?.offset).toBe(12), { withinMs: 10_000 });
    const types = async () =>
      (await at.direct.lines(room, { from: 1, to: 12 })).map(({ line }) => JSON.parse(line).tags.type === "posted");
    expect(await types()).toEqual(rangeOf(1, 12).map((offset) => offset !== 7));
    const [kept] = await at.letters.newest({ atMost: 9 });
    expect(kept?.letter).toMatchObject({ source: "projector", room, offset: 7, author });
    expect(kept?.letter?.reason).toContain("author");

    expect(await at.command("replay", "--all")).toContain("1 stays: ");
    expect(await types()).toEqual(rangeOf(1, 12).map((offset) => offset !== 7));
    const operator = await at.operator();
    await operator.query("ALTER TABLE events MODIFY author VARCHAR(256) NOT NULL");
    expect(await at.command("replay", "--all")).toBe(`1 done: stored in ${room} at 7\n1 done, 0 stay\n`);
    expect((await at.direct.lines(room, { from: 1, to: 12 })).map((stored) => stored.line)).toEqual(
      rangeOf(1, 12).map((offset) => (offset === 7 ? line : lineOf(offset))),
    );
    expect(await at.letters.newest({ atMost: 9 })).toEqual([]);
  });
});

/** A projector at work; `road` is between it and the database, and everybody else goes another way. */
async function setUp() {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await testNats());
  const database = stack.use(await testDatabase());
  const log = stack.use(await testLog(nats.url));
  const silence = createServer(() => {}).listen(0, "127.0.0.1");
  await once(silence, "listening");
  stack.defer(() => void silence.close());
  const port = Number(new URL(database.url).port);
  let quiet = false;
  const road = stack.use(await cuttable(() => (quiet ? (silence.address() as AddressInfo).port : port)));
  const url = new URL(database.url);
  url.port = String(road.port);
  const direct = await openStore(database.url);
  stack.defer(() => direct.close());
  const store = await openStore(url.href);
  stack.defer(() => store.close());
  const reader = new JetStreamShardReader(log.bus.connection, { shard, after: 0 });
  stack.defer(() => reader.close());
  const news: ProjectorNews[] = [];
  const stop = new AbortController();
  const running = new Projector({
    reader,
    store,
    epoch: log.epoch,
    bury: log.letters.add.bind(log.letters),
    report: (what) => news.push(what),
    now: () => performance.now(),
    sleep: pause,
    random: Math.random,
  }).run(stop.signal);
  stack.defer(async () => {
    road.mend();
    quiet = false;
    stop.abort();
    await running;
  });
  const owned = stack.move();
  const operator = async () => {
    const connection = await createConnection(connectionOptions(parseMysqlAddress(database.url)));
    owned.defer(() => connection.end());
    return connection;
  };
  const paused = () => news.filter((what) => what.kind === "paused");
  let head = 0;
  return {
    log,
    letters: log.letters,
    road,
    direct,
    news,
    operator,
    /** Those who connect from now on reach somebody who says nothing. */
    quiet: (now: boolean) => {
      quiet = now;
    },
    waits: () => paused().map(({ waitMs }) => waitMs),
    failures: () =>
      paused()
        .map(({ error }) => error.message)
        .join("\n"),
    /** Each room has so many then. */
    comments: async (upTo: number) => {
      for (; head < upTo; head += 2) for (const each of rooms) await log.append(each, batchOf([head + 1, head + 2]));
    },
    /** Rows equal the log. */
    caughtUp: async (withinMs = 15_000) => {
      for (const each of rooms) {
        await eventually(async () => expect((await direct.heads([each])).get(each)?.offset).toBe(head), { withinMs });
        const stored = await direct.lines(each, { from: 1, to: head + 100 });
        expect(stored.map(({ line }) => line)).toEqual(linesOf(1, head));
      }
    },
    /** Whatever is written waits for us at its end. */
    lockPosition: async () => {
      const connection = await operator();
      await connection.beginTransaction();
      await connection.query("SELECT * FROM positions FOR UPDATE");
      return { operator: connection, release: () => connection.rollback() };
    },
    waitsForLock: async () => {
      const connection = await operator();
      const waiting = `SELECT 1 FROM information_schema.innodb_trx JOIN information_schema.processlist ON id = trx_mysql_thread_id
        WHERE trx_state = 'LOCK WAIT' AND db = DATABASE()`;
      // MariaDB renews what it says of this only for those who have not asked for a tenth of a second.
      await eventually(async () => expect(await connection.query(waiting)).toHaveLength(1), { everyMs: 150 });
    },
    deleteConsumer: () => log.bus.connection.request(`$JS.API.CONSUMER.DELETE.${streamName(shard)}.projector`),
    command: async (...args: string[]) => {
      const said: string[] = [];
      const output = { out: (text: string) => said.push(text), error: (text: string) => said.push(text) };
      await runDeadLetters(args, { NATS_URL: nats.url, DATABASE_URL: database.url }, output);
      return said.join("");
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
