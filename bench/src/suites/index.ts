import type { Suite } from "../suite.ts";
import { fanOut } from "./fan-out.ts";
import { fanOutRooms } from "./fan-out-rooms.ts";
import { hearts } from "./hearts.ts";
import { hotRoom } from "./hot-room.ts";
import { idle } from "./idle.ts";
import { lineLive } from "./line-live.ts";
import { linear } from "./linear.ts";
import { liveRoom } from "./live-room.ts";
import { manyRooms } from "./many-rooms.ts";
import { raid } from "./raid.ts";
import { reconnect } from "./reconnect.ts";

export const suites: readonly Suite[] = [
  fanOut,
  fanOutRooms,
  linear,
  hotRoom,
  manyRooms,
  lineLive,
  liveRoom,
  hearts,
  idle,
  raid,
  reconnect,
];
