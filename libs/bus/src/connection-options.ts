/** How we connect to NATS: for ever, and noticing soon what is dead. */
import type { ConnectionOptions } from "@nats-io/transport-node";

export function connectionOptions({
  url,
  name,
  caFile,
  timeoutMs = 5_000,
}: {
  url: string;
  name: string;
  caFile?: string | undefined;
  timeoutMs?: number;
}): ConnectionOptions & { inboxPrefix: string } {
  const servers = url.split(",").map((part) => new URL(part.trim()));
  const { username = "", password = "" } = servers[0] ?? {};
  const isSecret = caFile !== undefined || servers[0]?.protocol === "tls:";
  return {
    servers: servers.map((server) => server.host),
    name,
    timeout: timeoutMs,
    ...(username === "" ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    inboxPrefix: inboxPrefixOf(decodeURIComponent(username)),
    // Named, TLS is insisted on: a server without it is not talked to, and gets no password.
    ...(isSecret ? { tls: caFile === undefined ? {} : { caFile } } : {}),
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

/**
 * Answers come to an inbox of the user's own, so that its permissions need not let it hear everybody's: each says `_INBOX_<user>.>`. For a
 * user whose name is no subject token it is the common one.
 */
function inboxPrefixOf(user: string): string {
  return /^[A-Za-z0-9_-]+$/.test(user) ? `_INBOX_${user}` : "_INBOX";
}

/** The hosts alone: whatever stands before the last `@` may be a password. */
export function withoutCredentials(url: string): string {
  return url
    .split(",")
    .map((address) => address.slice(address.lastIndexOf("@") + 1).replace(/^.*:\/\//, ""))
    .join(", ");
}
