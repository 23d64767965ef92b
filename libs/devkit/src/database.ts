// A fresh, empty database for one test, on the server that all tests of a run share.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createConnection } from "mariadb";
import { connectionTo } from "./database-server.ts";
import { eventually } from "./eventually.ts";

/** What the global setup tells the tests. */
export type SharedDatabase = { url: string } | { missing: string };

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

export async function testDatabase(): Promise<TestDatabase> {
  const shared = await sharedDatabase();
  if ("missing" in shared) throw new Error(shared.missing);

  const name = `madang_test_${randomBytes(6).toString("hex")}`;
  await execute(shared.url, `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  const url = new URL(shared.url);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => execute(shared.url, `DROP DATABASE IF EXISTS ${name}`),
  };
}

/** The server begins to start when the run does, and may need a moment more. */
async function sharedDatabase(): Promise<SharedDatabase> {
  const file = process.env.MADANG_TEST_DATABASE_FILE;
  if (file === undefined) return { missing: "testDatabase() works only in tests: vitest's global setup starts its server." };
  return eventually(() => JSON.parse(readFileSync(file, "utf8")) as SharedDatabase, { withinMs: 60_000, everyMs: 25 });
}

async function execute(address: string, statement: string): Promise<void> {
  const connection = await createConnection(connectionTo(address));
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
