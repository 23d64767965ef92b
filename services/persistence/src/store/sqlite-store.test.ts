import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RoomId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { messageStoreContract } from "./message-store.contract.ts";
import { StoreUnavailable } from "./message-store.ts";
import { migrateSqlite } from "./sqlite-migrations.ts";
import { SqliteStore } from "./sqlite-store.ts";

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
