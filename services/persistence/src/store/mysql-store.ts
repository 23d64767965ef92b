import type { Epoch, Position, RoomId } from "@madang/contracts";
import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import { Prisma, PrismaClient } from "../generated/client.ts";
import {
  type MessageStore,
  type RoomAppend,
  type ShardPosition,
  type StoredEvent,
  type StoredLine,
  StoreUnavailable,
} from "./message-store.ts";
import { connectionOptions, type MysqlAddress } from "./mysql-address.ts";
import { storeError } from "./mysql-errors.ts";

/** Text in one INSERT: far below any `max_allowed_packet`, and a short time to encode. */
const statementChars = 1024 * 1024;

/** A statement that takes longer has lost its server. History's askers wait 3 s. */
const statementMs = 10_000;

/**
 * A session whose link went dead without the server's knowing keeps the locks of its open transaction until then: by default for
 * eight hours, in which nobody else could write to those rooms. Longer than any statement of ours waits.
 */
const idleSeconds = 15;

/** A call that gets no connection for this long is better repeated. */
const acquireMs = 1_500;

/**
 * MySQL 8.4 and later, and MariaDB 10.11 and later, through Prisma. Events and heads are written by multi-row statements of
 * our own, since Prisma's `createMany` takes ten times as long and blocks the loop; everything else uses the typed client.
 */
export class MysqlStore implements MessageStore {
  readonly #prisma: PrismaClient;
  #closed = false;

  /** The tables must be there: see `migrateMysql`. */
  constructor(address: MysqlAddress) {
    const adapter = new PrismaMariaDb({
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
      ],
    });
    this.#prisma = new PrismaClient({ adapter, errorFormat: "minimal" });
  }

  async apply(appends: readonly RoomAppend[], position: ShardPosition | undefined): Promise<void> {
    const rooms = lastOfEach(appends);
    const rows = appends.flatMap(({ room, events }) => events.map((event) => ({ room, event })));
    await this.#transact(async (transaction) => {
      // Rooms first, in the order of their ids: two writers of the same rooms then wait for each other and cannot deadlock.
      if (rooms.length > 0) await transaction.$executeRaw(raiseRooms(rooms));
      for (const slice of slices(rows)) await transaction.$executeRaw(insertEvents(slice));
      if (position !== undefined) await transaction.$executeRaw(raisePosition(position));
    });
  }

  async replaceLost(room: RoomId, events: readonly StoredEvent[]): Promise<void> {
    await this.#transact(async (transaction) => {
      for (const { offset, time, ...event } of events) {
        await transaction.event.updateMany({
          where: { room, offset: BigInt(offset), type: "lost" },
          data: { ...event, time: BigInt(time) },
        });
      }
    });
  }

  async lines(room: RoomId, { from, to }: { from: number; to: number }): Promise<StoredLine[]> {
    const rows = await this.#use(() =>
      this.#prisma.event.findMany({
        where: { room, offset: { gte: from, lte: to } },
        orderBy: { offset: "asc" },
        select: { offset: true, line: true },
      }),
    );
    return rows.map(({ offset, line }) => ({ offset: Number(offset), line }));
  }

  async heads(rooms: readonly RoomId[]): Promise<Map<RoomId, Position>> {
    if (rooms.length === 0) return new Map();
    const rows = await this.#use(() =>
      this.#prisma.room.findMany({ where: { id: { in: [...rooms] } }, select: { id: true, head: true, epoch: true } }),
    );
    return new Map(rows.map(({ id, head, epoch }) => [id as RoomId, { offset: Number(head), epoch }]));
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
    return new Map(rows.map(({ id, head, epoch }) => [id as RoomId, { offset: Number(head), epoch }]));
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
    await this.#use(() => this.#prisma.$queryRaw`SELECT 1`);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#prisma.$disconnect();
  }

  async #transact(work: (transaction: Prisma.TransactionClient) => Promise<void>): Promise<void> {
    await this.#use(() =>
      this.#prisma.$transaction(work, {
        // The default, repeatable read, would lock the gaps in which other rooms insert.
        isolationLevel: Prisma.TransactionIsolationLevel.ReadCommitted,
        maxWait: acquireMs,
        timeout: statementMs,
      }),
    );
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

interface EventRow {
  room: RoomId;
  event: StoredEvent;
}

/** The last piece of each room, in the order of their ids. */
function lastOfEach(appends: readonly RoomAppend[]): RoomAppend[] {
  const last = new Map<RoomId, RoomAppend>();
  for (const append of appends) {
    if (append.head >= (last.get(append.room)?.head ?? 0)) last.set(append.room, append);
  }
  return [...last.values()].sort((a, b) => (a.room < b.room ? -1 : 1));
}

function* slices(rows: readonly EventRow[]): Generator<EventRow[]> {
  let slice: EventRow[] = [];
  let chars = 0;
  for (const row of rows) {
    if (slice.length > 0 && chars + row.event.line.length > statementChars) {
      yield slice;
      slice = [];
      chars = 0;
    }
    slice.push(row);
    chars += row.event.line.length;
  }
  if (slice.length > 0) yield slice;
}

// An update of a column to itself: unlike IGNORE, it refuses text that does not fit.
function insertEvents(rows: readonly EventRow[]): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO \`events\` (\`room\`, \`offset\`, \`type\`, \`author\`, \`message_id\`, \`time\`, \`line\`)
    VALUES ${Prisma.join(
      rows.map(
        ({ room, event: { offset, type, author, messageId, time, line } }) =>
          Prisma.sql`(${room}, ${BigInt(offset)}, ${type}, ${author}, ${messageId}, ${BigInt(time)}, ${line})`,
      ),
    )}
    ON DUPLICATE KEY UPDATE \`room\` = \`events\`.\`room\``;
}

// Assignments are made from left to right, so the head comes last. VALUES() is the one form that MySQL and MariaDB share.
function raiseRooms(appends: readonly RoomAppend[]): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO \`rooms\` (\`id\`, \`epoch\`, \`head\`, \`updated\`)
    VALUES ${Prisma.join(
      appends.map(({ room, epoch, head, time }) => Prisma.sql`(${room}, ${epoch}, ${BigInt(head)}, ${BigInt(time)})`),
    )}
    ON DUPLICATE KEY UPDATE
      \`epoch\` = IF(VALUES(\`head\`) >= \`head\`, VALUES(\`epoch\`), \`epoch\`),
      \`updated\` = IF(VALUES(\`head\`) >= \`head\`, VALUES(\`updated\`), \`updated\`),
      \`head\` = GREATEST(\`head\`, VALUES(\`head\`))`;
}

// From left to right again: the epoch that is there decides on the sequence first.
function raisePosition({ shard, sequence, epoch }: ShardPosition): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO \`positions\` (\`shard\`, \`sequence\`, \`epoch\`) VALUES (${shard}, ${BigInt(sequence)}, ${epoch})
    ON DUPLICATE KEY UPDATE
      \`sequence\` = IF(\`epoch\` IN ('', VALUES(\`epoch\`)), GREATEST(\`sequence\`, VALUES(\`sequence\`)), \`sequence\`),
      \`epoch\` = IF(\`epoch\` = '', VALUES(\`epoch\`), \`epoch\`)`;
}
