import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Epoch, EventType, Lane, MessageId, Position, RoomId } from "@madang/contracts";
import { turn } from "../turns.ts";
import { effectOf } from "./effects.ts";
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
import { migrateSqlite } from "./sqlite-migrations.ts";

/** Another process may hold the file for a commit. Waiting blocks the loop, so the caller's own back-off does the rest. */
const busyMs = 200;

/** The embedded store: one file, through the SQLite that comes with Node. Its calls are synchronous, which bounds a transaction's size. */
export class SqliteStore implements MessageStore {
  readonly #database: DatabaseSync;
  readonly #insertEvent: StatementSync;
  readonly #replaceLost: StatementSync;
  readonly #raiseRoom: StatementSync;
  readonly #raisePosition: StatementSync;
  readonly #restart: StatementSync;
  readonly #insertAct: StatementSync;
  readonly #change: StatementSync;
  readonly #purge: StatementSync;
  readonly #keepGift: StatementSync;
  readonly #raiseTotal: StatementSync;
  readonly #selectLines: StatementSync;
  readonly #selectChanges: StatementSync;
  readonly #selectPurge: StatementSync;
  readonly #selectActs: Record<"rising" | "falling", StatementSync>;
  readonly #selectLine: StatementSync;
  readonly #selectPlace: StatementSync;
  readonly #selectGift: StatementSync;
  readonly #sumGifts: StatementSync;
  readonly #selectTotals: Record<"rising" | "falling", StatementSync>;
  readonly #selectRoom: StatementSync;
  readonly #selectRooms: StatementSync;
  readonly #selectPosition: StatementSync;

