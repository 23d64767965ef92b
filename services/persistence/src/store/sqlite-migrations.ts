/** The tables of the SQLite store, as steps that are never edited: `PRAGMA user_version` counts those that a file has had. */
import { DatabaseSync } from "node:sqlite";

// STRICT: a value of another type is refused and not converted. WITHOUT ROWID: a room's events lie side by side, in order.
const steps: readonly string[] = [
  `
  CREATE TABLE rooms (
    id TEXT NOT NULL PRIMARY KEY,
    epoch TEXT NOT NULL,
    head INTEGER NOT NULL,
    updated INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    room TEXT NOT NULL,
    offset INTEGER NOT NULL,
    type TEXT NOT NULL,
    author TEXT NOT NULL,
    message_id TEXT NOT NULL,
    time INTEGER NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (room, offset)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE positions (
    shard INTEGER NOT NULL PRIMARY KEY,
    sequence INTEGER NOT NULL
  ) STRICT;
  `,
  // Empty: written before positions knew of epochs.
  "ALTER TABLE positions ADD COLUMN epoch TEXT NOT NULL DEFAULT ''",
  // No lane: for all, as those of a former version were. What each table is: prisma/schema.prisma.
  `
  ALTER TABLE events ADD COLUMN lane TEXT;
  ALTER TABLE events ADD COLUMN mentions TEXT;

  CREATE TABLE acts (
    room TEXT NOT NULL,
    type TEXT NOT NULL,
    offset INTEGER NOT NULL,
    PRIMARY KEY (room, type, offset)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO acts (room, type, offset) SELECT room, type, offset FROM events WHERE type <> 'posted';

  CREATE TABLE changes (
    room TEXT NOT NULL,
    offset INTEGER NOT NULL,
    deletion INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    edit INTEGER NOT NULL,
    data TEXT,
    PRIMARY KEY (room, offset)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE purges (
    room TEXT NOT NULL,
    user TEXT NOT NULL,
    event INTEGER NOT NULL,
    up_to INTEGER NOT NULL,
    PRIMARY KEY (room, user)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE totals (
    room TEXT NOT NULL,
    second INTEGER NOT NULL,
    kind TEXT NOT NULL,
    total INTEGER NOT NULL,
    PRIMARY KEY (room, second, kind)
  ) STRICT, WITHOUT ROWID;
  `,
  // Of a gift that was counted twice, the first.
  `
  CREATE TABLE gifts (
    room TEXT NOT NULL,
    id TEXT NOT NULL,
    offset INTEGER NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (room, id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO gifts (room, id, offset, currency, amount)
    SELECT e.room, e.message_id, e.offset, e.line ->> '$.data.currency', e.line ->> '$.data.amount'
    FROM acts AS a JOIN events AS e ON e.room = a.room AND e.offset = a.offset AND e.type = a.type
    WHERE a.type = 'gifted' ORDER BY e.offset
    ON CONFLICT DO NOTHING;
  `,
];

/** The file has had steps that this version does not know. */
export class NewerSchema extends Error {
  override readonly name = "NewerSchema";
}

/** Brings a file up to date, or to an earlier step, in one transaction. @throws NewerSchema */
export function migrateSqlite(database: DatabaseSync, until = steps.length): void {
  // Immediate: of two processes that open a new file at once, one waits here and then finds the tables.
  database.exec("BEGIN IMMEDIATE");
  try {
    const done = Number(database.prepare("PRAGMA user_version").get()?.user_version);
    if (done > steps.length) throw new NewerSchema("the file was written by a newer version");
    for (const step of steps.slice(done, until)) database.exec(step);
    database.exec(`PRAGMA user_version = ${Math.max(done, until)}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Whether a file has had all steps that this version knows, and no others. */
export function isMigrated(database: DatabaseSync): boolean {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version) === steps.length;
}

/** Brings a file up to date that nobody has open. @throws NewerSchema */
export function migrateSqliteFile(path: string): void {
  const database = new DatabaseSync(path);
  try {
    migrateSqlite(database);
  } finally {
    database.close();
  }
}
