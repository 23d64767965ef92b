import { JetStreamCode } from "@madang/contracts";
import { JetStreamApiError, jetstreamManager, StorageType } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { eventually } from "./eventually.ts";

/** A new cluster elects its leaders, and hears of every server, in some four seconds, on a busy machine in twice as many. */
const patience = { refusedMs: 10_000, unansweredMs: 25_000, askMs: 2_000 };

/**
 * Whether the leader of a cluster counts all three of its servers: it places a stream on them, which is removed again. Of nats-server 2.10, two
 * may ask for the first votes at the same moment, and one of them is then not counted for as long as that leader stays.
 * @throws Error where it cannot be asked, or has no leader
 */
export async function probeCluster(url: string): Promise<"whole" | "one-left-out"> {
  const connection = await connect({ servers: url.split(",") });
  try {
    const manager = await jetstreamManager(connection, { timeout: patience.askMs, checkAPI: false });
    const probe = { name: "probe", num_replicas: 3, storage: StorageType.Memory };
    let refusedAt: number | undefined;
    const place = async () => {
      try {
        await manager.streams.add(probe);
        return "whole";
      } catch (error) {
        if (!(error instanceof JetStreamApiError && error.code === JetStreamCode.noPeers)) throw error;
        refusedAt ??= performance.now();
        if (performance.now() - refusedAt > patience.refusedMs) return "one-left-out";
        throw error;
      }
    };
    const found = await eventually(place, { withinMs: patience.unansweredMs, everyMs: 100 });
    if (found === "whole") await eventually(() => manager.streams.delete(probe.name).catch(unlessGone));
    return found;
  } finally {
    await connection.close();
  }
}

/** An answer that was lost before said that it is. */
function unlessGone(error: unknown): void {
  if (!(error instanceof JetStreamApiError && error.code === JetStreamCode.streamNotFound)) throw error;
}
