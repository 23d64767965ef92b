/** For tests: a stream of the log, in the place of those who write and copy it. */
import { type RoomId, shardOf, streamName, subjects } from "@madang/contracts";
import { jetstream } from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/transport-node";
import { putBackStream } from "./stream-restore.ts";
import { type SavedStream, saveStream } from "./stream-snapshot.ts";

const room = "live:copied" as RoomId;
export const stream = streamName(shardOf(room));
export const options = { replicas: 1, maxBytes: 400_000_000 };

export const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

export async function append(connection: NatsConnection, n: number, { after }: { after?: number } = {}): Promise<number> {
  const fields = headers();
  fields.set("Madang-Batch", `b${n}`);
  if (after !== undefined) fields.set("Nats-Expected-Last-Subject-Sequence", String(after));
  return (await jetstream(connection).publish(subjects.log(room), `record ${n}`, { headers: fields })).seq;
}

export async function save(connection: NatsConnection, name: string): Promise<{ saved: SavedStream; chunks: Uint8Array[] }> {
  const chunks: Uint8Array[] = [];
  const saved = await saveStream(connection, name, async (chunk) => void chunks.push(chunk));
  if (saved === undefined) throw new Error(`no ${name}`);
  return { saved, chunks };
}

export async function putBack(connection: NatsConnection, saved: SavedStream, chunks: Uint8Array[]): Promise<void> {
  await putBackStream(
    connection,
    saved,
    (async function* () {
      yield* chunks;
    })(),
  );
}
