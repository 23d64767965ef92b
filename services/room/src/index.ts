export { type RoomConfig, roomConfig } from "./config.ts";
export { startRoomService } from "./service.ts";
