// The doors of a real server: what comes over sockets, counted and bounded.
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { limits } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { createLogger, untraced } from "@madang/runtime";
import { SignJWT } from "jose";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Gateway } from "../gateway.ts";
import { Identities } from "../identity.ts";
import { SocketServer } from "../socket-server.ts";
import { SocketTable } from "../socket-table.ts";
import { Traffic } from "../traffic.ts";
import { Origins } from "../trust/origins.ts";
import { ClientAddresses } from "./client-address.ts";
import { type DoorLimits, noLimits } from "./door-limits.ts";
import { boundSockets, httpTimeouts } from "./http-bounds.ts";

const secret = "a-secret-for-tests-only";
const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

async function doors(
  some: Partial<DoorLimits>,
  { trusted = ["127.0.0.1"], origins = new Origins({ allowed: ["*"], loopback: false }) } = {},
) {
  const server = createServer(httpTimeouts, (_, response) => response.end("ok"));
  const set = { limits: { ...noLimits, ...some }, addresses: new ClientAddresses(trusted), origins };
  boundSockets(server, set);
  const gateway = {
    self: "gateway-x",
    sockets: new SocketTable(),
    identities: new Identities({ secret, anonymous: true }),
    logger: createLogger("test", "silent"),
    good: () => true,
    now: Date.now,
    pingIntervalMs: 25_000,
    traffic: new Traffic(),
    tracing: untraced,
  } as unknown as Gateway;
  const sockets = new SocketServer(gateway, server, set);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  endings.push(() => {
    sockets.close();
    server.closeAllConnections();
    server.close();
  });
  /** 101, or the status that it was refused with. */
  const come = async (from?: string, origin?: string) => {
    const client = new WebSocket(`ws://127.0.0.1:${port}/connection/websocket`, {
      headers: from === undefined ? {} : { "x-forwarded-for": from },
      ...(origin === undefined ? {} : { origin }),
    });
    endings.push(() => client.terminate());
    const status = new Promise<number>((resolve) => {
      client.once("open", () => resolve(101));
      client.once("unexpected-response", (request, response) => {
        if (response.statusCode !== 403) expect(response.headers["retry-after"]).toBe("5");
        request.destroy();
        resolve(response.statusCode ?? 0);
      });
      client.on("error", () => {});
    });
    const closed = new Promise<[number, string]>((resolve) => client.once("close", (code, why) => resolve([code, String(why)])));
    const said: { id: number; error?: { code: number } }[] = [];
    client.on("message", (data) =>
      said.push(
        ...data
          .toString()
          .split("\n")
          .map((line) => JSON.parse(line)),
      ),
    );
    return {
      client,
      status: await status,
      closed,
      said,
      say: (...lines: object[]) => client.send(lines.map((line) => JSON.stringify(line)).join("\n")),
    };
  };
  return { come, port, sockets, server, turnedAway: gateway.traffic.turnedAway };
}

const connected = async (one: Awaited<ReturnType<Awaited<ReturnType<typeof doors>>["come"]>>, connectData: object = {}) => {
  one.say({ id: 1, connect: connectData });
  await eventually(() => expect(one.said.length).toBeGreaterThan(0));
  one.said.length = 0;
};

