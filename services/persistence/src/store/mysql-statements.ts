/** What the MySQL store writes, as SQL with places for values. Text is built by repetition and values lie flat, so that no row makes objects. */
import type { RoomId } from "@madang/contracts";
import type { RoomAppend, ShardPosition } from "./message-store.ts";

/** One or several statements, as the server gets them in one packet, and what stands in their places, in order. */
export interface Packet {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** Text in one packet: far below any `max_allowed_packet`, even when all of it is escaped, and a short time to encode. */
const packetChars = 2 * 1024 * 1024;

/** VALUES() is the one form that MySQL and MariaDB share. An update of a column to itself: unlike IGNORE, it refuses text that does not fit. */
const insertEvents = "INSERT INTO `events` (`room`, `offset`, `type`, `author`, `message_id`, `time`, `line`) VALUES ";
const keepEvents = " ON DUPLICATE KEY UPDATE `room` = `events`.`room`";

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
  let values: (string | number)[] = [];
  let rows = 0;
  let chars = 0;
  const endInsert = () => {
    if (rows > 0) sql += `${insertEvents}${places(7, rows)}${keepEvents};`;
    rows = 0;
  };
  // Rooms first, in the order of their ids: two writers of the same rooms then wait for each other and cannot deadlock.
  const rooms = lastOfEach(appends);
  if (rooms.length > 0) sql += `${insertRooms}${places(4, rooms.length)}${raiseRooms};`;
  for (const { room, epoch, head, time } of rooms) values.push(room, epoch, head, time);
  for (const { room, events } of appends) {
    for (const { offset, type, author, messageId, time, line } of events) {
      if (chars > 0 && chars + line.length > packetChars) {
        endInsert();
        packets.push({ sql, values });
        sql = "";
        values = [];
        chars = 0;
      }
      values.push(room, offset, type, author, messageId, time, line);
      rows++;
      chars += line.length;
    }
  }
  endInsert();
  if (position !== undefined) {
    sql += `${raisePosition};`;
    values.push(position.shard, position.sequence, position.epoch);
  }
  packets.push({ sql: `${sql}COMMIT`, values });
  return packets;
}

/** `(?,?,…),(?,?,…),…` */
function places(columns: number, rows: number): string {
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
