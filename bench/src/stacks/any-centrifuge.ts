/** Any server of the Centrifuge protocol that somebody has started, by its address: Centrifugo, where it is at hand. */
import type { Stack } from "../stack.ts";

const path = "/connection/websocket";

/** `pids`: all its processes, and those of its broker. @throws Error for an address that cannot be used */
export function centrifugeAt(address: string, pids: readonly number[]): Stack {
  const url = new URL(address);
  if (url.protocol !== "ws:" || url.pathname !== path) throw new Error(`${address} is not like ws://host:port${path}`);
  return {
    name: "centrifuge",
    title: `the Centrifuge server at ${url.host}`,
    layer: "peer",
    start: async () => ({
      protocol: "centrifuge",
      authority: url.host,
      names: new Map(),
      roots: pids,
      feed: { kind: "senders", verb: "publish" },
      stop: async () => {},
    }),
  };
}
