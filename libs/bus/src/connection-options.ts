/** How we connect to NATS: for ever, and noticing soon what is dead. */
import type { ConnectionOptions } from "@nats-io/transport-node";

export function connectionOptions({
  url,
  name,
  timeoutMs = 5_000,
}: {
  url: string;
  name: string;
  timeoutMs?: number;
}): ConnectionOptions {
  const servers = url.split(",").map((part) => new URL(part.trim()));
  const { username = "", password = "" } = servers[0] ?? {};
  return {
    servers: servers.map((server) => server.host),
    name,
    timeout: timeoutMs,
    ...(username === "" ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    ...(servers[0]?.protocol === "tls:" ? { tls: {} } : {}),
    // The client's own defaults give up after ten tries and notice a dead link after four minutes.
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 5_000,
    maxPingOut: 2,
    // The broker may refuse us while its own settings are changed, and take us again after.
    ignoreAuthErrorAbort: true,
    // Stack traces for every request cost more than the request.
    noAsyncTraces: true,
  };
}

/** The hosts alone: whatever stands before the last `@` may be a password. */
export function withoutCredentials(url: string): string {
  return url
    .split(",")
    .map((address) => address.slice(address.lastIndexOf("@") + 1).replace(/^.*:\/\//, ""))
    .join(", ");
}
