import type { EventEmitter } from "node:events";
import type { Epoch, EventType, Lane, MessageId, Position, RoomId } from "@madang/contracts";
import { Semaphore } from "@madang/runtime";
import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import { createPool, type Pool } from "mariadb";
import { PrismaClient } from "../generated/client.ts";
import { turn } from "../turns.ts";
import { marksFrom, marksOf } from "./marks.ts";
import {
  type ActsAsked,
  type ChangesAsked,
  type MessageStore,
  type OffsetRange,
  type RoomAppend,
  type ShardPosition,
  type StoredChanges,
  type StoredEvent,
  type StoredGifts,
  type StoredTotal,
  StoreUnavailable,
} from "./message-store.ts";
import { connectionOptions, type MysqlAddress } from "./mysql-address.ts";
import { storeError } from "./mysql-errors.ts";
import { effectsOf, transactionOf, type Value } from "./mysql-statements.ts";

/** A statement that takes longer has lost its server. History's askers wait 3 s. */
const statementMs = 10_000;

/**
 * A session whose link went dead without the server's knowing keeps the locks of its open transaction until then: by default for
 * eight hours, in which nobody else could write to those rooms. Longer than any statement of ours waits.
 */
const idleSeconds = 15;

/** Transactions on their way at a time, and never more than half of the connections, for history. More only wait for each other in the server. */
const writersAtOnce = 4;

/** A call that gets no connection for this long is better repeated. */
const acquireMs = 1_500;

/**
 * MySQL 8.4 and later, and MariaDB 10.11 and later. What is done all day, the projectors' transactions and the reading of lines, goes by
 * text of our own through the driver, a whole transaction in one round trip; everything else uses Prisma's typed client, on the same
 * connections.
 */
export class MysqlStore implements MessageStore {
  readonly #pool: Pool;
  readonly #prisma: PrismaClient;
  readonly #writers: Semaphore;
  #closed = false;

