/** For tests: a log that somebody writes in the place of room services, and what the store has of it. */
import { Bus } from "@madang/bus";
import { type Author, type Epoch, encodeBatch, type RoomId } from "@madang/contracts";
import { JetStreamRecordStore } from "@madang/log";
import { openStore } from "@madang/persistence";

export const room = "live:kept" as RoomId;

/** The room has so many comments then, in the place of its service. */
export async function write(bus: Bus, comments: number): Promise<void> {
  const records = await JetStreamRecordStore.open(bus.connection);
  let last = (await records.last(room))?.sequence ?? 0;
  for (let offset = last + 1; offset <= comments; offset++) {
    const publication = {
      ...{ data: {}, info: { user: "ann", client: "c" }, offset },
      tags: { type: "posted", id: `m${offset}`, time: "1" },
    };
    const line = Buffer.from(JSON.stringify(publication));
    const about = { kind: "event", offset, type: "posted", author: "ann" as Author, lane: "all", mentions: [], line } as const;
    const body = encodeBatch({ epoch: "e1" as Epoch, head: offset, time: 1, entries: [about] });
    last = await records.append(room, { generation: 1, batchId: String(offset), body }, last);
  }
}

export async function connect(url: string): Promise<Bus & AsyncDisposable> {
  const bus = await Bus.connect({ url, name: "test", onHandlerError: () => {} });
  return Object.assign(bus, { [Symbol.asyncDispose]: () => bus.close() });
}

export async function idsIn(databaseUrl: string): Promise<string[]> {
  const store = await openStore(databaseUrl);
  try {
    return (await store.lines(room, { from: 1, to: 1_000 })).map(({ messageId }) => messageId);
  } finally {
    await store.close();
  }
}
