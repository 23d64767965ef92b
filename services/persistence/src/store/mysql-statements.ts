/** What the MySQL store writes, as SQL with places for values. Text is built by repetition and values lie flat, so that no row makes objects. */
import type { RoomId } from "@madang/contracts";
import { effectOf } from "./effects.ts";
import { marksOf } from "./marks.ts";
import type { RoomAppend, ShardPosition, StoredEvent } from "./message-store.ts";

/** One or several statements, as the server gets them in one packet, and what stands in their places, in order. */
export interface Packet {
  readonly sql: string;
  readonly values: readonly (Value | null)[];
}

export type Value = string | number | Buffer;

/** Text in one packet: far below any `max_allowed_packet`, even when all of it is escaped, and a short time to encode. */
const packetChars = 2 * 1024 * 1024;

/** VALUES() is the one form that MySQL and MariaDB share. An update of a column to itself: unlike IGNORE, it refuses text that does not fit. */
const insertEvents = "INSERT INTO `events` (`room`, `offset`, `type`, `author`, `message_id`, `time`, `line`) VALUES ";
// Most are for all and mention nobody: to them, two more columns would be work for nothing.
const insertMarkedEvents =
  "INSERT INTO `events` (`room`, `offset`, `type`, `author`, `message_id`, `time`, `line`, `lane`, `mentions`) VALUES ";
const keepEvents = " ON DUPLICATE KEY UPDATE `room` = `events`.`room`";

const insertActs = "INSERT INTO `acts` (`room`, `type`, `offset`) VALUES ";
const keepActs = " ON DUPLICATE KEY UPDATE `room` = `acts`.`room`";

// A row of one kind of change has 0 for the other, which is never newer. From left to right: the number comes last.
const insertChanges = "INSERT INTO `changes` (`room`, `offset`, `deletion`, `deleted`, `edit`, `data`) VALUES ";
const newerChanges = ` ON DUPLICATE KEY UPDATE
  \`deleted\` = IF(VALUES(\`deletion\`) > \`deletion\`, VALUES(\`deleted\`), \`deleted\`),
  \`deletion\` = GREATEST(\`deletion\`, VALUES(\`deletion\`)),
  \`data\` = IF(VALUES(\`edit\`) > \`edit\`, VALUES(\`data\`), \`data\`),
  \`edit\` = GREATEST(\`edit\`, VALUES(\`edit\`))`;

const insertPurges = "INSERT INTO `purges` (`room`, `user`, `event`, `up_to`) VALUES ";
const newerPurges = ` ON DUPLICATE KEY UPDATE
  \`up_to\` = IF(VALUES(\`event\`) > \`event\`, VALUES(\`up_to\`), \`up_to\`),
  \`event\` = GREATEST(\`event\`, VALUES(\`event\`))`;

// From left to right: the offset comes last.
const insertGifts = "INSERT INTO `gifts` (`room`, `id`, `offset`, `currency`, `amount`) VALUES ";
const firstGifts = ` ON DUPLICATE KEY UPDATE
  \`currency\` = IF(VALUES(\`offset\`) < \`offset\`, VALUES(\`currency\`), \`currency\`),
  \`amount\` = IF(VALUES(\`offset\`) < \`offset\`, VALUES(\`amount\`), \`amount\`),
  \`offset\` = LEAST(\`offset\`, VALUES(\`offset\`))`;

const insertTotals = "INSERT INTO `totals` (`room`, `second`, `kind`, `total`) VALUES ";
const raiseTotals = " ON DUPLICATE KEY UPDATE `total` = GREATEST(`total`, VALUES(`total`))";

// Assignments are made from left to right, so the head comes last.
const insertRooms = "INSERT INTO `rooms` (`id`, `epoch`, `head`, `updated`) VALUES ";
const raiseRooms = ` ON DUPLICATE KEY UPDATE
  \`epoch\` = IF(VALUES(\`head\`) >= \`head\`, VALUES(\`epoch\`), \`epoch\`),
  \`updated\` = IF(VALUES(\`head\`) >= \`head\`, VALUES(\`updated\`), \`updated\`),
  \`head\` = GREATEST(\`head\`, VALUES(\`head\`))`;

// From left to right again: the epoch that is there decides on the sequence first.
const raisePosition = `INSERT INTO \`positions\` (\`shard\`, \`sequence\`, \`epoch\`) VALUES (?,?,?) ON DUPLICATE KEY UPDATE
  \`sequence\` = IF(\`epoch\` IN ('', VALUES(\`epoch\`)), GREATEST(\`sequence\`, VALUES(\`sequence\`)), \`sequence\`),
  \`epoch\` = IF(\`epoch\` = '', VALUES(\`epoch\`), \`epoch\`)`;

/**
 * A whole transaction, `BEGIN` to `COMMIT`, in as few packets as its text allows, which is one unless it is very large. A server stops
 * at the first statement that fails, and so never comes to the commit; a packet must be answered before the next one is sent.
 */
