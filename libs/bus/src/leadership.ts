/** Whether anybody leads the bucket of leases, as the server at the other end of a connection sees it. */
import { buckets, limits } from "@madang/contracts";
import type { Bus } from "./bus.ts";

/** `unknown`: no answer, or there is no such bucket. */
export type Leadership = "led" | "leaderless" | "unknown";

/** What a server says of a stream, as far as it matters here. */
interface StreamInfo {
  error?: { code?: number };
  cluster?: {
    leader?: string;
    /** The other copies, and how long ago the leader heard from each, ns. */
    replicas?: { active: number }[];
  };
}

const unavailable = 503;

/**
 * Led by one that most copies follow. A leader that has lost its followers goes on as if nothing had happened for up to 20 s, but says how
 * long ago it heard from them. A follower that has lost its leader says after 4 to 9 s that there is none.
 */
export async function leadership(bus: Pick<Bus, "request">): Promise<Leadership> {
  try {
    const reply = await bus.request(`$JS.API.STREAM.INFO.KV_${buckets.members}`, new Uint8Array(), {
      timeoutMs: limits.memberPingMs,
    });
    const { error, cluster }: StreamInfo = JSON.parse(Buffer.from(reply).toString());
    if (error !== undefined) return error.code === unavailable ? "leaderless" : "unknown";
    // A server alone is no cluster.
    if (cluster === undefined) return "led";
    const { leader, replicas = [] } = cluster;
    const following = replicas.filter(({ active }) => active < limits.leaderContactMs * 1e6);
    return leader !== undefined && following.length >= replicas.length / 2 ? "led" : "leaderless";
  } catch {
    return "unknown";
  }
}
