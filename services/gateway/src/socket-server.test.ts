import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { RoomId, UserId } from "@madang/contracts";
import { collectGarbage, eventually } from "@madang/devkit";
import { createLogger, untraced } from "@madang/runtime";
import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Gateway } from "./gateway.ts";
import { Identities } from "./identity.ts";
import { RoomView } from "./room-view.ts";
import { SocketServer } from "./socket-server.ts";
import { SocketTable } from "./socket-table.ts";
import { noBlocks } from "./test-viewer.ts";
import { Traffic } from "./traffic.ts";

const secret = "a-secret-for-tests-only";

/** A gateway's sockets on a server of their own. */
async function serve(server: Server, parts: object = {}) {
  const gateway = {
    self: "gateway-x",
    sockets: new SocketTable(),
    identities: new Identities({ secret, anonymous: true }),
    logger: createLogger("test", "silent"),
    traffic: new Traffic(),
    tracing: untraced,
    good: () => true,
    now: Date.now,
    pingIntervalMs: 25_000,
    ...parts,
  } as unknown as Gateway;
  const sockets = new SocketServer(gateway, server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const come = () => new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/connection/websocket`);
  return { sockets, come };
}

test("keeps nothing of the HTTP request that a socket came with", async () => {
  const server = createServer();
  const requests: WeakRef<IncomingMessage>[] = [];
  server.on("upgrade", (request: IncomingMessage) => requests.push(new WeakRef(request)));
  const { sockets, come } = await serve(server);
  const clients: WebSocket[] = [];
  for (let n = 0; n < 20; n++) {
    const client = come();
    clients.push(client);
    await once(client, "open");
    client.send('{"id":1,"connect":{}}');
    await once(client, "message");
  }
  expect(sockets.counts().num_clients).toBe(20);
  await eventually(async () => {
    await collectGarbage();
    // The server keeps hold of the last one it parsed.
    expect(requests.filter((request) => request.deref() !== undefined).length).toBeLessThanOrEqual(1);
  });
  for (const client of clients) client.terminate();
  sockets.close();
  server.close();
});

test("a socket that is gone gives its row in the table back", async () => {
  const server = createServer();
  const table = new SocketTable();
  const { sockets, come } = await serve(server, { sockets: table });
  for (let n = 0; n < 5; n++) {
    const client = come();
    await once(client, "open");
    client.send('{"id":1,"connect":{}}');
    await once(client, "message");
    // However it goes.
    if (n % 2 === 0) client.terminate();
    else client.close();
    await eventually(() => expect(sockets.size).toBe(0));
  }
  expect(table.add()).toBe(1);
  sockets.close();
  server.close();
});

test("[A10] a user's connections, or one of them, are closed for good, and what they watch of a room ends; others stay", async () => {
  const server = createServer();
  const feed = { position: { offset: 0, epoch: "e" }, join: () => {}, leave: () => true, audience: 1, view: new RoomView() };
  const { sockets, come } = await serve(server, {
    bus: { publish: () => {} },
    hub: { watch: async () => feed },
    blocks: noBlocks,
    existence: { check: async () => {} },
  });
  const open = async (user: string) => {
    const client = come();
    const state = { client, closed: 0, said: [] as string[], id: "" };
    client.on("message", (data) => state.said.push(...data.toString().split("\n")));
    client.on("close", (code) => {
      state.closed = code;
    });
    await once(client, "open");
    const token = await new SignJWT({ sub: user }).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(secret));
    client.send(JSON.stringify({ id: 1, connect: { token } }));
    client.send(JSON.stringify({ id: 2, subscribe: { channel: "live:a" } }));
    client.send(JSON.stringify({ id: 3, subscribe: { channel: "live:b" } }));
    await eventually(() => expect(state.said).toHaveLength(3));
    state.id = JSON.parse(state.said[0] ?? "").connect.client;
    return state;
  };
  const kim = UserId.parse("kim");
  const [one, two, lee] = [await open("kim"), await open("kim"), await open("lee")];

  sockets.unsubscribe(kim, RoomId.parse("live:a"));
  const ended = JSON.stringify({ push: { channel: "live:a", unsubscribe: { code: 2000, reason: "banned" } } });
  await eventually(() => expect([one, two].map(({ said }) => said.slice(3))).toEqual([[ended], [ended]]));

  sockets.disconnect(kim, one.id as never);
  await eventually(() => expect(one.closed).toBe(3503));
  expect(two.closed).toBe(0);
  sockets.disconnect(kim);
  await eventually(() => expect(two.closed).toBe(3503));
  expect([lee.closed, lee.said.length]).toEqual([0, 3]);

  lee.client.terminate();
  sockets.close();
  server.close();
});
