/** Whether the database has every comment that was acknowledged, once, and each room's in one gapless order. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, createConnection } from "mariadb";
import { connectionTo } from "../../libs/devkit/src/database-server.ts";
import { digestOf } from "./generator/order.ts";

const withinMs = 120_000;
const askEveryMs = 200;

export interface Stored {
  readonly rows: number;
  /** How long the store took to have them all, from when it was asked first. */
  readonly afterS: number;
  readonly faults: readonly string[];
}

export async function checkStore(databaseUrl: string | undefined, acknowledged: number): Promise<Stored> {
  const connection = await connect(databaseUrl);
  try {
    const began = performance.now();
    const count = async () => Number((await connection.query("SELECT COUNT(*) AS count FROM events"))[0].count);
    while ((await count()) < acknowledged && performance.now() - began < withinMs) await sleep(askEveryMs);
    const afterS = (performance.now() - began) / 1000;
    const rooms: { room: string; count: number; ids: number; first: number; last: number }[] = await connection.query(
      "SELECT room, COUNT(*) AS count, COUNT(DISTINCT message_id) AS ids, MIN(`offset`) AS first, MAX(`offset`) AS last FROM events GROUP BY room",
    );
    const rows = rooms.reduce((sum, room) => sum + room.count, 0);
    const faults = rows === acknowledged ? [] : [`${acknowledged} comments were acknowledged, ${rows} are stored`];
    const broken = rooms.filter(({ count, ids, first, last }) => ids !== count || first !== 1 || last !== count);
    if (broken.length > 0) faults.push(`${broken.length} rooms have gaps or repeats, ${JSON.stringify(broken[0])} for one`);
    return { rows, afterS, faults };
  } finally {
    await connection.end();
  }
}

/** Of the ids of one room's messages in the order of their rows, as `Order` has it of what people were told. */
export async function storedDigest(databaseUrl: string | undefined, room: string): Promise<string> {
  const connection = await connect(databaseUrl);
  try {
    const rows: { id: string }[] = await connection.query(
      "SELECT message_id AS id FROM events WHERE room = ? ORDER BY `offset`",
      [room],
    );
    return digestOf(rows.map(({ id }) => id));
  } finally {
    await connection.end();
  }
}

function connect(databaseUrl: string | undefined): Promise<Connection> {
  if (databaseUrl === undefined) throw new Error("there is no database");
  return createConnection({
    ...connectionTo(databaseUrl),
    database: new URL(databaseUrl).pathname.slice(1),
    bigIntAsNumber: true,
  });
}
