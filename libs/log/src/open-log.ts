/** The log on JetStream, ready to use. */
import type { Epoch } from "@madang/contracts";
import type { NatsConnection } from "@nats-io/transport-node";
import { EventLog, type EventLogOptions } from "./event-log.ts";
import { JetStreamRecordStore, type Requester } from "./jetstream/jetstream-record-store.ts";
import { type ProvisionOptions, provision } from "./jetstream/provision.ts";
import type { Bucket } from "./ports.ts";
import { Registry } from "./registry.ts";
import { Snapshots } from "./snapshots.ts";

export interface OpenLog {
  log: EventLog;
  registry: Registry;
  /** The life of this log: another one after everything was lost. */
  epoch: Epoch;
  /** The same, asked anew. @throws LogUnavailable */
  currentEpoch: () => Promise<Epoch>;
  /** Where rooms keep what their snapshots are too small for. */
  dedupe: Bucket;
  /** Where they keep the gifts of former times. */
  gifts: Bucket;
  /** What each room is like now, in the words of `StoredRoomState`. */
  cards: Bucket;
  /** Lists of banned words. */
  words: Bucket;
  /** Whom each user does not want to hear. */
  blocks: Bucket;
  /** Tokens that the site has taken back. */
  revoked: Bucket;
}

/** Makes or finds the streams. @throws WrongStreamCount | CannotProvision */
export async function openLog(
  connection: NatsConnection,
  {
    storeHead,
    requester,
    watch,
    ...options
  }: ProvisionOptions & Pick<EventLogOptions, "storeHead" | "watch"> & { requester?: Requester },
): Promise<OpenLog> {
  const { epoch, currentEpoch, rooms, snapshots, ...provisioned } = await provision(connection, options);
  const records = await JetStreamRecordStore.open(connection, requester);
  const registry = new Registry(rooms);
  const known = { records, registry, snapshots: new Snapshots(snapshots), epoch };
  const log = new EventLog({ ...known, ...(storeHead ? { storeHead } : {}), ...(watch ? { watch } : {}) });
  return { log, registry, epoch, currentEpoch, ...provisioned };
}
