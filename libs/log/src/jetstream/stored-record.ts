import { batchHeaders as header, type RoomId } from "@madang/contracts";
import { headers, type MsgHdrs } from "@nats-io/transport-node";
import type { NewRecord, StoredRecord } from "../ports.ts";

/** What a record is stored with. */
export function headersOf(record: NewRecord): MsgHdrs {
  const fields = headers();
  fields.set(header.version, "1");
  fields.set(header.generation, String(record.generation));
  fields.set(header.batchId, record.batchId);
  if (record.traces) fields.set(header.traces, record.traces);
  return fields;
}

export function toRecord(
  room: RoomId,
  from: { sequence: number; time: number; headers: MsgHdrs | undefined; body: Uint8Array },
): StoredRecord {
  return {
    room,
    sequence: from.sequence,
    time: from.time,
    generation: generationOf(from.headers?.get(header.generation)),
    batchId: from.headers?.get(header.batchId) ?? "",
    body: from.body,
  };
}

/** Of a record that none of ours has written it may be anything: claims are to go on counting behind it. */
function generationOf(field: string | undefined): number {
  const generation = Number(field ?? 0);
  return Number.isSafeInteger(generation) && generation < Number.MAX_SAFE_INTEGER ? Math.max(0, generation) : 0;
}
