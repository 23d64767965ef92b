/** One gateway against a given NATS. */
import { loadDotEnv, runService } from "@madang/runtime";
import { gatewayConfig } from "./config.ts";
import { startGateway } from "./service.ts";

loadDotEnv();
await runService("The gateway", async () => startGateway(gatewayConfig(process.env)));
