/**
 * Whether a living writer still stands where it believes to stand. The fence compares sequences, and a log that was put back to an earlier
 * state gives the same ones again: to a writer that saw nothing of it, or was fenced by a claim that is lost now, all looks as before.
 */
import type { Epoch, Position, RoomId } from "@madang/contracts";
import { AppendRefused, Fenced, RolledBack } from "./errors.ts";
import type { RecordStore } from "./ports.ts";
import type { Registry } from "./registry.ts";

/** Where a writer stands. */
export interface WriterPosition {
  readonly epoch: Epoch;
  readonly generation: number;
  /** The offset of the last event that is durable. */
  readonly head: number;
}

/** The same, with a batch on its way. */
export interface Standing extends WriterPosition {
  /** The offset of that batch's last event, which may be in the log. */
  readonly furthest: number;
  /** The room's last record, as this writer knows it. */
  readonly sequence: number;
  readonly batchId: string;
}

/** Who is asked. */
export interface Witnesses {
  records: Pick<RecordStore, "last">;
  registry: Pick<Registry, "load">;
  /** Rejects when it does not answer: then the others have to do. */
  storeHead: (room: RoomId) => Promise<Position | undefined>;
}

/**
 * Resolves if it does.
 *
 * @throws AppendRefused: the room's last record is older than ours, or gone. Nothing may be appended: while the log grows again, a record
 * of somebody else can come to the very place of ours.
 * @throws Fenced | RolledBack | LogUnavailable
 */
export async function stillStands({ records, registry, storeHead }: Witnesses, room: RoomId, at: Standing): Promise<void> {
  const [entry, stored] = await Promise.all([registry.load(room), storeHead(room).catch(() => undefined)]);
  // The log after the store, so that what the store has of the batch on its way is seen in the log.
  const last = await records.last(room);
  // Somebody claimed it after us, though the log may not know that any more.
  if (entry !== undefined && (entry.generation > at.generation || entry.head > at.furthest)) throw new Fenced(room);
  // What is newer than ours the append itself finds out.
  if ((last?.sequence ?? 0) < at.sequence) throw new AppendRefused(`the last record of ${room} is not there`);
  if (last?.sequence === at.sequence && (last.generation !== at.generation || last.batchId !== at.batchId))
    throw new RolledBack(`the log of ${room} gave the place of our last record to another`);
  // Where the batch on its way has not arrived, the store can have nothing of it.
  const ours = last?.sequence === at.sequence ? at.head : at.furthest;
  if (stored !== undefined && stored.offset > ours)
    throw new RolledBack(`the log of ${room} has lost what another owner wrote, which the store has`);
}
