/** All rows of a SQLite file into the empty tables of a MySQL or MariaDB server, as they are: what moves an all-in-one to a cluster. */
import { createHash, type Hash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { StartError } from "@madang/runtime";
import { type Connection, createConnection, SqlError } from "mariadb";
import { connectionOptions, parseMysqlAddress, placeOf } from "./mysql-address.ts";
import { isMigrated } from "./sqlite-migrations.ts";

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** How many of the columns, from the first on, are the key. */
  readonly keyColumns: number;
}

/** Positions come last: a projector that began in the middle would pass over nothing. */
const tables: readonly Table[] = [
  { name: "rooms", columns: ["id", "epoch", "head", "updated"], keyColumns: 1 },
  {
    name: "events",
    columns: ["room", "offset", "type", "author", "message_id", "time", "line", "lane", "mentions"],
    keyColumns: 2,
  },
  { name: "acts", columns: ["room", "type", "offset"], keyColumns: 3 },
  { name: "changes", columns: ["room", "offset", "deletion", "deleted", "edit", "data"], keyColumns: 2 },
  { name: "purges", columns: ["room", "user", "event", "up_to"], keyColumns: 2 },
  { name: "totals", columns: ["room", "second", "kind", "total"], keyColumns: 3 },
  { name: "gifts", columns: ["room", "id", "offset", "currency", "amount"], keyColumns: 2 },
  { name: "positions", columns: ["shard", "sequence", "epoch"], keyColumns: 1 },
];

/** One statement: small enough for any `max_allowed_packet`, large enough that round trips do not count. */
const batchRows = 500;
const batchChars = 1024 * 1024;

/** The tables hold other rows than the file, though no statement failed. */
export class RowsDiffer extends Error {
  override readonly name = "RowsDiffer";
}

/** Those of our tables that hold rows. @throws StartError: it cannot be asked */
export async function filledTables(url: string): Promise<string[]> {
  return connected(url, async (connection) => {
    const filled: string[] = [];
    for (const { name } of tables) {
      const rows = await connection.query<unknown[]>(`SELECT 1 FROM \`${name}\` LIMIT 1`);
      if (rows.length > 0) filled.push(name);
    }
    return filled;
  });
}

/** Takes every row out of our tables. @throws StartError */
export async function emptyTables(url: string): Promise<void> {
  await connected(url, async (connection) => {
    for (const { name } of tables) await connection.query(`DELETE FROM \`${name}\``);
  });
}

/**
 * Copies in batches of bounded size, and compares what arrived, to the character. Answers how many rows there are. The file is
 * left as it is.
 *
 * @throws RowsDiffer
 * @throws StartError: the server cannot be asked, or refuses a row; the file is of another version
 */
export async function copyTables(file: string, url: string): Promise<number> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    if (!isMigrated(database)) throw new StartError(`The database ${file} is of another version.`);
    return await connected(url, async (connection) => {
      let rows = 0;
      for (const table of tables) rows += await copyTable(database, connection, table);
      return rows;
    });
  } finally {
    database.close();
  }
}

async function copyTable(database: DatabaseSync, connection: Connection, table: Table): Promise<number> {
  const { name, columns } = table;
  const insert = `INSERT INTO \`${name}\` (${columns.map((column) => `\`${column}\``).join(", ")}) VALUES `;
  const sent = createHash("sha256");
  let count = 0;
  let values: (string | number | Buffer | null)[] = [];
  let chars = 0;
  const send = async () => {
    const rows = values.length / columns.length;
    if (rows === 0) return;
    await connection.query(
      `${insert}${Array(rows)
        .fill(`(${columns.map(() => "?").join(",")})`)
        .join(",")}`,
      values,
    );
    values = [];
    chars = 0;
  };
  for (const row of database.prepare(select(table, '"')).iterate()) {
    const cells = columns.map((column) => row[column] as string | number | null);
    take(sent, cells);
    count++;
    for (const [place, cell] of cells.entries()) {
      // As bytes: its column is binary, so that it can be compared byte by byte in a key.
      values.push(name === "purges" && columns[place] === "user" ? Buffer.from(String(cell)) : cell);
      chars += typeof cell === "string" ? cell.length : 8;
    }
    if (values.length >= batchRows * columns.length || chars >= batchChars) await send();
  }
  await send();
  const arrived = createHash("sha256");
  for await (const row of connection.queryStream(select(table, "`")))
    take(
      arrived,
      columns.map((column) => plain(row[column])),
    );
  if (arrived.digest("hex") !== sent.digest("hex")) throw new RowsDiffer(`the table ${name} is not what it was`);
  return count;
}

function select({ name, columns, keyColumns }: Table, quote: string): string {
  const quoted = columns.map((column) => `${quote}${column}${quote}`);
  return `SELECT ${quoted.join(", ")} FROM ${quote}${name}${quote} ORDER BY ${quoted.slice(0, keyColumns).join(", ")}`;
}

function take(hash: Hash, cells: readonly (string | number | null)[]): void {
  hash.update(`${JSON.stringify(cells)}\n`);
}

/** As SQLite has it. */
function plain(cell: unknown): string | number | null {
  if (typeof cell === "boolean") return Number(cell);
  return cell instanceof Uint8Array ? Buffer.from(cell).toString("utf8") : (cell as string | number | null);
}

async function connected<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const address = parseMysqlAddress(url);
  let connection: Connection;
  try {
    // All numbers of ours are counts, offsets and times, which a double holds.
    connection = await createConnection({ ...connectionOptions(address), bigIntAsNumber: true, insertIdAsNumber: true });
  } catch (cause) {
    throw new StartError(
      `The database ${placeOf(address)} cannot be used (${(cause as { code?: string }).code ?? "no answer"}).`,
      {
        cause,
      },
    );
  }
  try {
    return await work(connection);
  } catch (cause) {
    if (!(cause instanceof SqlError)) throw cause;
    throw new StartError(`The database ${placeOf(address)} has refused (${cause.code ?? cause.sqlMessage}).`, { cause });
  } finally {
    await connection.end();
  }
}
