/** One room service against a given NATS. */
import { loadDotEnv, runService } from "@madang/runtime";
import { roomConfig } from "./config.ts";
import { startRoomService } from "./service.ts";

loadDotEnv();
await runService("The room service", async () => startRoomService(roomConfig(process.env)));
