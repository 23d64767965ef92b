export { Changes } from "./changes.ts";
export { forgetOldest } from "./forget-oldest.ts";
export { HyperLogLog } from "./hyperloglog.ts";
export { type Known, readAs, repeatedIn } from "./reading.ts";
export { RoomState, StoredRoomState } from "./room-state.ts";
export { type Sanction, SanctionKind, Sanctions, sanctionOf } from "./sanctions.ts";
export { Totals } from "./totals.ts";
