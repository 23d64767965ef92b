import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Lane, MessageId, RoomId } from "@madang/contracts";
import { testDatabase } from "@madang/devkit";
import { createConnection } from "mariadb";
import { describe, expect, test } from "vitest";
import type { StoredEvent } from "./message-store.ts";
import { connectionOptions, parseMysqlAddress } from "./mysql-address.ts";
import { migrateStore, openStore } from "./open-store.ts";
import { copyTables, emptyTables, filledTables } from "./table-copy.ts";

const room = "live:moved" as RoomId;
const texts = ["plain", "마당 😀 é", "quote ' \\ \" `", "x".repeat(8_000), "\u0001 control"];

function event(offset: number, rest: Partial<StoredEvent> & { data?: object } = {}): StoredEvent {
  const { data = { text: texts[offset % texts.length] }, type = "posted", messageId = `m${offset}` } = rest;
  const line = JSON.stringify({
    data,
    offset,
    tags: { type, id: messageId, time: String(1_000 + offset) },
    info: { user: "mina" },
  });
  return { offset, type, author: "mina", messageId, time: 1_000 + offset, line, lane: "all", mentions: [], ...rest };
}

describe("a SQLite file's rows, copied to MySQL", () => {
  test("are all there as they were: lines, changes, gifts, totals, heads and positions", async () => {
    await using database = await testDatabase();
    using file = await filled();
    await migrateStore(database.url);
    expect(await filledTables(database.url)).toEqual([]);
    const rows = await copyTables(file.path, database.url);
    expect(rows).toBeGreaterThan(1_600);
    const [from, to] = await Promise.all([openStore(`file:${file.path}`), openStore(database.url)]);
    for (const store of [from, to]) {
      expect(await store.position(3)).toEqual({ sequence: 70, epoch: "log" });
      expect((await store.heads([room])).get(room)).toEqual({ offset: 1_605, epoch: "life" });
      expect(await store.gift(room, "paid" as MessageId)).toBe(1_602);
    }
    const range = { from: 1, to: 2_000 };
    expect(await to.lines(room, range)).toEqual(await from.lines(room, range));
    const changes = { ...range, users: ["mina", "민아"] };
    expect(await to.changes(room, changes)).toEqual(await from.changes(room, changes));
    const acts = { ...range, types: ["edited", "deleted", "gifted"] as const, atMost: 10, reverse: false };
    expect(await to.acts(room, acts)).toEqual(await from.acts(room, acts));
    expect(await to.giftsBefore(room, 2_000)).toEqual([{ currency: "KRW", count: 1, amount: 5_000 }]);
    const totals = { from: 0, to: 10, atMost: 10, reverse: false };
    expect(await to.totals(room, totals)).toEqual([{ second: 2, kind: "heart", total: 7 }]);
    await from.close();
    await to.close();
  });

  test("are refused where a row of theirs is there already, are compared when all is there, and can be taken out again", async () => {
    await using database = await testDatabase();
    using file = await filled();
    await migrateStore(database.url);
    const connection = await createConnection(connectionOptions(parseMysqlAddress(database.url)));
    // A row that no key forbids, and that nobody sent.
    await connection.query("INSERT INTO acts VALUES ('live:other', 'edited', 1)");
    expect(await filledTables(database.url)).toEqual(["acts"]);
    await expect(copyTables(file.path, database.url)).rejects.toThrow("the table acts is not what it was");
    // Its projectors would pass over what it does not have.
    expect(await connection.query("SELECT * FROM positions")).toHaveLength(0);
    await expect(copyTables(file.path, database.url)).rejects.toThrow(/has refused \(ER_DUP_ENTRY\)/);
    await connection.end();
    await emptyTables(database.url);
    expect(await filledTables(database.url)).toEqual([]);
    expect(await copyTables(file.path, database.url)).toBeGreaterThan(1_600);
  });
});

async function filled(): Promise<Disposable & { path: string }> {
  const directory = mkdtempSync(join(tmpdir(), "madang-table-copy-"));
  const path = join(directory, "madang.db");
  const store = await openStore(`file:${path}`);
  const posted = Array.from({ length: 1_600 }, (_, i) => event(i + 1));
  const shadowed = event(1_601, { lane: "shadow" as Lane, mentions: ["minji", "민지"] });
  const gifted = event(1_602, { type: "gifted", messageId: "paid", data: { currency: "KRW", amount: 5_000 } });
  const edited = event(1_603, { type: "edited", data: { offset: 2, data: { text: "고침" } } });
  const deleted = event(1_604, { type: "deleted", data: { offset: 3 } });
  const purged = event(1_605, { type: "purged", data: { user: "민아", upTo: 1_604 } });
  const events = [...posted, shadowed, gifted, edited, deleted, purged];
  const totals = [{ second: 2, kind: "heart", total: 7 }];
  const append = { room, epoch: "life", head: 1_605, time: 5_000, events, totals };
  await store.apply([append], { shard: 3, sequence: 70, epoch: "log" });
  await store.close();
  // So that a copy that leaves the side tables out is noticed.
  const database = new DatabaseSync(path, { readOnly: true });
  for (const table of ["acts", "changes", "purges", "gifts"])
    expect(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count, table).toBeGreaterThan(0);
  database.close();
  return { path, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}