  /** Opens and migrates a file, or `:memory:`. */
  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: busyMs });
    try {
      this.#database.exec("PRAGMA journal_mode = WAL");
      // FULL, not WAL's usual NORMAL: the log forgets what was applied, so a commit has to survive a power cut.
      this.#database.exec("PRAGMA synchronous = FULL");
      migrateSqlite(this.#database);
      this.#insertEvent = this.#database.prepare(
        `INSERT INTO events (room, offset, type, author, message_id, time, line, lane, mentions)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, offset) DO NOTHING`,
      );
      this.#replaceLost = this.#database.prepare(
        `UPDATE events SET type = ?, author = ?, message_id = ?, time = ?, line = ?, lane = ?, mentions = ?
         WHERE room = ? AND offset = ? AND type = 'lost'`,
      );
      this.#raiseRoom = this.#database.prepare(
        `INSERT INTO rooms (id, epoch, head, updated) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, head = excluded.head, updated = excluded.updated
         WHERE excluded.head >= rooms.head`,
      );
      this.#raisePosition = this.#database.prepare(
        `INSERT INTO positions (shard, sequence, epoch) VALUES (?, ?, ?)
         ON CONFLICT (shard) DO UPDATE SET sequence = max(sequence, excluded.sequence), epoch = excluded.epoch
         WHERE epoch IN ('', excluded.epoch)`,
      );
      this.#restart = this.#database.prepare(
        `INSERT INTO positions (shard, sequence, epoch) VALUES (?, 0, ?)
         ON CONFLICT (shard) DO UPDATE SET sequence = 0, epoch = excluded.epoch`,
      );
      this.#insertAct = this.#database.prepare("INSERT INTO acts (room, type, offset) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
      // A row of one kind of change has 0 for the other, which is never newer.
      this.#change = this.#database.prepare(
        `INSERT INTO changes (room, offset, deletion, deleted, edit, data) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, offset) DO UPDATE SET
           deleted = iif(excluded.deletion > deletion, excluded.deleted, deleted), deletion = max(deletion, excluded.deletion),
           data = iif(excluded.edit > edit, excluded.data, data), edit = max(edit, excluded.edit)`,
      );
      this.#purge = this.#database.prepare(
        `INSERT INTO purges (room, user, event, up_to) VALUES (?, ?, ?, ?)
         ON CONFLICT (room, user) DO UPDATE SET event = excluded.event, up_to = excluded.up_to WHERE excluded.event > event`,
      );
      this.#keepGift = this.#database.prepare(
        `INSERT INTO gifts (room, id, offset, currency, amount) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (room, id) DO UPDATE SET offset = excluded.offset, currency = excluded.currency, amount = excluded.amount
         WHERE excluded.offset < offset`,
      );
      this.#raiseTotal = this.#database.prepare(
        `INSERT INTO totals (room, second, kind, total) VALUES (?, ?, ?, ?)
         ON CONFLICT (room, second, kind) DO UPDATE SET total = max(total, excluded.total)`,
      );
      const columns = "offset, type, author, message_id, time, line, lane, mentions";
      this.#selectLines = this.#database.prepare(
        `SELECT ${columns} FROM events WHERE room = ? AND offset BETWEEN ? AND ? ORDER BY offset`,
      );
      this.#selectChanges = this.#database.prepare(
        "SELECT offset, deletion, deleted, edit, data FROM changes WHERE room = ? AND offset BETWEEN ? AND ?",
      );
      this.#selectPurge = this.#database.prepare("SELECT event, up_to FROM purges WHERE room = ? AND user = ?");
      const acts = (order: string) =>
        this.#database.prepare(
          `SELECT offset FROM acts WHERE room = ? AND type = ? AND offset BETWEEN ? AND ? ORDER BY offset ${order} LIMIT ?`,
        );
      this.#selectActs = { rising: acts("ASC"), falling: acts("DESC") };
      this.#selectLine = this.#database.prepare(`SELECT ${columns} FROM events WHERE room = ? AND offset = ? AND type = ?`);
      this.#selectPlace = this.#database.prepare(
        "SELECT offset, time FROM events WHERE room = ? AND offset >= ? ORDER BY offset LIMIT 1",
      );
      this.#selectGift = this.#database.prepare("SELECT offset FROM gifts WHERE room = ? AND id = ?");
      this.#sumGifts = this.#database.prepare(
        `SELECT currency, count(*) AS count, sum(amount) AS amount FROM gifts WHERE room = ? AND offset < ?
         GROUP BY currency ORDER BY currency`,
      );
      const totals = (order: string) =>
        this.#database.prepare(
          `SELECT second, kind, total FROM totals WHERE room = ? AND second BETWEEN ? AND ?
           ORDER BY second ${order}, kind ${order} LIMIT ?`,
        );
      this.#selectTotals = { rising: totals("ASC"), falling: totals("DESC") };
      this.#selectRoom = this.#database.prepare("SELECT head, epoch FROM rooms WHERE id = ?");
      this.#selectRooms = this.#database.prepare("SELECT id, head, epoch FROM rooms WHERE id > ? ORDER BY id LIMIT ?");
      this.#selectPosition = this.#database.prepare("SELECT sequence, epoch FROM positions WHERE shard = ?");
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  async apply(appends: readonly RoomAppend[], position: ShardPosition | undefined): Promise<void> {
    // A long run of transactions leaves room for others between them, and eight streams take turns.
    await turn();
    this.#transact(() => {
      for (const append of appends) {
        for (const event of append.events) this.#insert(append.room, event);
        for (const { second, kind, total } of append.totals) this.#raiseTotal.run(append.room, second, kind, total);
        this.#raiseRoom.run(append.room, append.epoch, append.head, append.time);
      }
      if (position !== undefined) this.#raisePosition.run(position.shard, position.sequence, position.epoch);
    });
  }

  async replaceLost(room: RoomId, events: readonly StoredEvent[]): Promise<void> {
    this.#transact(() => {
      for (const event of events) {
        const { offset, type, author, messageId, time, line } = event;
        const { changes } = this.#replaceLost.run(type, author, messageId, time, line, ...marksOf(event), room, offset);
        if (changes > 0) this.#act(room, event);
      }
    });
  }

  async lines(room: RoomId, { from, to }: OffsetRange): Promise<StoredEvent[]> {
    return this.#use(() => (this.#selectLines.all(room, from, to) as unknown as EventRow[]).map(eventOf));
  }

  async changes(room: RoomId, { from, to, users, elsewhere = [] }: OffsetRange & ChangesAsked): Promise<StoredChanges> {
    return this.#use(() => {
      const stretches = [...elsewhere.map((offset) => ({ from: offset, to: offset })), { from, to }];
      const rows = stretches.flatMap(
        (stretch) => this.#selectChanges.all(room, stretch.from, stretch.to) as unknown as ChangeRow[],
      );
      const messages = rows.map(({ offset, deletion, deleted, edit, data }) => ({
        offset,
        deletion: deletion === 0 ? undefined : { by: deletion, deleted: deleted !== 0 },
        edit: data === null ? undefined : { by: edit, data },
      }));
      const purges = new Map<string, { by: number; upTo: number }>();
      for (const user of users) {
        const row = this.#selectPurge.get(room, user);
        if (row !== undefined) purges.set(user, { by: Number(row.event), upTo: Number(row.up_to) });
      }
      return { messages, purges };
    });
  }

  async acts(room: RoomId, { from, to, types, atMost, reverse }: OffsetRange & ActsAsked): Promise<StoredEvent[]> {
    return this.#use(() => {
      const select = this.#selectActs[reverse ? "falling" : "rising"];
      const found = types.flatMap((type) =>
        select.all(room, type, from, to, atMost).map(({ offset }) => ({ type, offset: Number(offset) })),
      );
      found.sort((a, b) => (reverse ? b.offset - a.offset : a.offset - b.offset));
      const rows = found.slice(0, atMost).map(({ type, offset }) => this.#selectLine.get(room, offset, type));
      return rows.flatMap((row) => (row === undefined ? [] : [eventOf(row as unknown as EventRow)]));
    });
  }

  async placeFrom(room: RoomId, offset: number): Promise<{ offset: number; time: number } | undefined> {
    return this.#use(() => {
      const row = this.#selectPlace.get(room, offset);
      return row === undefined ? undefined : { offset: Number(row.offset), time: Number(row.time) };
    });
  }

  async gift(room: RoomId, id: MessageId): Promise<number | undefined> {
    return this.#use(() => {
      const row = this.#selectGift.get(room, id);
      return row === undefined ? undefined : Number(row.offset);
    });
  }

  async giftsBefore(room: RoomId, offset: number): Promise<StoredGifts[]> {
    return this.#use(() => {
      const rows = this.#sumGifts.all(room, offset);
      return rows.map(({ currency, count, amount }) => ({
        currency: String(currency),
        count: Number(count),
        amount: Number(amount),
      }));
    });
  }

  async totals(
    room: RoomId,
    { from, to, atMost, reverse }: { from: number; to: number; atMost: number; reverse: boolean },
  ): Promise<StoredTotal[]> {
    return this.#use(() => {
      const rows = this.#selectTotals[reverse ? "falling" : "rising"].all(room, from, to, atMost);
      return rows.map(({ second, kind, total }) => ({ second: Number(second), kind: String(kind), total: Number(total) }));
    });
  }

  async heads(rooms: readonly RoomId[]): Promise<Map<RoomId, Position>> {
    return this.#use(() => {
      const heads = new Map<RoomId, Position>();
      for (const room of rooms) {
        const row = this.#selectRoom.get(room);
        if (row) heads.set(room, { offset: Number(row.head), epoch: String(row.epoch) });
      }
      return heads;
    });
  }

  async rooms({ after = "" as RoomId, atMost }: { after: RoomId | undefined; atMost: number }): Promise<Map<RoomId, Position>> {
    return this.#use(() => {
      const rows = this.#selectRooms.all(after, atMost);
      return new Map(rows.map(({ id, head, epoch }) => [id as RoomId, { offset: Number(head), epoch: String(epoch) }]));
    });
  }

  async position(shard: number): Promise<{ sequence: number; epoch: Epoch | "" }> {
    return this.#use(() => {
      const { sequence = 0, epoch = "" } = this.#selectPosition.get(shard) ?? {};
      return { sequence: Number(sequence), epoch: String(epoch) };
    });
  }

  async restart(shard: number, epoch: Epoch): Promise<void> {
    this.#use(() => this.#restart.run(shard, epoch));
  }

  async ping(): Promise<void> {
    this.#use(() => this.#database.exec("SELECT 1"));
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #insert(room: RoomId, event: StoredEvent): void {
    const { offset, type, author, messageId, time, line } = event;
    this.#insertEvent.run(room, offset, type, author, messageId, time, line, ...marksOf(event));
    if (type !== "posted") this.#act(room, event);
  }

  /** What is kept beside an event that is no message. */
  #act(room: RoomId, event: StoredEvent): void {
    if (event.type === "posted") return;
    this.#insertAct.run(room, event.type, event.offset);
    const effect = effectOf(event);
    if (effect === undefined) return;
    switch (effect.kind) {
      case "deletion":
        this.#change.run(room, effect.offset, effect.by, effect.deleted ? 1 : 0, 0, null);
        break;
      case "edit":
        this.#change.run(room, effect.offset, 0, 0, effect.by, effect.data);
        break;
      case "purge":
        this.#purge.run(room, effect.user, effect.by, effect.upTo);
        break;
      case "gift":
        this.#keepGift.run(room, effect.id, effect.offset, effect.currency, effect.amount);
        break;
      default:
        effect satisfies never;
    }
  }

  #transact(work: () => void): void {
    this.#use(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        work();
        this.#database.exec("COMMIT");
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  #use<T>(work: () => T): T {
    if (!this.#database.isOpen) throw new StoreUnavailable("the store is closed");
    try {
      return work();
    } catch (error) {
      const { errcode } = error as { errcode?: number };
      if (errcode === undefined || blamesData.has(errcode & 0xff)) throw error;
      throw new StoreUnavailable("SQLite cannot be used now", { cause: error });
    }
  }
}

/**
 * Result codes that blame what was to be stored: TOOBIG, CONSTRAINT, MISMATCH and RANGE. With any other (busy, full, read-only, I/O,
 * even a missing table) the same may well be stored later, and giving it up would lose it. https://www.sqlite.org/rescode.html
 */
const blamesData: ReadonlySet<number> = new Set([18, 19, 20, 25]);

interface EventRow {
  readonly offset: number;
  readonly type: EventType;
  readonly author: string;
  readonly message_id: string;
  readonly time: number;
  readonly line: string;
  readonly lane: Lane | null;
  readonly mentions: string | null;
}

interface ChangeRow {
  readonly offset: number;
  readonly deletion: number;
  readonly deleted: number;
  readonly edit: number;
  readonly data: string | null;
}

function eventOf({ message_id: messageId, mentions, ...rest }: EventRow): StoredEvent {
  const { offset, type, author, time, line, lane } = rest;
  return { offset, type, author, messageId, time, line, ...marksFrom(lane, mentions) };
}
