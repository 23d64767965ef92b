/** One of several gateways of an all-in-one, in a process of its own. All listen on the same port, and connections are spread over them. */
import { gatewayConfig, startGateway } from "@madang/gateway";
import { runService } from "@madang/runtime";

await runService("A gateway", async () => {
  const gateway = await startGateway(gatewayConfig(process.env));
  process.send?.({ port: gateway.port });
  return gateway;
});
