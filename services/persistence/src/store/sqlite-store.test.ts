import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { MessageId, RoomId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { messageStoreContract } from "./message-store.contract.ts";
import { StoreUnavailable } from "./message-store.ts";
import { migrateSqlite } from "./sqlite-migrations.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { formerGifts } from "./test-gifts.ts";

messageStoreContract("SQLite", async () => {
  const folder = await temporaryFolder();
  return { ...folder, open: async () => new SqliteStore(folder.file) };
});

describe("SQLite", () => {
  const append = { room: "r" as RoomId, epoch: "e", head: 0, time: 1, events: [], totals: [] };

  test("a file that another process is writing is unavailable, and later not", async () => {
    await using folder = await temporaryFolder();
    const store = new SqliteStore(folder.file);
    const other = new DatabaseSync(folder.file);
    other.exec("BEGIN IMMEDIATE");
    await expect(store.apply([append], { shard: 0, sequence: 1, epoch: "log" })).rejects.toBeInstanceOf(StoreUnavailable);

    other.exec("ROLLBACK");
    await store.apply([append], { shard: 0, sequence: 1, epoch: "log" });
    expect(await store.position(0)).toEqual({ sequence: 1, epoch: "log" });
    other.close();
    await store.close();
  });

  test("a file from before positions had epochs keeps them", async () => {
    await using folder = await temporaryFolder();
    const former = new DatabaseSync(folder.file);
    migrateSqlite(former, 1);
    former.exec("INSERT INTO positions (shard, sequence) VALUES (3, 70)");
    former.close();
    const store = new SqliteStore(folder.file);
    expect(await store.position(3)).toEqual({ sequence: 70, epoch: "" });
    await store.apply([], { shard: 3, sequence: 71, epoch: "log" });
    expect(await store.position(3)).toEqual({ sequence: 71, epoch: "log" });
    await store.close();
  });

  test("events of a file from before lanes are for all, and those that are no messages are found", async () => {
    await using folder = await temporaryFolder();
    const former = new DatabaseSync(folder.file);
    migrateSqlite(former, 2);
    const insert = former.prepare(
      "INSERT INTO events (room, offset, type, author, message_id, time, line) VALUES ('r', ?, ?, 'a', 'm', 1, '{}')",
    );
    for (const [offset, type] of [
      [1, "posted"],
      [2, "rewound"],
    ] as const)
      insert.run(offset, type);
    former.close();
    const store = new SqliteStore(folder.file);
    const lines = await store.lines(append.room, { from: 1, to: 9 });
    expect(lines).toMatchObject([1, 2].map((offset) => ({ offset, lane: "all", mentions: [] })));
    const asked = { from: 1, to: 9, types: ["rewound", "lost"] as const, atMost: 9, reverse: false };
    expect(await store.acts(append.room, asked)).toEqual(lines.slice(1));
    await store.close();
  });

  test("[G27] gifts of a file from before they were known by their ids are known: of one that was counted twice the first", async () => {
    await using folder = await temporaryFolder();
    const former = new DatabaseSync(folder.file);
    migrateSqlite(former, 3);
    for (const statement of formerGifts('"')) former.exec(statement);
    former.close();
    const store = new SqliteStore(folder.file);
    const ids = ["pay-1", "pay-2", "m3"] as MessageId[];
    expect(await Promise.all(ids.map((id) => store.gift(append.room, id)))).toEqual([2, 5, undefined]);
    expect(await store.giftsBefore(append.room, 9)).toEqual([
      { currency: "JPY", count: 1, amount: 7 },
      { currency: "KRW", count: 1, amount: 500 },
    ]);
    await store.close();
  });

  test("a lost table is unavailable too: nothing is given up for it", async () => {
    await using folder = await temporaryFolder();
    const store = new SqliteStore(folder.file);
    const other = new DatabaseSync(folder.file);
    other.exec("DROP TABLE positions");
    await expect(store.apply([append], { shard: 0, sequence: 1, epoch: "log" })).rejects.toBeInstanceOf(StoreUnavailable);
    other.close();
    await store.close();
  });
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "madang-store-"));
  return { file: join(path, "test.db"), [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
