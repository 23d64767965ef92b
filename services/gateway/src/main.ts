/** One gateway against a given NATS. */
import { createLogger, loadDotEnv, runService } from "@madang/runtime";
import { gatewayConfig } from "./config.ts";
import { startGateway } from "./service.ts";

loadDotEnv();
await runService("The gateway", createLogger("gateway"), () => startGateway(gatewayConfig(process.env)));
