/** One persistence service against a given NATS and database. */
import { createLogger, loadDotEnv, runService } from "@madang/runtime";
import { persistenceConfig } from "./config.ts";
import { startPersistence } from "./service.ts";

loadDotEnv();
await runService("The persistence service", createLogger("persistence"), async () =>
  startPersistence(persistenceConfig(process.env)),
);