describe("before it is a WebSocket", () => {
  test("[B2] more than an address may have are refused with 429, and another address comes in", async () => {
    const { come } = await doors({ connectionsPerIp: 2 });
    const [first, second, third] = [await come("198.51.100.1"), await come("198.51.100.1"), await come("198.51.100.1")];
    expect([first, second, third].map(({ status }) => status)).toEqual([101, 101, 429]);
    expect((await come("198.51.100.2")).status).toBe(101);
    first.client.terminate();
    await eventually(async () => expect((await come("198.51.100.1")).status).toBe(101));
  });

  test("[B2] more than a gateway may have are refused with 503", async () => {
    const { come } = await doors({ connections: 2 });
    expect([await come("a"), await come(), await come("198.51.100.3")].map(({ status }) => status)).toEqual([101, 101, 503]);
  });

  test("[B3] too many new ones of one address are refused with 429, of all with 503", async () => {
    const slowly = { perS: 0.001, burst: 2 };
    const { come, turnedAway } = await doors({ newConnectionsPerIp: slowly, newConnections: { perS: 0.001, burst: 3 } });
    const from = ["198.51.100.1", "198.51.100.1", "198.51.100.1", "198.51.100.2", "198.51.100.3"];
    const statuses: number[] = [];
    for (const address of from) statuses.push((await come(address)).status);
    expect(statuses).toEqual([101, 101, 429, 101, 503]);
    expect(Object.fromEntries(turnedAway)).toEqual({ "address-rate": 1, rate: 1 });
  });

  test("[C18] a browser on a page of another site is refused with 403; what is no browser is not asked", async () => {
    const { come, port } = await doors({}, { origins: new Origins({ allowed: ["https://shop.example"], loopback: false }) });
    const from = ["https://evil.example", "null", "https://shop.example", `http://127.0.0.1:${port}`, undefined];
    const statuses: number[] = [];
    for (const origin of from) statuses.push((await come(undefined, origin)).status);
    expect(statuses).toEqual([403, 403, 101, 101, 101]);
  });

  test("[B2] who is refused and stays keeps no socket", async () => {
    const { port, server } = await doors({});
    const stays = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    stays.on("error", () => {});
    stays.write("GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const [answer] = await once(stays, "data");
    expect(String(answer)).toMatch(/^HTTP\/1\.1 404/);
    const open = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
    await eventually(async () => expect(await open()).toBe(0));
    stays.destroy();
  });

  test("[B2] an upgrade that fails gives its place back", async () => {
    const { come, port } = await doors({ connections: 1 });
    const speak = connect(port, "127.0.0.1");
    speak.write("GET /connection/websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const [answer] = await once(speak, "data");
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400/);
    await once(speak, "close");
    expect((await come()).status).toBe(101);
  });
});

describe("a connection", () => {
  test("[B4] beyond those that its user may have is closed with 3504, and the others stay", async () => {
    const { come } = await doors({ connectionsPerUser: 2 });
    const token = await new SignJWT({ sub: "kim" }).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(secret));
    const [one, two] = [await come(), await come()];
    for (const each of [one, two]) await connected(each, { token });
    const three = await come();
    three.say({ id: 1, connect: { token } });
    expect(await three.closed).toEqual([3504, "connection limit"]);
    one.client.close();
    await one.closed;
    await eventually(async () => connected(await come(), { token }));
    expect(two.client.readyState).toBe(WebSocket.OPEN);
  });

  test("[B5] with too many commands is told so, then closed with 3013; others are as before", async () => {
    const { come } = await doors({
      socket: { ...noLimits.socket, commands: { perS: 0.001, burst: 11 }, refusals: { perS: 0.001, burst: 5 } },
    });
    const [one, other] = [await come(), await come()];
    for (const each of [one, other]) await connected(each);
    one.say(...Array.from({ length: 15 }, (_, n) => ({ id: n + 2, ping: {} })));
    await eventually(() => expect(one.said).toHaveLength(15));
    expect(one.said.filter(({ error }) => error?.code === 111).map(({ id }) => id)).toEqual([12, 13, 14, 15, 16]);
    one.say({ id: 99, ping: {} });
    expect(await one.closed).toEqual([3013, "too many requests"]);
    other.say({ id: 2, ping: {} });
    await eventually(() => expect(other.said).toEqual([{ id: 2, ping: {} }]));
  });

  test("[B5] that tries one token after the other is closed", async () => {
    const { come } = await doors({ socket: { ...noLimits.socket, commands: { perS: 0.001, burst: 3 } } });
    const one = await come();
    const expired = await new SignJWT({ sub: "kim", exp: 1 })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(secret));
    for (let n = 1; n <= 3; n++) {
      one.say({ id: n, connect: { token: expired } });
      await eventually(() => expect(one.said).toHaveLength(n));
    }
    expect(one.said.map(({ error }) => error?.code)).toEqual([109, 109, 109]);
    one.say({ id: 4, connect: { token: expired } });
    expect((await one.closed)[0]).toBe(3013);
  });

  test("[B6] that sends too much, or too many pings, pongs or {}, is closed with 3013", async () => {
    const { come } = await doors({
      socket: { ...noLimits.socket, bytesIn: { perS: 1, burst: 1_000 }, controls: { perS: 0.001, burst: 5 } },
    });
    const floods: ((client: WebSocket) => void)[] = [
      (client) => client.send("\n".repeat(1_001)),
      (client) => client.ping(),
      (client) => client.pong(),
      (client) => client.send("{}"),
    ];
    for (const flood of floods) {
      const one = await come();
      await connected(one);
      for (let n = 0; n < 6; n++) flood(one.client);
      expect((await one.closed)[0]).toBe(3013);
    }
  });

  test("[B7] that cuts a message into too many parts is closed with 1008", async () => {
    const { come } = await doors({});
    const one = await come();
    await connected(one);
    for (let n = 0; n <= limits.fragments; n++) one.client.send(" ", { fin: false });
    expect((await one.closed)[0]).toBe(1008);
  });
});

describe("sockets of one address", () => {
  // Nobody's own address but loopback is to be had here, so it counts like any other.
  const counted = { of: ({ peer }: { peer: string | undefined }) => peer } as unknown as ClientAddresses;

  test("[B2] beyond twice its connections are closed before they say anything", async () => {
    const server = createServer(httpTimeouts, (_, response) => response.end("ok"));
    boundSockets(server, { limits: { ...noLimits, connectionsPerIp: 2 }, addresses: counted });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const closed: Socket[] = [];
    const open = Array.from({ length: 6 }, () => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.once("close", () => closed.push(socket));
      return socket;
    });
    endings.push(() => {
      for (const socket of open) socket.destroy();
      server.close();
    });
    await eventually(() => expect(closed).toHaveLength(2));
    open.find((socket) => !closed.includes(socket))?.destroy();
    await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200));
  });
});
