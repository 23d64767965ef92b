import type { RoomId } from "@madang/contracts";
import { eventually, testDatabase } from "@madang/devkit";
import { createConnection } from "mariadb";
import { describe, expect, test } from "vitest";
import { messageStoreContract } from "./message-store.contract.ts";
import { type StoredEvent, StoreUnavailable } from "./message-store.ts";
import { connectionOptions, parseMysqlAddress } from "./mysql-address.ts";
import { migrateMysql, readMigrations } from "./mysql-migrations.ts";
import { transactionOf } from "./mysql-statements.ts";
import { MysqlStore } from "./mysql-store.ts";
import { openStore } from "./open-store.ts";

messageStoreContract("MySQL", async () => {
  const database = await testDatabase();
  return { open: () => openStore(database.url), [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
});

describe("MySQL", () => {
  test.each([
    ["an author", { author: "x".repeat(129) }],
    ["a message id", { messageId: "x".repeat(65) }],
    ["a message id beside ASCII", { messageId: "é" }],
    ["a type", { type: "x".repeat(33) as "posted" }],
  ])("%s that does not fit its column is refused and never cut", async (_, bad) => {
    await using database = await testDatabase();
    const store = await openStore(database.url);
    const failed = store.apply([append({ ...event(1), ...bad })], { shard: 0, sequence: 1, epoch: "log" });
    await expect(failed).rejects.toThrow();
    await expect(failed).rejects.not.toBeInstanceOf(StoreUnavailable);
    expect(await store.heads([room])).toEqual(new Map());
    await store.close();
  });

  test("a transaction of several packets is all there or not at all, and none but the last can commit", async () => {
    await using database = await testDatabase();
    const store = await openStore(database.url);
    const line = JSON.stringify({ text: "윤\"'\\".repeat(60_000) });
    const large = Array.from({ length: 12 }, (_, i) => ({ ...event(i + 1), line }));
    const packets = transactionOf([append(...large)], { shard: 0, sequence: 1, epoch: "log" });
    expect(packets.length).toBeGreaterThan(1);
    expect(packets.map(({ sql }) => [sql.startsWith("BEGIN;"), sql.endsWith("COMMIT")])).toEqual(
      packets.map((_, i) => [i === 0, i === packets.length - 1]),
    );
    const bad = { ...event(13), author: "x".repeat(129) };
    await expect(store.apply([append(...large, bad)], { shard: 0, sequence: 1, epoch: "log" })).rejects.toThrow(/author/);
    expect([await store.lines(room, { from: 1, to: 13 }), await store.heads([room])]).toEqual([[], new Map()]);
    await store.apply([append(...large)], { shard: 0, sequence: 1, epoch: "log" });
    expect((await store.lines(room, { from: 1, to: 13 })).map((row) => row.line)).toEqual(large.map(() => line));
    await store.close();
  });

  test("a database from before positions had epochs keeps them", async () => {
    await using database = await testDatabase();
    const address = parseMysqlAddress(database.url);
    const former = (await readMigrations()).filter(({ name }) => name.endsWith("_init"));
    expect(await migrateMysql(address, former)).toHaveLength(1);
    const operator = await createConnection(connectionOptions(address));
    await operator.query("INSERT INTO positions (shard, sequence) VALUES (3, 70)");
    const store = await openStore(database.url);
    expect(await store.position(3)).toEqual({ sequence: 70, epoch: "" });
    // A replica of the former version that is still there.
    await operator.query(
      "INSERT INTO positions (shard, sequence) VALUES (3, 75) ON DUPLICATE KEY UPDATE sequence = GREATEST(sequence, VALUES(sequence))",
    );
    await store.apply([], { shard: 3, sequence: 71, epoch: "log" });
    expect(await store.position(3)).toEqual({ sequence: 75, epoch: "log" });
    await operator.end();
    await store.close();
  });

  test("events of a database from before lanes are for all, also of a former replica, and those that are no messages are found", async () => {
    await using database = await testDatabase();
    const address = parseMysqlAddress(database.url);
    await migrateMysql(address, (await readMigrations()).slice(0, 2));
    const operator = await createConnection(connectionOptions(address));
    const insert =
      "INSERT INTO events (room, `offset`, type, author, message_id, time, line) VALUES ('live:concert', ?, ?, 'ann', 'm', 1, '{}')";
    await operator.query(insert, [1, "posted"]);
    await operator.query(insert, [2, "rewound"]);
    const store = await openStore(database.url);
    await operator.query(insert, [3, "posted"]);
    expect(await store.lines(room, { from: 1, to: 9 })).toEqual([event(1), { ...event(2), type: "rewound" }, event(3)]);
    const asked = { from: 1, to: 9, types: ["rewound", "lost"] as const, atMost: 9, reverse: false };
    expect(await store.acts(room, asked)).toEqual([{ ...event(2), type: "rewound" }]);
    await operator.end();
    await store.close();
  });

  test("a lost table is unavailable: nothing is given up for it", async () => {
    await using database = await testDatabase();
    const store = await openStore(database.url);
    const operator = await createConnection(connectionOptions(parseMysqlAddress(database.url)));
    await operator.query("DROP TABLE positions");
    await expect(store.apply([append(event(1))], { shard: 0, sequence: 1, epoch: "log" })).rejects.toBeInstanceOf(
      StoreUnavailable,
    );
    await operator.end();
    await store.close();
  });

  test("a cut connection is unavailable, and the next call has another", async () => {
    await using database = await testDatabase();
    const address = { ...parseMysqlAddress(database.url), connectionLimit: 1 };
    await migrateMysql(address);
    const store = new MysqlStore(address);
    await store.ping();
    const operator = await createConnection(connectionOptions(address));
    const lock = operator.query("LOCK TABLES `positions` WRITE");
    await lock;
    const waiting = store.apply([append(event(1))], { shard: 0, sequence: 1, epoch: "log" });
    const kill = async () => {
      const others = await operator.query<{ id: bigint }[]>(
        "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
      );
      for (const { id } of others) await operator.query(`KILL ${id}`);
    };
    const cut = expect(waiting).rejects.toBeInstanceOf(StoreUnavailable);
    await kill();
    await cut;
    await operator.query("UNLOCK TABLES");

    await store.apply([append(event(1))], { shard: 0, sequence: 1, epoch: "log" });
    expect(await store.position(0)).toEqual({ sequence: 1, epoch: "log" });
    await operator.end();
    await store.close();
  });

  test("transactions that wait leave a connection for history, however few there are", async () => {
    await using database = await testDatabase();
    const address = { ...parseMysqlAddress(database.url), connectionLimit: 2 };
    await migrateMysql(address);
    const store = new MysqlStore(address);
    await store.apply([append(event(1))], { shard: 0, sequence: 1, epoch: "log" });
    const operator = await createConnection(connectionOptions(address));
    await operator.query("LOCK TABLES `positions` WRITE");
    const waiting = [1, 2, 3].map((shard) => store.apply([], { shard, sequence: 1, epoch: "log" }));
    await eventually(async () => {
      const [{ count }] = await operator.query<[{ count: bigint }]>(
        "SELECT COUNT(*) AS count FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE 'Waiting%'",
      );
      expect(count).toBeGreaterThan(0n);
    });
    expect(await store.lines(room, { from: 1, to: 1 })).toEqual([event(1)]);
    await operator.query("UNLOCK TABLES");
    await Promise.all(waiting);
    await operator.end();
    await store.close();
  });

  test("a server that is gone is unavailable within seconds", async () => {
    const store = new MysqlStore(parseMysqlAddress("mysql://root@127.0.0.1:1/madang"));
    await expect(store.position(0)).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.apply([append(event(1))], { shard: 0, sequence: 1, epoch: "log" })).rejects.toBeInstanceOf(
      StoreUnavailable,
    );
    await store.close();
  });
});

const room = "live:concert" as RoomId;

function event(offset: number): StoredEvent {
  return { offset, type: "posted", author: "ann", messageId: "m", time: 1, line: "{}", lane: "all", mentions: [] };
}

function append(...events: StoredEvent[]) {
  return { room, epoch: "e", head: events.at(-1)?.offset ?? 0, time: 1, events, totals: [] };
}
