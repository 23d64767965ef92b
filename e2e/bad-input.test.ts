// Bad input ends in a named error and harms nobody else: a bystander chats on through all of it.
import { randomBytes } from "node:crypto";
import { createConnection } from "node:net";
import { eventually } from "@madang/devkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Folder, type Site, secrets, startAllInOne, temporaryFolder } from "./support/processes.ts";
import { rawSocket } from "./support/raw-socket.ts";
import { type Viewer, viewer } from "./support/viewer.ts";

let folder: Folder;
let site: Site;
let bystander: Viewer;
let said = 0;

beforeAll(async () => {
  folder = temporaryFolder();
  site = await startAllInOne(folder.path);
  bystander = await viewer(site.socketUrl, "live:quiet", { user: "bystander" });
});
afterAll(async () => {
  bystander?.[Symbol.dispose]();
  await site?.stop();
  folder?.[Symbol.dispose]();
});
afterEach(async () => {
  await bystander.subscription.publish({ n: ++said });
  await eventually(() => expect(bystander.seen.at(-1)?.data).toEqual({ n: said }));
  expect(bystander.subscribed).toHaveLength(1);
});

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

describe("bad input", () => {
  test.each([
    ["not JSON", "nonsense"],
    ["JSON that is no object", "[1,2]"],
    ["a command without an id", '{"publish":{"channel":"a","data":{}}}'],
    ["an id that is no number", '{"id":"1","ping":{}}'],
    ["JSON cut in the middle", '{"id":2,"publish":{"chan'],
    ["a thousand opened brackets", "[".repeat(1_000)],
  ])("[C2] %s closes its own connection with 3501", async (_, line) => {
    using raw = await rawSocket(site.socketUrl);
    raw.send(line);
    expect(await raw.closed).toEqual({ code: 3501, reason: "bad request" });
  });

  test.each([
    ["an unknown command", '{"id":2,"dance":{}}', 104],
    ["a command with two methods", '{"id":2,"ping":{},"presence":{"channel":"a"}}', 107],
    ["fields of the wrong type", '{"id":2,"subscribe":{"channel":5}}', 107],
    ["data that is no object", '{"id":2,"publish":{"channel":"a","data":"text"}}', 107],
    ["a key __proto__ in data", '{"id":2,"publish":{"channel":"a","data":{"__proto__":{"x":1}}}}', 107],
    ["a key __proto__ beside it", '{"id":2,"publish":{"channel":"a","data":{}},"__proto__":{}}', 107],
    ["data a thousand levels deep", `{"id":2,"publish":{"channel":"a","data":{"x":${nested(1_000)}}}}`, 107],
    ["an integer no double holds", '{"id":2,"publish":{"channel":"a","data":{"x":12345678901234567890}}}', 107],
    ["a magnitude no double holds", '{"id":2,"publish":{"channel":"a","data":{"x":1e999}}}', 107],
    ["data over 8 KiB", `{"id":2,"publish":{"channel":"a","data":{"x":"${"x".repeat(8_200)}"}}}`, 106],
  ])("[C10] [P1] [P8] %s is answered with an error", async (_, line, code) => {
    using raw = await rawSocket(site.socketUrl);
    raw.send(line);
    expect((await raw.next()).error.code).toBe(code);
    raw.send({ id: 3, ping: {} });
    expect(await raw.next()).toEqual({ id: 3, ping: {} });
  });

  test.each([
    "a.b",
    "a*b",
    ">",
    "a b",
    "*",
    "",
    "live:",
    "LIVE:a",
    "a:b:c",
    "한국",
    "a\u0000",
    "../etc",
    "x".repeat(65),
    "$SYS",
    "a\r\nb",
  ])("[S1] the channel %j is answered with 107, whatever the command", async (channel) => {
    using raw = await rawSocket(site.socketUrl);
    const commands = [
      { subscribe: { channel } },
      { publish: { channel, data: {} } },
      { rpc: { method: "send", data: { channel, id: "x", data: {} } } },
      { history: { channel, limit: 1 } },
      { presence: { channel } },
      { presence_stats: { channel } },
      { unsubscribe: { channel } },
    ];
    for (const [index, command] of commands.entries()) raw.send({ id: index + 2, ...command });
    for (const _ of commands) expect((await raw.next()).error.code).toBe(107);
  });

  test("a frame of 1 MB is refused by WebSocket itself, with 1009", async () => {
    using raw = await rawSocket(site.socketUrl);
    raw.send({ id: 2, publish: { channel: "a", data: { text: "x".repeat(1024 * 1024) } } });
    expect((await raw.closed).code).toBe(1009);
  });

  test("text that is not UTF-8 is refused by WebSocket itself, with 1007", async () => {
    using raw = await rawSocket(site.socketUrl);
    raw.socket.send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), { binary: false });
    expect((await raw.closed).code).toBe(1007);
  });

  test("[C2] a binary frame closes with 3501", async () => {
    using raw = await rawSocket(site.socketUrl);
    raw.socket.send(randomBytes(64), { binary: true });
    expect(await raw.closed).toEqual({ code: 3501, reason: "bad request" });
  });

  test("ten thousand lines in a frame of nothing are only lines", async () => {
    using raw = await rawSocket(site.socketUrl);
    raw.send("\n".repeat(10_000));
    raw.send({ id: 2, ping: {} });
    expect(await raw.next()).toEqual({ id: 2, ping: {} });
  });

  test("garbage in place of HTTP, and upgrades elsewhere, harm nobody", async () => {
    const [host = "", port = ""] = site.authority.split(":");
    const speak = (text: string | Buffer) =>
      new Promise<string>((resolve) => {
        let answer = "";
        const socket = createConnection({ host, port: Number(port) }, () => socket.write(text));
        socket.on("data", (data) => {
          answer += data;
        });
        socket.on("error", () => {});
        socket.on("close", () => resolve(answer));
      });
    expect(await speak(Buffer.concat([randomBytes(256), Buffer.from("\r\n\r\n")]))).toMatch(/^HTTP\/1\.1 400/);
    const upgrade = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    expect(await speak(upgrade("/elsewhere"))).toMatch(/^HTTP\/1\.1 404/);
  });

  test("a socket that is reset in the middle of an upgrade ends itself and nothing more", async () => {
    const [host = "", port = ""] = site.authority.split(":");
    const request = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    for (const path of ["/elsewhere", "/connection/websocket"]) {
      for (let attempt = 0; attempt < 60; attempt++) {
        await new Promise<void>((resolve) => {
          const socket = createConnection({ host, port: Number(port) }, () => {
            socket.write(request(path), () => {
              socket.resetAndDestroy();
              resolve();
            });
          });
          socket.on("error", () => {});
        });
      }
    }
    expect((await fetch(`http://${site.authority}/healthz`)).status).toBe(200);
  });

  test("[A2] [P8] the API answers what is too large, too deep or poisoned in words", async () => {
    const call = async (body: string) => {
      const headers = { "x-api-key": secrets.MADANG_API_KEY };
      const response = await fetch(`http://${site.authority}/api/publish`, { method: "POST", headers, body });
      return [response.status, ((await response.json()) as { error: { code: number } }).error.code];
    };
    const deep = (levels: number) => `{"channel":"a","data":${'{"x":'.repeat(levels - 1)}{}${"}".repeat(levels - 1)}}`;
    expect(await call(`{"channel":"a","data":{"x":"${"x".repeat(300_000)}"}}`)).toEqual([413, 106]);
    expect(await call(`{"channel":"a","data":{"x":${nested(1_000)}}}`)).toEqual([400, 107]);
    expect(await call(deep(33))).toEqual([200, 107]);
    expect(await call('{"channel":"a","data":{"__proto__":1}}')).toEqual([400, 107]);
    expect((await fetch(`http://${site.authority}/%`)).status).toBeLessThan(500);
    expect((await fetch(`http://${site.authority}/../../package.json`)).status).toBe(404);
  });

  test("[P8] 32 levels of data are accepted and 33 are not, by publish and by rpc send", async () => {
    const deep = (levels: number): object => (levels === 1 ? {} : { x: deep(levels - 1) });
    using raw = await rawSocket(site.socketUrl);
    raw.send({ id: 2, publish: { channel: "live:deep", data: deep(32) } });
    expect(await raw.next()).toEqual({ id: 2, publish: {} });
    raw.send({ id: 3, publish: { channel: "live:deep", data: deep(33) } });
    expect((await raw.next()).error.code).toBe(107);
    raw.send({ id: 4, rpc: { method: "send", data: { channel: "live:deep", id: "a", data: deep(32) } } });
    expect((await raw.next()).rpc.data.offset).toBe(2);
    raw.send({ id: 5, rpc: { method: "send", data: { channel: "live:deep", id: "b", data: deep(33) } } });
    expect((await raw.next()).error.code).toBe(107);
  });
});
