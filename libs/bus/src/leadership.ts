/** Who leads, as the server at the other end of a connection sees it. */
import { buckets, limits } from "@madang/contracts";
import type { Bus } from "./bus.ts";

/** `unknown`: no answer, or no such thing. */
export type Leadership = "led" | "leaderless" | "unknown";

type Asking = Pick<Bus, "request">;

/** What a server says of JetStream or of a stream, as far as it matters here. */
interface Answer {
  error?: { code?: number };
  cluster?: {
    leader?: string;
    /** The other copies, and how long ago the leader heard from each, ns. */
    replicas?: { active: number }[];
  };
}

const unavailable = 503;
const nothing = new Uint8Array();

/** Answered by the leader of all of JetStream; a server that lost it says 503 in its place. */
export function leadershipOfJetStream(bus: Asking): Promise<Leadership> {
  return ask(bus, { subject: "$JS.API.INFO", timeoutMs: limits.logRequestMs, isLed: () => true });
}

/**
 * The bucket of leases is led by one that most copies follow. A leader that has lost its followers goes on as if nothing had happened for up
 * to 20 s, but says how long ago it heard from them. A follower that has lost its leader says after 4 to 9 s that there is none.
 */
export function leadershipOfLeases(bus: Asking): Promise<Leadership> {
  const subject = `$JS.API.STREAM.INFO.KV_${buckets.members}`;
  return ask(bus, { subject, timeoutMs: limits.memberPingMs, isLed: isFollowed });
}

async function ask(
  bus: Asking,
  { subject, timeoutMs, isLed }: { subject: string; timeoutMs: number; isLed: (answer: Answer) => boolean },
): Promise<Leadership> {
  try {
    const reply = await bus.request(subject, nothing, { timeoutMs });
    const answer: Answer = JSON.parse(Buffer.from(reply).toString());
    if (answer.error !== undefined) return answer.error.code === unavailable ? "leaderless" : "unknown";
    return isLed(answer) ? "led" : "leaderless";
  } catch {
    // Slow is not leaderless: a broker under load is not helped by connections that come anew.
    return "unknown";
  }
}

function isFollowed({ cluster }: Answer): boolean {
  // A server alone is no cluster.
  if (cluster === undefined) return true;
  const { leader, replicas = [] } = cluster;
  const following = replicas.filter(({ active }) => active < limits.leaderContactMs * 1e6);
  return leader !== undefined && following.length >= replicas.length / 2;
}
