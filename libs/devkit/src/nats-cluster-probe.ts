import { JetStreamCode } from "@madang/contracts";
import { JetStreamApiError, jetstreamManager, StorageType } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { eventually } from "./eventually.ts";

/** A new cluster elects its leaders, and hears of every server, in some four seconds. */
const withinMs = 10_000;

/**
 * Whether the leader of a cluster counts all three of its servers: it places a stream on them, which is removed again. Of nats-server 2.10, two
 * may ask for the first votes at the same moment, and one of them is then not counted for as long as that leader stays.
 * @throws Error where it cannot be asked, or has no leader
 */
export async function probeCluster(url: string): Promise<"whole" | "one-left-out"> {
  const connection = await connect({ servers: url.split(",") });
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const probe = { name: "probe", num_replicas: 3, storage: StorageType.Memory };
    let leftOut = false;
    const place = async () => {
      try {
        await manager.streams.add(probe);
      } catch (error) {
        leftOut = error instanceof JetStreamApiError && error.code === JetStreamCode.noPeers;
        throw error;
      }
    };
    try {
      await eventually(place, { withinMs, everyMs: 100 });
    } catch (error) {
      if (leftOut) return "one-left-out";
      throw error;
    }
    await manager.streams.delete(probe.name);
    return "whole";
  } finally {
    await connection.close();
  }
}
