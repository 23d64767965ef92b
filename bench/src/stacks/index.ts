import type { Stack } from "../stack.ts";
import { madangB, madangBWindow0, madangC, madangCWindow0 } from "./madang.ts";
import { madangA, madangAWindow0 } from "./madang-in-memory.ts";
import { rawTcp, wsLoop, wsPreframed, wsWindow } from "./node-floors.ts";
import { bun, socketIo, socketIoRedis } from "./peers.ts";

/** In the order of the tables. */
export const stacks: readonly Stack[] = [
  rawTcp,
  wsLoop,
  wsPreframed,
  wsWindow,
  bun,
  socketIo,
  socketIoRedis,
  madangAWindow0,
  madangA,
  madangBWindow0,
  madangB,
  madangCWindow0,
  madangC,
];
