export { type GatewayConfig, gatewayConfig, isLoopback } from "./config.ts";
export { type GatewayService, startGateway } from "./service.ts";
