/** One persistence service against a given NATS and database. */
import { loadDotEnv, runService } from "@madang/runtime";
import { persistenceConfig } from "./config.ts";
import { startPersistence } from "./service.ts";

loadDotEnv();
await runService("The persistence service", async () => startPersistence(persistenceConfig(process.env)));
