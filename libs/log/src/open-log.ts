/** The log on JetStream, ready to use. */
import type { NatsConnection } from "@nats-io/transport-node";
import { EventLog, type EventLogOptions } from "./event-log.ts";
import { JetStreamRecordStore } from "./jetstream/jetstream-record-store.ts";
import { type ProvisionOptions, provision } from "./jetstream/provision.ts";
import type { Bucket } from "./ports.ts";
import { Snapshots } from "./snapshots.ts";

export interface OpenLog {
  log: EventLog;
  /** Where rooms keep what their snapshots are too small for. */
  dedupe: Bucket;
}

/** Makes or finds the streams. @throws WrongStreamCount | CannotProvision */
export async function openLog(
  connection: NatsConnection,
  { storeHead, ...options }: ProvisionOptions & Pick<EventLogOptions, "storeHead">,
): Promise<OpenLog> {
  const { epoch, snapshots, dedupe } = await provision(connection, options);
  const records = await JetStreamRecordStore.open(connection);
  return {
    log: new EventLog({ records, snapshots: new Snapshots(snapshots), epoch, ...(storeHead ? { storeHead } : {}) }),
    dedupe,
  };
}
