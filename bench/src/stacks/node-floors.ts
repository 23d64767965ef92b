/** What Node and `ws` can do without any product around them. */
import type { Stack } from "../stack.ts";
import { inMemory } from "./in-memory.ts";

export const rawTcp = inMemory({
  name: "raw-tcp",
  title: "plain TCP, prebuilt frame (Node's floor)",
  layer: "peer",
  protocol: "raw-tcp",
  script: "servers/raw-tcp.ts",
});

/** F1: the one to which all ratios are. */
export const wsLoop = inMemory({
  name: "ws-loop",
  title: "`ws`, naive loop (F1)",
  layer: "peer",
  protocol: "websocket",
  script: "servers/ws-loop.ts",
});

const preframed = { layer: "peer", protocol: "websocket", script: "servers/ws-preframed.ts" } as const;

export const wsPreframed: Stack = inMemory({ ...preframed, name: "ws-preframed", title: "`ws`, one pre-framed buffer" });

export const wsWindow: Stack = inMemory({
  ...preframed,
  name: "ws-window",
  title: "`ws`, pre-framed, 100 ms window",
  args: ["100"],
});
