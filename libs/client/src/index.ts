/** Live chat in a few lines: `connect()`, `room(id)`, `send`. */
export { ErrorCode, isTemporary, MadangError } from "./errors.ts";
export type { RoomEvent, RoomEvents, RoomProblem } from "./events.ts";
export { type IdentityStore, shortName } from "./identity.ts";
export { type ConnectOptions, connect, type Madang } from "./madang.ts";
export type * from "./model.ts";
export type * from "./moderation.ts";
export type * from "./protocol.ts";
export type { HeartsAt, Replay } from "./replay.ts";
export type { ReplayEntry } from "./replay-buffer.ts";
export { isStaff } from "./roles.ts";
export type { Room } from "./room.ts";
export type { Data } from "./wire.ts";
