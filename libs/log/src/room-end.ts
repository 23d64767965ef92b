/**
 * Where a room's log ends, and what of it can be read. A record that cannot be, broken or of another version, is one that this process must
 * live with: it is in the log, and it may hold events.
 */
import { type Batch, decodeBatch, eventsOf, type RoomId } from "@madang/contracts";
import { LogUnavailable } from "./errors.ts";
import type { LogRecord, RecordStore, StoredRecord } from "./ports.ts";

/** So many in a row, and a person must look: each costs a claim some thirty reads. */
const unreadableAtMost = 16;

export interface RoomEnd {
  /** What the next append follows. */
  readonly last: StoredRecord | undefined;
  /** The last one that can be read. */
  readonly read: LogRecord | undefined;
  /** The sequences of those behind it, which cannot. */
  readonly unreadable: readonly number[];
}

/** @throws LogUnavailable: it does not answer, or too much of its end cannot be read */
export async function endOf(records: Pick<RecordStore, "last" | "at">, room: RoomId): Promise<RoomEnd> {
  const last = await records.last(room);
  const unreadable: number[] = [];
  for (let record = last; record !== undefined; record = await before(records, room, record.sequence)) {
    const read = readRecord(record);
    if (read !== undefined) return { last, read, unreadable };
    unreadable.unshift(record.sequence);
    if (unreadable.length > unreadableAtMost)
      throw new LogUnavailable(`the last ${unreadable.length} records of ${room}, from ${record.sequence} on, cannot be read`);
  }
  return { last, read: undefined, unreadable };
}

/** Undefined: it cannot be read, or its head cannot be what it says. */
export function readRecord({ body, ...record }: StoredRecord): LogRecord | undefined {
  const batch = readBatch(body);
  if (batch === undefined) return undefined;
  const lastEvent = eventsOf(batch).at(-1);
  return batch.head < 0 || (lastEvent !== undefined && lastEvent.offset !== batch.head) ? undefined : { ...record, batch };
}

function readBatch(body: Uint8Array): Batch | undefined {
  try {
    return decodeBatch(body);
  } catch {
    // Persistence keeps it among the dead letters, and says so.
    return undefined;
  }
}

/** The room's last record before a sequence, by bisection. */
async function before(records: Pick<RecordStore, "at">, room: RoomId, sequence: number): Promise<StoredRecord | undefined> {
  let found: StoredRecord | undefined;
  let low = 1;
  let high = sequence - 1;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const record = await records.at(room, middle);
    if (record === undefined || record.sequence >= sequence) {
      high = middle - 1;
      continue;
    }
    found = record;
    low = record.sequence + 1;
  }
  return found;
}
