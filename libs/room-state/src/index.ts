export { Changes, edited, tombstone } from "./changes.ts";
export { HyperLogLog } from "./hyperloglog.ts";
export { RoomState, StoredRoomState } from "./room-state.ts";
export { type SanctionKind, Sanctions } from "./sanctions.ts";
export { Totals } from "./totals.ts";
