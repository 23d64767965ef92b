/**
 * Applies `prisma/migrations` as `prisma migrate deploy` does, with the same lock and the same `_prisma_migrations`, so that either
 * may follow the other. The service does it itself at start: Prisma's command needs a native engine that not every machine can
 * fetch, and an operator one step less.
 */
import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { type Connection, createConnection } from "mariadb";
import { connectionOptions, type MysqlAddress } from "./mysql-address.ts";
import { errorNumber } from "./mysql-errors.ts";

/** The tables cannot be brought up to date; the message says why and what to do. */
export class MigrationFailed extends Error {
  override readonly name = "MigrationFailed";
}

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** Another replica may be migrating a large table. */
const lockSeconds = 60;

const unknownDatabase = 1049;

/** Answers the names of what was applied now. @throws MigrationFailed, or what the driver throws when it cannot connect. */
export async function migrateMysql(address: MysqlAddress, migrations?: readonly Migration[]): Promise<string[]> {
  const wanted = migrations ?? (await readMigrations());
  const connection = await connectCreating(address);
  try {
    await lock(connection);
    return await applyPending(connection, wanted);
  } finally {
    // Ending the connection gives the lock back too.
    await connection.end();
  }
}

/**
 * For a user who may not change tables: only looks.
 *
 * @throws MigrationFailed when something is not applied, or what the driver throws when it cannot connect.
 */
export async function expectMigrated(address: MysqlAddress, migrations?: readonly Migration[]): Promise<void> {
  const wanted = migrations ?? (await readMigrations());
  const connection = await createConnection(connectionOptions(address));
  try {
    const applied = (await tablesOf(connection)).includes(bookkeepingTable)
      ? await readApplied(connection)
      : new Map<string, AppliedRow>();
    const missing = wanted.filter((migration) => isPending(applied.get(migration.name), migration));
    if (missing.length === 0) return;
    const names = missing.map(({ name }) => name).join(", ");
    throw new MigrationFailed(`its tables are not up to date (${names}): run migrate, with a user who may change them`);
  } finally {
    await connection.end();
  }
}

export async function readMigrations(folder = new URL("../../prisma/migrations/", import.meta.url)): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => ({ name, sql: await readFile(new URL(`${name}/migration.sql`, folder), "utf8") })),
  );
}

async function connectCreating(address: MysqlAddress): Promise<Connection> {
  const options = { ...connectionOptions(address), multipleStatements: true };
  try {
    return await createConnection(options);
  } catch (error) {
    if (errorNumber(error) !== unknownDatabase) throw error;
  }
  const { database, ...server } = options;
  const connection = await createConnection(server);
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  } catch (cause) {
    throw new MigrationFailed(`the database ${database} does not exist and ${address.user} may not create it`, { cause });
  } finally {
    await connection.end();
  }
  return createConnection(options);
}

async function lock(connection: Connection): Promise<void> {
  const [row] = await connection.query<{ locked: unknown }[]>("SELECT GET_LOCK('prisma_migrate', ?) AS locked", [lockSeconds]);
  if (Number(row?.locked) !== 1) throw new MigrationFailed(`another migration has been running for ${lockSeconds} s`);
}

interface AppliedRow {
  name: string;
  checksum: string;
  finished: Date | null;
}

async function applyPending(connection: Connection, wanted: readonly Migration[]): Promise<string[]> {
  const tables = await tablesOf(connection);
  if (!tables.includes(bookkeepingTable)) {
    // As Prisma does: tables that we did not make may be someone else's.
    if (tables.length > 0) throw new MigrationFailed("the database holds tables of another application");
    await connection.query(bookkeeping);
  }
  const applied = await readApplied(connection);
  const pending = wanted.filter((migration) => isPending(applied.get(migration.name), migration));
  for (const migration of pending) await apply(connection, migration);
  return pending.map(({ name }) => name);
}

/** @throws MigrationFailed when it must not be applied any more. */
function isPending(row: AppliedRow | undefined, migration: Migration): boolean {
  if (row === undefined) return true;
  if (row.finished === null) {
    throw new MigrationFailed(
      `the migration ${migration.name} failed halfway: repair the tables, then say so with prisma migrate resolve`,
    );
  }
  if (row.checksum !== checksumOf(migration)) throw new MigrationFailed(`the migration ${migration.name} was edited after use`);
  return false;
}

async function tablesOf(connection: Connection): Promise<string[]> {
  const rows = await connection.query<{ name: string }[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()",
  );
  return rows.map(({ name }) => name);
}

async function readApplied(connection: Connection): Promise<Map<string, AppliedRow>> {
  const rows = await connection.query<AppliedRow[]>(
    "SELECT migration_name AS name, checksum, finished_at AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL",
  );
  return new Map(rows.map((row) => [row.name, row]));
}

// Without a transaction: these servers commit at every CREATE and ALTER. A row without `finished_at` remembers a failure.
async function apply(connection: Connection, migration: Migration): Promise<void> {
  const id = randomUUID();
  await connection.query("INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES (?, ?, ?)", [
    id,
    checksumOf(migration),
    migration.name,
  ]);
  try {
    await connection.query(migration.sql);
  } catch (cause) {
    await connection.query("UPDATE _prisma_migrations SET logs = ? WHERE id = ?", [String(cause), id]).catch(() => {});
    throw new MigrationFailed(`the migration ${migration.name} failed`, { cause });
  }
  await connection.query(
    "UPDATE _prisma_migrations SET finished_at = CURRENT_TIMESTAMP(3), applied_steps_count = 1 WHERE id = ?",
    [id],
  );
}

function checksumOf({ sql }: Migration): string {
  return createHash("sha256").update(sql).digest("hex");
}

const bookkeepingTable = "_prisma_migrations";

/** Prisma's own table, to the letter. */
const bookkeeping = `
  CREATE TABLE _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at DATETIME(3),
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at DATETIME(3),
    started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0
  ) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;
