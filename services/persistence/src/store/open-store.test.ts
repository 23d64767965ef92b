import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { testDatabase } from "@madang/devkit";
import { StartError } from "@madang/runtime";
import { createConnection } from "mariadb";
import { describe, expect, test } from "vitest";
import { connectionOptions, parseMysqlAddress } from "./mysql-address.ts";
import { migrateStore, openStore } from "./open-store.ts";

describe("opening a store", () => {
  test("makes a SQLite file and its folder, and finds it again", async () => {
    await using folder = await temporaryFolder();
    for (const url of [`file:${folder.path}/new/a.db`, pathToFileURL(join(folder.path, "new", "a b.db")).href]) {
      const store = await openStore(url);
      await store.apply([], { shard: 0, sequence: 7, epoch: "log" });
      await store.close();
      const again = await openStore(url);
      expect(await again.position(0)).toEqual({ sequence: 7, epoch: "log" });
      await again.close();
    }
  });

  test("loads no MySQL code for a SQLite file, and Node has nothing to warn of", async () => {
    const script = `
      import { registerHooks } from "node:module";
      registerHooks({ load: (url, context, load) => (/prisma|mariadb|mysql/.test(url) && console.log(url), load(url, context)) });
      const { openStore } = await import(${JSON.stringify(new URL("./open-store.ts", import.meta.url).href)});
      await (await openStore("file::memory:")).close();
      console.log("closed");`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    expect(stdout.trim()).toBe("closed");
    expect(stderr).toBe("");
  });

  test("of which the tables are in place needs no more than to read, add and change rows", async () => {
    await using database = await testDatabase();
    await expect(openStore(database.url, { migrate: false })).rejects.toThrow(/its tables are not up to date .*: run migrate/);
    expect(await migrateStore(database.url)).not.toEqual([]);
    expect(await migrateStore(database.url)).toEqual([]);
    await using user = await userOf(database.url, "SELECT, INSERT, UPDATE");

    const store = await openStore(user.url, { migrate: false });
    await store.apply([], { shard: 0, sequence: 7, epoch: "log" });
    await store.apply([], { shard: 0, sequence: 8, epoch: "log" });
    expect(await store.position(0)).toEqual({ sequence: 8, epoch: "log" });
    await store.close();
  });

  test("a file of a newer version is not touched", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "newer.db");
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    await expect(openStore(`file:${path}`)).rejects.toThrow("the file was written by a newer version");
  });

  test.each([
    ["postgres://a:secret@db/m", "neither mysql:// nor file:"],
    ["file:", "names no file"],
    ["file:///proc/none/x.db", "/proc/none/x.db cannot be opened"],
    [`file:${import.meta.filename}`, "is not a database"],
    ["mysql://a:secret@127.0.0.1:1/m", "m at 127.0.0.1:1 cannot be used: nothing listens there"],
    ["mysql://a:secret@db", "names no database"],
  ])("%s is refused in one sentence, without its password", async (url, words) => {
    const refused = openStore(url);
    await expect(refused).rejects.toBeInstanceOf(StartError);
    await expect(refused).rejects.toThrow(words);
    await expect(refused).rejects.toThrow(/^(?!.*secret).*$/);
  });

  test("a wrong password is told as such", async () => {
    await using database = await testDatabase();
    const url = new URL(database.url);
    url.username = "nobody-we-know";
    url.password = "secret";
    await expect(openStore(url.href)).rejects.toThrow("it refuses the user nobody-we-know or the password");
  });
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "madang-open-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Somebody with these rights on that database, and no other. */
async function userOf(databaseUrl: string, rights: string) {
  const address = parseMysqlAddress(databaseUrl);
  const url = new URL(databaseUrl);
  // Of the database's name, which is its test's own; names of users may be shorter.
  url.username = `user_${address.database.slice(-12)}`;
  url.password = randomBytes(12).toString("hex");
  const execute = async (...statements: string[]) => {
    const connection = await createConnection(connectionOptions(address));
    for (const statement of statements) await connection.query(statement);
    await connection.end();
  };
  await execute(
    `CREATE USER '${url.username}'@'%' IDENTIFIED BY '${url.password}'`,
    `GRANT ${rights} ON \`${address.database}\`.* TO '${url.username}'@'%'`,
  );
  return { url: url.href, [Symbol.asyncDispose]: () => execute(`DROP USER '${url.username}'@'%'`) };
}
