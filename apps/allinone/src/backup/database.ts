/** The SQLite database, as a copy of one moment, while others may write it. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { limits, streamName } from "@madang/contracts";
import { migrateSqliteFile } from "@madang/persistence";
import { StartError } from "@madang/runtime";
import type { Contents } from "./archive.ts";
import { ahead, type Stored } from "./order.ts";

/** Somebody else may be at a large commit. */
const busyMs = 10_000;

/** The copy has the tables of this version, whichever the original has. @throws StartError */
export function copyDatabase(from: string, to: string): void {
  if (!existsSync(from)) throw new StartError(`There is no database ${from}.`);
  try {
    const database = new DatabaseSync(from, { timeout: busyMs });
    try {
      database.prepare("VACUUM INTO ?").run(to);
    } finally {
      database.close();
    }
    migrateSqliteFile(to);
  } catch (cause) {
    throw new StartError(`The database ${from} cannot be copied (${(cause as Error).message}).`, { cause });
  }
}

/** How far it has each stream of the log. */
export function storedIn(file: string): Stored {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const stored = Array<number>(limits.streams).fill(0);
    for (const { shard, sequence } of database.prepare("SELECT shard, sequence FROM positions").all())
      stored[Number(shard)] = Number(sequence);
    return stored;
  } finally {
    database.close();
  }
}

/** @throws StartError: the log was saved before the database */
export function expectNotAhead(stored: Stored, { streams }: Pick<Contents, "streams">): void {
  const last = stored.map((_, shard) => streams.find(({ config }) => config.name === streamName(shard))?.state.last_seq ?? 0);
  const lost = ahead(stored, { last }).map(streamName);
  if (lost.length > 0)
    throw new StartError(
      `The database has more of ${lost.join(", ")} than the log: it was saved later, and belongs to another backup. Nothing was touched.`,
    );
}
