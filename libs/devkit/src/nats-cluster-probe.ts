// Whether all three servers of a new cluster hold records. With nats-server 2.10, in which two servers may ask for the same first votes, one of
// them is sometimes never counted as a member (1 start in 10 on a busy machine, until another leader is elected; none in 60 with the current line).
import { JetStreamApiError, jetstreamManager, StorageType } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { eventually } from "./eventually.ts";

const noSuitablePeers = 10005;
// It has elected its leaders, and heard of every server, after some four seconds.
const withinMs = 15_000;

/** @throws Error where no leader is elected. */
export async function allHoldRecords(url: string): Promise<boolean> {
  const connection = await connect({ servers: url.split(",").map((one) => new URL(one).host) });
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const probe = { name: "probe", num_replicas: 3, storage: StorageType.Memory };
    await eventually(() => manager.streams.add(probe), { withinMs, everyMs: 100 });
    await manager.streams.delete(probe.name);
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === noSuitablePeers) return false;
    throw error;
  } finally {
    await connection.close();
  }
}