  /** The tables must be there: see `migrateMysql`. */
  constructor(address: MysqlAddress) {
    this.#writers = new Semaphore(Math.min(writersAtOnce, Math.ceil(address.connectionLimit / 2)));
    this.#pool = createPool({
      ...connectionOptions(address),
      connectionLimit: address.connectionLimit,
      minimumIdle: 1,
      acquireTimeout: acquireMs,
      socketTimeout: statementMs,
      initSql: [
        // Strict, whatever the server's default: text that does not fit is refused and never cut.
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
        "SET SESSION innodb_lock_wait_timeout = 5",
        `SET SESSION wait_timeout = ${idleSeconds}`,
        // The default, repeatable read, would lock the gaps in which other rooms insert.
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
      ],
      // Only what we send as text can hold several statements: Prisma prepares its own, and of those a server takes one at a time.
      multipleStatements: true,
      // As Prisma has it: its statements are of too many shapes to be kept.
      prepareCacheLength: 0,
    });
    // Whoever asks for a connection hears of it; the type knows this event no more.
    (this.#pool as unknown as EventEmitter).on("error", () => {});
    // The adapter is typed for a former version of the driver, and takes any pool that answers as one does.
    const adapter = new PrismaMariaDb(this.#pool as never, { database: address.database });
    this.#prisma = new PrismaClient({ adapter, errorFormat: "minimal" });
  }

  async apply(appends: readonly RoomAppend[], position: ShardPosition | undefined): Promise<void> {
    const release = await this.#writers.acquire();
    try {
      await this.#use(() => this.#transact(appends, position));
    } finally {
      release();
    }
  }

  async replaceLost(room: RoomId, events: readonly StoredEvent[]): Promise<void> {
    if (events.length === 0) return this.#use(async () => {});
    await this.#use(async () => {
      const connection = await this.#pool.getConnection();
      try {
        await connection.query("BEGIN");
        const replaced: StoredEvent[] = [];
        for (const event of events) {
          const { offset, type, author, messageId, time, line } = event;
          const { affectedRows } = await connection.query<{ affectedRows: number }>(replaceLostRow, [
            ...[type, author, messageId, time, line, ...marksOf(event)],
            ...[room, offset],
          ]);
          if (affectedRows > 0) replaced.push(event);
        }
        for (const { sql, values } of effectsOf(room, replaced)) await connection.query(sql, values);
        await connection.query("COMMIT");
      } finally {
        await connection.release();
      }
    });
  }

  async lines(room: RoomId, { from, to }: OffsetRange): Promise<StoredEvent[]> {
    const rows = await this.#rows<EventRow>(
      `SELECT ${eventColumns} FROM \`events\` AS e WHERE e.\`room\` = ? AND e.\`offset\` BETWEEN ? AND ? ORDER BY e.\`offset\``,
      [room, from, to],
    );
    return rows.map(eventOf);
  }

  async changes(room: RoomId, { from, to, users, elsewhere = [] }: OffsetRange & ChangesAsked): Promise<StoredChanges> {
    const columns = "`offset`, `deletion`, `deleted`, `edit`, `data`";
    const [inRange, others, purges] = await Promise.all([
      this.#rows<ChangeRow>(`SELECT ${columns} FROM \`changes\` WHERE \`room\` = ? AND \`offset\` BETWEEN ? AND ?`, [
        room,
        from,
        to,
      ]),
      elsewhere.length === 0
        ? []
        : this.#rows<ChangeRow>(
            `SELECT ${columns} FROM \`changes\` WHERE \`room\` = ? AND \`offset\` IN (${"?,".repeat(elsewhere.length - 1)}?)`,
            [room, ...elsewhere],
          ),
      users.length === 0
        ? []
        : this.#rows<[Buffer, number, number]>(
            `SELECT \`user\`, \`event\`, \`up_to\` FROM \`purges\` WHERE \`room\` = ? AND \`user\` IN (${"?,".repeat(users.length - 1)}?)`,
            [room, ...users.map((user) => Buffer.from(user))],
          ),
    ]);
    return {
      messages: [...others, ...inRange].map(([offset, deletion, deleted, edit, data]) => ({
        offset,
        deletion: deletion === 0 ? undefined : { by: deletion, deleted: Number(deleted) !== 0 },
        edit: data === null ? undefined : { by: edit, data },
      })),
      purges: new Map(purges.map(([user, by, upTo]) => [user.toString("utf8"), { by, upTo }])),
    };
  }

  async acts(room: RoomId, { from, to, types, atMost, reverse }: OffsetRange & ActsAsked): Promise<StoredEvent[]> {
    const order = reverse ? "DESC" : "ASC";
    // Each type by its own stretch of the index, so that however many there are only so many are read.
    const each =
      "(SELECT `type`, `offset` FROM `acts` WHERE `room` = ? AND `type` = ? AND `offset` BETWEEN ? AND ?" +
      ` ORDER BY \`offset\` ${order} LIMIT ?)`;
    const rows = await this.#rows<EventRow>(
      `SELECT ${eventColumns} FROM (${types.map(() => each).join(" UNION ALL ")} ORDER BY \`offset\` ${order} LIMIT ?) AS a
       JOIN \`events\` AS e ON e.\`room\` = ? AND e.\`offset\` = a.\`offset\` AND e.\`type\` = a.\`type\`
       ORDER BY e.\`offset\` ${order}`,
      [...types.flatMap((type) => [room, type, from, to, atMost]), atMost, room],
    );
    return rows.map(eventOf);
  }

  async placeFrom(room: RoomId, offset: number): Promise<{ offset: number; time: number } | undefined> {
    const [row] = await this.#rows<[number, number]>(
      "SELECT `offset`, `time` FROM `events` WHERE `room` = ? AND `offset` >= ? ORDER BY `offset` LIMIT 1",
      [room, offset],
    );
    return row === undefined ? undefined : { offset: row[0], time: row[1] };
  }

  async gift(room: RoomId, id: MessageId): Promise<number | undefined> {
    const [row] = await this.#rows<[number]>("SELECT `offset` FROM `gifts` WHERE `room` = ? AND `id` = ?", [room, id]);
    return row?.[0];
  }

  async giftsBefore(room: RoomId, offset: number): Promise<StoredGifts[]> {
    // A sum of integers is a decimal.
    const rows = await this.#rows<[string, number, number]>(
      `SELECT \`currency\`, COUNT(*), CAST(SUM(\`amount\`) AS SIGNED) FROM \`gifts\` WHERE \`room\` = ? AND \`offset\` < ?
       GROUP BY \`currency\` ORDER BY \`currency\``,
      [room, offset],
    );
    return rows.map(([currency, count, amount]) => ({ currency, count, amount }));
  }

  async totals(
    room: RoomId,
    { from, to, atMost, reverse }: { from: number; to: number; atMost: number; reverse: boolean },
  ): Promise<StoredTotal[]> {
    const order = reverse ? "DESC" : "ASC";
    const rows = await this.#rows<[number, string, number]>(
      `SELECT \`second\`, \`kind\`, \`total\` FROM \`totals\` WHERE \`room\` = ? AND \`second\` BETWEEN ? AND ?
       ORDER BY \`second\` ${order}, \`kind\` ${order} LIMIT ?`,
      [room, from, to, atMost],
    );
    return rows.map(([second, kind, total]) => ({ second, kind, total }));
  }

  async heads(rooms: readonly RoomId[]): Promise<Map<RoomId, Position>> {
    if (rooms.length === 0) return new Map();
    const rows = await this.#use(() =>
      this.#prisma.room.findMany({ where: { id: { in: [...rooms] } }, select: { id: true, head: true, epoch: true } }),
    );
    return positionsOf(rows);
  }

  async rooms({ after = "" as RoomId, atMost }: { after: RoomId | undefined; atMost: number }): Promise<Map<RoomId, Position>> {
    const rows = await this.#use(() =>
      this.#prisma.room.findMany({
        where: { id: { gt: after } },
        orderBy: { id: "asc" },
        take: atMost,
        select: { id: true, head: true, epoch: true },
      }),
    );
    return positionsOf(rows);
  }

  async position(shard: number): Promise<{ sequence: number; epoch: Epoch | "" }> {
    const row = await this.#use(() => this.#prisma.position.findUnique({ where: { shard } }));
    return { sequence: Number(row?.sequence ?? 0), epoch: row?.epoch ?? "" };
  }

  async restart(shard: number, epoch: Epoch): Promise<void> {
    const begun = { sequence: 0n, epoch };
    await this.#use(() => this.#prisma.position.upsert({ where: { shard }, create: { shard, ...begun }, update: begun }));
  }

  async ping(): Promise<void> {
    await this.#use(() => this.#pool.query("SELECT 1"));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#prisma.$disconnect();
    await this.#pool.end();
  }

  async #transact(appends: readonly RoomAppend[], position: ShardPosition | undefined): Promise<void> {
    const connection = await this.#pool.getConnection();
    try {
      await turn();
      for (const { sql, values } of transactionOf(appends, position)) await connection.query(sql, values);
    } finally {
      // It rolls back what was not committed, or closes a connection that is good for nothing any more.
      await connection.release();
    }
  }

  #rows<T>(sql: string, values: readonly Value[]): Promise<T[]> {
    return this.#use(() => this.#pool.query<T[]>({ sql, rowsAsArray: true, bigIntAsNumber: true }, values));
  }

  async #use<T>(call: () => PromiseLike<T>): Promise<T> {
    // Prisma would connect anew.
    if (this.#closed) throw new StoreUnavailable("the store is closed");
    try {
      return await call();
    } catch (error) {
      throw storeError(error);
    }
  }
}

const positionsOf = (rows: readonly { id: string; head: bigint; epoch: Epoch }[]): Map<RoomId, Position> =>
  new Map(rows.map(({ id, head, epoch }) => [id as RoomId, { offset: Number(head), epoch }]));

const replaceLostRow = `UPDATE \`events\`
  SET \`type\` = ?, \`author\` = ?, \`message_id\` = ?, \`time\` = ?, \`line\` = ?, \`lane\` = ?, \`mentions\` = ?
  WHERE \`room\` = ? AND \`offset\` = ? AND \`type\` = 'lost'`;

const eventColumns = "e.`offset`, e.`type`, e.`author`, e.`message_id`, e.`time`, e.`line`, e.`lane`, e.`mentions`";
type EventRow = [number, EventType, string, string, number, string, Lane | null, string | null];
type ChangeRow = [number, number, number | boolean, number, string | null];

function eventOf([offset, type, author, messageId, time, line, lane, mentions]: EventRow): StoredEvent {
  return { offset, type, author, messageId, time, line, ...marksFrom(lane, mentions) };
}
