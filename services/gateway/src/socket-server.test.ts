import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { eventually } from "@madang/devkit";
import { createLogger } from "@madang/runtime";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Gateway } from "./gateway.ts";
import { Identities } from "./identity.ts";
import { SocketServer } from "./socket-server.ts";

test("keeps nothing of the HTTP request that a socket came with", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  const server = createServer();
  const requests: WeakRef<IncomingMessage>[] = [];
  server.on("upgrade", (request: IncomingMessage) => requests.push(new WeakRef(request)));
  const sockets = new SocketServer(
    {
      self: "gateway-x",
      identities: new Identities({ secret: "a-secret-for-tests-only", anonymous: true }),
      logger: createLogger("test", "silent"),
      good: () => true,
      now: Date.now,
      pingIntervalMs: 25_000,
    } as unknown as Gateway,
    server,
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const clients: WebSocket[] = [];
  for (let n = 0; n < 20; n++) {
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/connection/websocket`);
    clients.push(client);
    await once(client, "open");
    client.send('{"id":1,"connect":{}}');
    await once(client, "message");
  }
  expect(sockets.counts().num_clients).toBe(20);
  await eventually(() => {
    collectGarbage();
    // The server keeps hold of the last one it parsed.
    expect(requests.filter((request) => request.deref() !== undefined).length).toBeLessThanOrEqual(1);
  });
  for (const client of clients) client.terminate();
  sockets.close();
  server.close();
});
