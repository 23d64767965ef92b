// What is there in the end, read past every service: from the stream itself and from the tables.

import { Bus } from "@madang/bus";
import { decodeBatch, eventsOf, type RoomId } from "@madang/contracts";
import type { Placed } from "@madang/devkit";
import { JetStreamRecordStore } from "@madang/log";
import { rowsOf } from "../support/store.ts";
import { textOf } from "./workload.ts";

/** Every event in the order in which the stream has it, whatever its offset says. */
export async function finalLog(natsUrl: string, rooms: readonly RoomId[]): Promise<Map<RoomId, Placed[]>> {
  const bus = await Bus.connect({ url: natsUrl, name: "checker", onHandlerError: () => {} });
  try {
    const records = await JetStreamRecordStore.open(bus.connection);
    const found = new Map<RoomId, Placed[]>();
    for (const room of rooms) {
      const placed: Placed[] = [];
      const until = (await records.last(room))?.sequence ?? 0;
      for await (const { body } of records.scan(room, { from: 1, until }))
        for (const { line } of eventsOf(decodeBatch(body))) placed.push(placedOf(Buffer.from(line).toString("utf8")));
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
      rows.map(({ offset, id, user = "", data }) => ({ offset, id, user, text: textOf(data) })),
    );
  }
  return found;
}

function placedOf(line: string): Placed {
  const { offset, data, tags, info } = JSON.parse(line);
  return { offset, id: tags.id, user: info?.user ?? "", text: textOf(data) };
}
