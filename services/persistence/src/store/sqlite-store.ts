import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Epoch, Position, RoomId } from "@madang/contracts";
import { turn } from "../turns.ts";
import {
  type MessageStore,
  type RoomAppend,
  type ShardPosition,
  type StoredEvent,
  type StoredLine,
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
  readonly #selectLines: StatementSync;
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
        `INSERT INTO events (room, offset, type, author, message_id, time, line) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, offset) DO NOTHING`,
      );
      this.#replaceLost = this.#database.prepare(
        `UPDATE events SET type = ?, author = ?, message_id = ?, time = ?, line = ?
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
      this.#selectLines = this.#database.prepare(
        "SELECT offset, line FROM events WHERE room = ? AND offset BETWEEN ? AND ? ORDER BY offset",
      );
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
        this.#raiseRoom.run(append.room, append.epoch, append.head, append.time);
      }
      if (position !== undefined) this.#raisePosition.run(position.shard, position.sequence, position.epoch);
    });
  }

  async replaceLost(room: RoomId, events: readonly StoredEvent[]): Promise<void> {
    this.#transact(() => {
      for (const { offset, type, author, messageId, time, line } of events)
        this.#replaceLost.run(type, author, messageId, time, line, room, offset);
    });
  }

  async lines(room: RoomId, { from, to }: { from: number; to: number }): Promise<StoredLine[]> {
    return this.#use(() => this.#selectLines.all(room, from, to) as unknown as StoredLine[]);
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
    this.#insertEvent.run(room, event.offset, event.type, event.author, event.messageId, event.time, event.line);
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
