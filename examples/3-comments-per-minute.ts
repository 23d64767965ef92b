/**
 * Analytics: how many comments each room had in each minute, in SQLite. An event may come twice, and is counted once: the offset up to which
 * a room is counted is written in the very transaction that counts.
 */
import { DatabaseSync } from "node:sqlite";
import { runService } from "@madang/runtime";
import { type RoomEvent, Subscriber } from "@madang/subscriber";

const { NATS_URL = "nats://127.0.0.1:4222", NATS_CA_FILE, ANALYTICS_FILE = "analytics.sqlite" } = process.env;

const database = new DatabaseSync(ANALYTICS_FILE);
database.exec(`
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS counted (room TEXT PRIMARY KEY, upTo INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS comments (
    room TEXT NOT NULL, minute INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (room, minute)
  ) STRICT;
`);
// Of one room events come in the order of their offsets, so the last one says it of all.
const move = database.prepare(`
  INSERT INTO counted VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET upTo = excluded.upTo WHERE excluded.upTo > upTo
`);
const count = database.prepare(`
  INSERT INTO comments VALUES (?, ?, 1) ON CONFLICT (room, minute) DO UPDATE SET count = count + 1
`);

function handle({ room, offset, type, time }: RoomEvent) {
  if (type !== "posted") return;
  database.exec("BEGIN IMMEDIATE");
  try {
    const { changes } = move.run(room, offset);
    if (changes > 0) count.run(room, Math.floor(time / 60_000));
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

await runService("The counter", async () => {
  const subscriber = await Subscriber.connect({ url: NATS_URL, caFile: NATS_CA_FILE, name: "analytics" });
  // From the oldest that the log has. Without a limit of tries: a count that leaves something out is none.
  await subscriber.follow({ handle, start: "all", attempts: Number.POSITIVE_INFINITY });
  process.stdout.write("listening\n");
  return subscriber;
});
