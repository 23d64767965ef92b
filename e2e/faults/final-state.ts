// What is there in the end, read past every service: from the log itself and from the tables.
import { Bus } from "@madang/bus";
import type { RoomId } from "@madang/contracts";
import type { Placed } from "@madang/devkit";
import { openLog } from "@madang/log";
import { rowsOf } from "../support/store.ts";

export async function finalLog(natsUrl: string, rooms: readonly RoomId[]): Promise<Map<RoomId, Placed[]>> {
  const bus = await Bus.connect({ url: natsUrl, name: "checker", onHandlerError: () => {} });
  try {
    const { log } = await openLog(bus.connection, { replicas: 3, maxBytes: 256 * 1024 * 1024 });
    const found = new Map<RoomId, Placed[]>();
    for (const room of rooms) {
      const placed: Placed[] = [];
      const { offset: head } = await log.position(room);
      while (placed.length < head) {
        const from = placed.length + 1;
        const page = await log.page({ room, from, to: head, reverse: false, maxBytes: 1024 * 1024 });
        if (page === undefined) throw new Error(`the log of ${room} has nothing at ${from} of ${head}`);
        for (const line of page.lines) placed.push(placedOf(Buffer.from(line).toString("utf8")));
      }
      found.set(room, placed);
    }
    return found;
  } finally {
    await bus.close();
  }
}

export async function finalRows(databaseUrl: string, heads: ReadonlyMap<RoomId, number>): Promise<Map<RoomId, Placed[]>> {
  const found = new Map<RoomId, Placed[]>();
  for (const [room, head] of heads) {
    const rows = await rowsOf(databaseUrl, room, head);
    found.set(
      room,
      rows.map(({ offset, id, user = "" }) => ({ offset, id, user })),
    );
  }
  return found;
}

function placedOf(line: string): Placed {
  const { offset, tags, info } = JSON.parse(line);
  return { offset, id: tags.id, user: info?.user ?? "" };
}