export function transactionOf(appends: readonly RoomAppend[], position: ShardPosition | undefined): Packet[] {
  const packets: Packet[] = [];
  let sql = "BEGIN;";
  let values: (Value | null)[] = [];
  let rows = 0;
  let marked: (Value | null)[] = [];
  let chars = 0;
  const endInsert = () => {
    if (rows > 0) sql += `${insertEvents}${places(7, rows)}${keepEvents};`;
    if (marked.length > 0) sql += `${insertMarkedEvents}${places(9, marked.length / 9)}${keepEvents};`;
    for (const value of marked) values.push(value);
    rows = 0;
    marked = [];
  };
  const beside = new Beside();
  // Rooms first, in the order of their ids: two writers of the same rooms then wait for each other and cannot deadlock.
  const rooms = lastOfEach(appends);
  if (rooms.length > 0) sql += `${insertRooms}${places(4, rooms.length)}${raiseRooms};`;
  for (const { room, epoch, head, time } of rooms) values.push(room, epoch, head, time);
  for (const { room, events, totals } of appends) {
    for (const event of events) {
      const { offset, type, author, messageId, time, line, lane, mentions } = event;
      if (chars > 0 && chars + line.length > packetChars) {
        endInsert();
        packets.push({ sql, values });
        sql = "";
        values = [];
        chars = 0;
      }
      if (lane === "all" && mentions.length === 0) {
        values.push(room, offset, type, author, messageId, time, line);
        rows++;
      } else marked.push(room, offset, type, author, messageId, time, line, ...marksOf(event));
      chars += line.length;
      if (type !== "posted") {
        beside.act(room, event);
        // An edit's text once more.
        if (type === "edited") chars += line.length;
      }
    }
    for (const { second, kind, total } of totals) beside.totals.push(room, second, kind, total);
  }
  endInsert();
  for (const statement of beside.statements()) {
    sql += statement.sql;
    for (const value of statement.values) values.push(value);
  }
  if (position !== undefined) {
    sql += `${raisePosition};`;
    values.push(position.shard, position.sequence, position.epoch);
  }
  packets.push({ sql: `${sql}COMMIT`, values });
  return packets;
}

/** What events do to others, as `INSERT`s. */
export function effectsOf(room: RoomId, events: readonly StoredEvent[]): Packet[] {
  const beside = new Beside();
  for (const event of events) beside.act(room, event);
  return beside.statements();
}

/** Rows of other tables, which few events have. */
class Beside {
  readonly totals: Value[] = [];
  readonly #acts: Value[] = [];
  readonly #changes: Value[] = [];
  #changeRows = "";
  readonly #purges: Value[] = [];
  readonly #gifts: Value[] = [];

  act(room: RoomId, event: StoredEvent): void {
    if (event.type === "posted") return;
    this.#acts.push(room, event.type, event.offset);
    const effect = effectOf(event);
    if (effect === undefined) return;
    switch (effect.kind) {
      case "deletion":
        this.#change("(?,?,?,?,0,NULL)", [room, effect.offset, effect.by, effect.deleted ? 1 : 0]);
        break;
      case "edit":
        this.#change("(?,?,0,0,?,?)", [room, effect.offset, effect.by, effect.data]);
        break;
      case "purge":
        this.#purges.push(room, Buffer.from(effect.user), effect.by, effect.upTo);
        break;
      case "gift":
        this.#gifts.push(room, effect.id, effect.offset, effect.currency, effect.amount);
        break;
      default:
        effect satisfies never;
    }
  }

  statements(): Packet[] {
    const found: Packet[] = [];
    const add = (insert: string, [rows, values]: [string, readonly Value[]], update: string) => {
      if (values.length > 0) found.push({ sql: `${insert}${rows}${update};`, values });
    };
    add(insertActs, [places(3, this.#acts.length / 3), this.#acts], keepActs);
    add(insertChanges, [this.#changeRows, this.#changes], newerChanges);
    add(insertPurges, [places(4, this.#purges.length / 4), this.#purges], newerPurges);
    add(insertGifts, [places(5, this.#gifts.length / 5), this.#gifts], firstGifts);
    add(insertTotals, [places(4, this.totals.length / 4), this.totals], raiseTotals);
    return found;
  }

  #change(row: string, values: readonly Value[]): void {
    this.#changeRows += this.#changeRows === "" ? row : `,${row}`;
    this.#changes.push(...values);
  }
}

/** `(?,?,…),(?,?,…),…` */
function places(columns: number, rows: number): string {
  if (rows === 0) return "";
  const row = `(${"?,".repeat(columns - 1)}?)`;
  return `${row},`.repeat(rows - 1) + row;
}

/** The last piece of each room, in the order of their ids. */
function lastOfEach(appends: readonly RoomAppend[]): RoomAppend[] {
  const last = new Map<RoomId, RoomAppend>();
  for (const append of appends) {
    if (append.head >= (last.get(append.room)?.head ?? 0)) last.set(append.room, append);
  }
  return [...last.values()].sort((a, b) => (a.room < b.room ? -1 : 1));
}
