import { dirname } from "node:path";
import { createConnection } from "mariadb";
import { describe, expect, test } from "vitest";
import { testDatabase } from "./database.ts";
import { connectionTo } from "./database-server.ts";

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const connection = await createConnection({ ...connectionTo(url), database: new URL(url).pathname.slice(1) });
  try {
    return await connection.query(statement);
  } finally {
    await connection.end();
  }
}

describe("a database for a test", () => {
  test("is empty, speaks every script there is, and is dropped afterwards", async () => {
    let url: string;
    {
      await using database = await testDatabase();
      url = database.url;
      expect(await query(url, "SHOW TABLES")).toEqual([]);
      await query(url, "CREATE TABLE said (words VARCHAR(100))");
      await query(url, "INSERT INTO said VALUES ('안녕 👋🏽')");
      expect(await query(url, "SELECT words FROM said")).toEqual([{ words: "안녕 👋🏽" }]);
    }
    await expect(query(url, "SELECT 1")).rejects.toThrow(/Unknown database/);
  });

  test("is not shared", async () => {
    await using one = await testDatabase();
    await using other = await testDatabase();
    expect(one.url).not.toBe(other.url);
  });

  test("is on a server that shares no temporary directory with others, which would sweep it as they start", async () => {
    await using database = await testDatabase();
    const [{ datadir, tmpdir } = {}] = await query(database.url, "SELECT @@datadir AS datadir, @@tmpdir AS tmpdir");
    expect(dirname(String(tmpdir))).toBe(dirname(String(datadir)));
  });
});
