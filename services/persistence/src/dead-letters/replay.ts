/** Tries a dead letter again. Whatever the outcome, trying once more is harmless. */
import { decodeJson, type Position, type RoomCommand, RoomCommand as RoomCommands, RoomId } from "@madang/contracts";
import type { DeadLetter } from "@madang/log";
import { readBatch, readEvent, totalsOf } from "../record-reader.ts";
import type { MessageStore, StoredEvent, StoredTotal } from "../store/message-store.ts";

/** `done`: what it was about is where it belongs. `failed`: why not; the letter has to stay. */
export type Outcome = { done: string } | { failed: string };

export interface ReplayMeans {
  store: Pick<MessageStore, "apply" | "replaceLost" | "heads" | "lines">;
  /** Asks the room's owner. */
  send: (room: RoomId, command: RoomCommand) => Promise<Outcome>;
}

/** @throws StoreUnavailable */
export async function replay(letter: DeadLetter, { store, send }: ReplayMeans): Promise<Outcome> {
  if (letter.cut) return { failed: "it was too long, and only its beginning was kept" };
  const room = RoomId.safeParse(letter.room);
  if (!room.success) return { failed: "it names no room" };
  switch (letter.source) {
    case "room":
      return replayCommand(room.data, letter, send);
    case "projector":
      return letter.offset === undefined
        ? replayRecord(room.data, letter, store)
        : replayEvent(room.data, { ...letter, offset: letter.offset }, store);
    default:
      return letter.source satisfies never;
  }
}

async function replayCommand(room: RoomId, { body }: DeadLetter, send: ReplayMeans["send"]): Promise<Outcome> {
  const command = read(() => decodeJson(RoomCommands, body));
  return "failed" in command ? { failed: "it is no command that this version knows" } : send(room, command.read);
}

/** One event, which has a `lost` row in its place. */
async function replayEvent(
  room: RoomId,
  { offset, type = "", author = "", lane = "all", mentions = [], body }: DeadLetter & { offset: number },
  store: ReplayMeans["store"],
): Promise<Outcome> {
  const event = read(() => readEvent({ offset, type, author, lane, mentions, line: body }));
  if ("failed" in event) return event;
  const head = (await store.heads([room])).get(room)?.offset ?? 0;
  if (head < offset) return { failed: `the room is stored up to ${head} only` };
  return replaceLost(room, [event.read], store);
}

/** A record that could not be read: its places are `lost`, or not there at all if nothing came after it. */
async function replayRecord(room: RoomId, { body }: DeadLetter, store: ReplayMeans["store"]): Promise<Outcome> {
  const record = read(() => {
    const { batch, events } = readBatch({ room, body });
    return { batch, events: events.map(readEvent), totals: totalsOf(batch) };
  });
  if ("failed" in record) return record;
  const { batch, events, totals } = record.read;
  const [first] = events;
  // A note alone: what it told of the room's place has come with the records after it.
  if (first === undefined && totals.length === 0) return { done: "nothing in it is to be stored" };
  const stands = (await store.heads([room])).get(room);
  const head = stands?.offset ?? 0;
  if (first === undefined || batch.head <= head) await storeTotals({ room, stands, totals, time: batch.time }, store);
  if (first === undefined) return { done: `its totals are stored in ${room}` };
  // What stands before it may be in a letter of its own, and must not be passed over.
  if (first.offset > head + 1) return { failed: `the room is stored up to ${head} only: what comes before goes first` };
  const { epoch, time } = batch;
  if (batch.head > head) await store.apply([{ room, epoch, time, head: batch.head, events, totals }], undefined);
  return replaceLost(room, events, store);
}

/** Without moving the room. */
async function storeTotals(
  { room, stands, totals, time }: { room: RoomId; stands: Position | undefined; totals: readonly StoredTotal[]; time: number },
  store: ReplayMeans["store"],
): Promise<void> {
  if (stands === undefined || totals.length === 0) return;
  await store.apply([{ room, epoch: stands.epoch, head: stands.offset, time, events: [], totals }], undefined);
}

async function replaceLost(room: RoomId, events: readonly StoredEvent[], store: ReplayMeans["store"]): Promise<Outcome> {
  await store.replaceLost(room, events);
  const [from, to] = [events[0]?.offset ?? 0, events.at(-1)?.offset ?? 0];
  const stored = new Map((await store.lines(room, { from, to })).map(({ offset, line }) => [offset, line]));
  const other = events.find(({ offset, line }) => stored.get(offset) !== line);
  if (other === undefined) return { done: `stored in ${room} at ${from === to ? from : `${from}–${to}`}` };
  return { failed: `at ${other.offset} ${stored.has(other.offset) ? "another event is stored" : "there is no row to replace"}` };
}

/** What today's reader says of it. */
function read<T>(reader: () => T): { read: T } | { failed: string } {
  try {
    return { read: reader() };
  } catch (error) {
    return { failed: (error as Error).message };
  }
}
