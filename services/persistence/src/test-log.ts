/** What the tests of this service share: a real log, and somebody who writes to it in the place of rooms. */
import { Bus } from "@madang/bus";
import { type Author, type EventEntry, encodeBatch, type RoomId } from "@madang/contracts";
import { DeadLetters, JetStreamRecordStore, openLog } from "@madang/log";

export function lineOf(offset: number, { text = `message ${offset}`, author = "ann" } = {}): string {
  return `{"data":{"text":"${text}"},"info":{"user":"${author}","client":"c"},"offset":${offset},"tags":{"type":"posted","id":"m${offset}","time":"1700000000000"}}`;
}

export const linesOf = (from: number, to: number) => rangeOf(from, to).map((offset) => lineOf(offset));
export const rangeOf = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

export function entryOf(offset: number): EventEntry {
  const line = Buffer.from(lineOf(offset));
  return { kind: "event", offset, type: "posted", author: "ann" as Author, lane: "all", mentions: [], line };
}

export interface BatchOptions {
  epoch?: string;
  change?: (entry: EventEntry) => EventEntry;
}

export function batchOf(offsets: readonly number[], { epoch = "e1", change = (entry) => entry }: BatchOptions = {}): Uint8Array {
  const entries = offsets.map((offset) => change(entryOf(offset)));
  return encodeBatch({ epoch, head: offsets.at(-1) ?? 0, time: 1_700_000_000_000, entries });
}

export interface TestLog extends AsyncDisposable {
  readonly bus: Bus;
  readonly epoch: string;
  readonly letters: DeadLetters;
  append(room: RoomId, body: Uint8Array): Promise<void>;
}

export async function testLog(natsUrl: string): Promise<TestLog> {
  const bus = await Bus.connect({ url: natsUrl, name: "test", onHandlerError: () => {} });
  const { epoch } = await openLog(bus.connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
  const records = await JetStreamRecordStore.open(bus.connection);
  let appended = 0;
  return {
    bus,
    epoch,
    letters: new DeadLetters(bus.connection),
    append: async (room, body) => {
      const last = (await records.last(room))?.sequence ?? 0;
      await records.append(room, { generation: 1, batchId: String(++appended), body }, last);
    },
    [Symbol.asyncDispose]: () => bus.close(),
  };
}
