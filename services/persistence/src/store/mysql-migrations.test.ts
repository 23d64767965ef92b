import { readFile } from "node:fs/promises";
import { testDatabase } from "@madang/devkit";
import { type Connection, createConnection } from "mariadb";
import { describe, expect, test } from "vitest";
import { connectionOptions, parseMysqlAddress } from "./mysql-address.ts";
import { expectMigrated, type Migration, MigrationFailed, migrateMysql, readMigrations } from "./mysql-migrations.ts";
import { formerGifts } from "./test-gifts.ts";

describe("migrations", () => {
  test("are applied once, and recorded as Prisma records them", async () => {
    await using database = await testEmpty();
    const names = (await readMigrations()).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(await migrateMysql(database.address)).toEqual(names);
    expect(await migrateMysql(database.address)).toEqual([]);

    const rows = await database.query("SELECT * FROM _prisma_migrations ORDER BY migration_name");
    expect(rows.map((row) => row.migration_name)).toEqual(names);
    expect(rows[0]).toMatchObject({ applied_steps_count: 1, logs: null, rolled_back_at: null, finished_at: expect.any(Date) });
    expect(rows[0]?.checksum).toMatch(/^[0-9a-f]{64}$/);
  });

  test("of replicas that start together one applies them", async () => {
    await using database = await testEmpty();
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrateMysql(database.address)));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
  });

  test("make the database if it is missing", async () => {
    await using database = await testEmpty();
    await database.query(`DROP DATABASE ${database.address.database}`);
    expect(await migrateMysql(database.address)).not.toEqual([]);
  });

  test("one that failed halfway stops every start until somebody has looked", async () => {
    await using database = await testEmpty();
    const bad: Migration[] = [{ name: "1_bad", sql: "CREATE TABLE a (id INT); CREATE TABLE b (id NOTHING);" }];
    await expect(migrateMysql(database.address, bad)).rejects.toThrow(MigrationFailed);
    await expect(migrateMysql(database.address, bad)).rejects.toThrow("failed halfway");
    const [row] = await database.query("SELECT logs FROM _prisma_migrations");
    expect(row?.logs).toContain("NOTHING");
  });

  test("one that was edited after use, and someone else's database, are refused", async () => {
    await using database = await testEmpty();
    await migrateMysql(database.address, [{ name: "1_a", sql: "CREATE TABLE a (id INT)" }]);
    await expect(migrateMysql(database.address, [{ name: "1_a", sql: "CREATE TABLE a (id BIGINT)" }])).rejects.toThrow(
      "edited after use",
    );

    await using other = await testEmpty();
    await other.query("CREATE TABLE theirs (id INT)");
    await expect(migrateMysql(other.address)).rejects.toThrow("tables of another application");
  });

  test("[G27] know the gifts of a database from before they were known by their ids: of one that was counted twice the first", async () => {
    await using database = await testEmpty();
    const all = await readMigrations();
    const former = all.filter(({ name }) => name < "20261127000000_gifts");
    await migrateMysql(database.address, former);
    for (const statement of formerGifts("`")) await database.query(statement);
    expect(await migrateMysql(database.address)).toEqual(all.slice(former.length).map(({ name }) => name));
    const rows = await database.query(
      "SELECT id, CAST(`offset` AS CHAR) AS at, currency, CAST(amount AS CHAR) AS amount FROM gifts",
    );
    expect(rows).toEqual([
      { id: "pay-1", at: "2", currency: "KRW", amount: "500" },
      { id: "pay-2", at: "5", currency: "JPY", amount: "7" },
    ]);
  });

  test("that are missing are named, and nothing is touched, where a service may not apply them", async () => {
    await using database = await testEmpty();
    const first = { name: "1_a", sql: "CREATE TABLE a (id INT)" };
    const second = { name: "2_b", sql: "CREATE TABLE b (id INT)" };
    await expect(expectMigrated(database.address, [first])).rejects.toThrow("not up to date (1_a)");
    expect(await database.query("SHOW TABLES")).toEqual([]);

    await migrateMysql(database.address, [first]);
    await expectMigrated(database.address, [first]);
    await expect(expectMigrated(database.address, [first, second])).rejects.toThrow("not up to date (2_b)");
    // A row of a migration that this user could not finish would stop everybody.
    expect(await database.query("SELECT migration_name AS name FROM _prisma_migrations")).toEqual([{ name: "1_a" }]);

    // What a newer version has added is none of our business.
    await migrateMysql(database.address, [first, second]);
    await expectMigrated(database.address, [first]);
  });

  test("make the very tables that schema.prisma tells of", async () => {
    await using database = await testEmpty();
    await migrateMysql(database.address);
    const rows = await database.query(
      `SELECT table_name AS tab, column_name AS col, column_type AS type, is_nullable AS nullable, column_key AS keyed,
         collation_name AS collation
       FROM information_schema.columns
       WHERE table_schema = DATABASE() AND table_name <> '_prisma_migrations' ORDER BY table_name, ordinal_position`,
    );
    const actual = rows.map(({ tab, col, type, nullable, keyed, collation }) => ({
      column: `${tab}.${col}`,
      // MariaDB tells the width in which an integer is shown, MySQL no more.
      type: String(type).replace(/int\(\d+\)/, "int"),
      nullable: nullable === "YES",
      primary: keyed === "PRI",
      collation: collation === null ? undefined : collation,
    }));
    const schema = await readFile(new URL("../../prisma/schema.prisma", import.meta.url), "utf8");
    expect(actual).toEqual(columnsOf(schema));
  });
});

/** A reader of the part of Prisma's language that our schema uses; it fails on any other. */
function columnsOf(schema: string) {
  const columns = [];
  for (const [, body = ""] of schema.matchAll(/^model \w+ \{\n([^}]*)^\}/gm)) {
    const lines = body.split("\n").map((line) => line.trim());
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1];
    const keys = /@@id\(\[([^\]]*)\]\)/.exec(body)?.[1]?.split(", ") ?? [];
    let collation: string | undefined;
    for (const line of lines) {
      if (line === "" || line.startsWith("@@")) continue;
      if (line.startsWith("///")) {
        collation = /collation: (\w+)/.exec(line)?.[1] ?? collation;
        continue;
      }
      const [, name = "", optional, attributes = ""] = /^(\w+)\s+\w+(\?)?\s+(.*)$/.exec(line) ?? [];
      const native = /@db\.(\w+(?:\(\d+\))?)/.exec(attributes)?.[1];
      if (native === undefined) throw new Error(`cannot read ${line}`);
      columns.push({
        column: `${table}.${/@map\("(\w+)"\)/.exec(attributes)?.[1] ?? name}`,
        type: native.toLowerCase(),
        nullable: optional !== undefined,
        primary: /@id\b/.test(attributes) || keys.includes(name),
        collation,
      });
      collation = undefined;
    }
  }
  return columns.sort((a, b) => (a.column.split(".")[0] ?? "").localeCompare(b.column.split(".")[0] ?? ""));
}

async function testEmpty() {
  const database = await testDatabase();
  const address = parseMysqlAddress(database.url);
  const connection: Connection = await createConnection(connectionOptions(address));
  return {
    address,
    query: (sql: string) => connection.query<Record<string, unknown>[]>(sql),
    [Symbol.asyncDispose]: async () => {
      await connection.end();
      await database[Symbol.asyncDispose]();
    },
  };
}
