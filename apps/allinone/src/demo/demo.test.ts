import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Bus } from "@madang/bus";
import { ClientId, encodeJson, MemberId, type PresenceReply, UserId } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { createLogger } from "@madang/runtime";
import { expect, test } from "vitest";
import { Demo } from "./demo.ts";

test("the demo leaves its room as it is while nobody says what it is like: somebody may have ended it", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.method ?? "");
    response.writeHead(503).end('{"error":{}}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bus = { survey: async () => [encodeJson(watched)] } as unknown as Bus;
  const demo = new Demo({
    bus,
    gateways: 1,
    authority: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: "key",
    tokenFor: async () => "token",
    logger: createLogger("test", "silent"),
  });
  demo.start();
  await eventually(() => expect(asked.length).toBeGreaterThanOrEqual(2), { withinMs: 10_000 });
  await demo.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(new Set(asked)).toEqual(new Set(["GET"]));
});

/** By somebody who is none of the players. */
const watched: PresenceReply = {
  ...{ v: 1, member: MemberId.parse("gateway-1"), clients: 1, users: 1 },
  infos: [{ user: UserId.parse("kim"), client: ClientId.parse("c") }],
};
