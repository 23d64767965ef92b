import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { StartError } from "@madang/runtime";
import type { MessageStore } from "./message-store.ts";

/**
 * A store with its tables in place. `file:madang.db` and `file:///srv/madang.db` are SQLite files, whose folder is made if need be;
 * `mysql://user:password@host:port/database` is a MySQL or MariaDB server, where `migrate: false` only looks whether they are in place.
 *
 * @throws StartError
 */
export async function openStore(url: string, { migrate = true } = {}): Promise<MessageStore> {
  // Loaded on demand: Prisma's client takes memory that the embedded default would never use.
  if (url.startsWith("file:")) return openSqlite(pathOf(url));
  if (url.startsWith("mysql:")) return (await import("./open-mysql.ts")).openMysql(url, { migrate });
  throw neither();
}

/** Brings the tables up to date and nothing else: the names of what was applied now. @throws StartError */
export async function migrateStore(url: string): Promise<string[]> {
  if (url.startsWith("mysql:")) return (await import("./open-mysql.ts")).migrateTables(url);
  // A file has its tables made whenever it is opened.
  await (await openStore(url)).close();
  return [];
}

const neither = () => new StartError("The database URL begins with neither mysql:// nor file:.");

async function openSqlite(path: string): Promise<MessageStore> {
  const { SqliteStore } = await import("./sqlite-store.ts");
  try {
    if (path !== ":memory:") await makeFolder(dirname(path));
    return new SqliteStore(path);
  } catch (cause) {
    throw new StartError(`The SQLite file ${path} cannot be opened: ${(cause as Error).message}.`, { cause });
  }
}

/** One level only: a path that lacks more is likely a slip. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function pathOf(url: string): string {
  if (url.startsWith("file://")) {
    try {
      return fileURLToPath(url);
    } catch (cause) {
      throw new StartError(`The database URL ${url} names no file of this machine.`, { cause });
    }
  }
  const path = url.slice("file:".length);
  if (path === "") throw new StartError("The database URL names no file.");
  return path;
}
