import type { Suite } from "../suite.ts";
import { fanOut } from "./fan-out.ts";
import { fanOutRooms } from "./fan-out-rooms.ts";
import { hotRoom } from "./hot-room.ts";
import { idle } from "./idle.ts";
import { lineLive } from "./line-live.ts";
import { linear } from "./linear.ts";
import { manyRooms } from "./many-rooms.ts";
import { reconnect } from "./reconnect.ts";

export const suites: readonly Suite[] = [fanOut, fanOutRooms, linear, hotRoom, manyRooms, lineLive, idle, reconnect];
