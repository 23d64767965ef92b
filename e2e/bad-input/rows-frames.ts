// What is wrong before anything is a command: HTTP, the upgrade, and WebSocket's own frames.
import { BareSocket, frame } from "./bare-socket.ts";
import { connected, connectedSocket, flooding, http, type Row, unconnected, upgrading } from "./row.ts";

const closeFrame = (code: number, reason = "") => {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return frame(payload, { opcode: 8 });
};
const times = (count: number, one: Buffer) => Buffer.concat(Array.from({ length: count }, () => one));

const upgrades: Row[] = [
  upgrading("an upgrade elsewhere", "404", { path: "/connection/elsewhere" }),
  upgrading("an upgrade with a path that climbs", "404", { path: "/connection/../connection/websocket" }),
  upgrading("an upgrade with an encoded path", "404", { path: "/connection%2Fwebsocket" }),
  upgrading("an upgrade without a key", "400", { headers: { "Sec-WebSocket-Key": undefined } }),
  upgrading("an upgrade with a key that is too short", "400", { headers: { "Sec-WebSocket-Key": "AAAA" } }),
  upgrading("an upgrade to another protocol", "400", { headers: { Upgrade: "h2c" } }),
  upgrading("an upgrade of version 7", "400", { headers: { "Sec-WebSocket-Version": "7" } }),
  upgrading("an upgrade of a version that is none", "400", { headers: { "Sec-WebSocket-Version": "thirteen" } }),
  upgrading("an upgrade with subprotocols that are none", "400", { headers: { "Sec-WebSocket-Protocol": "a b c;;" } }),
  ...[
    "https://evil.example",
    "null",
    "",
    "nonsense",
    "file://",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "http://localhost@evil.example",
    "http://localhost, https://evil.example",
    "HTTP://LOCALHOST",
    "http://localhost/",
  ].map((origin) => upgrading(`[C18] an upgrade from a page of "${origin}"`, "403", { headers: { Origin: origin } })),
  upgrading("[C18] an upgrade from a page whose name was made to point here", "403", {
    headers: { Origin: "http://evil.example:8000", Host: "evil.example:8000" },
  }),
  upgrading("[B8] an upgrade with a head of 20 KB", "431", { headers: { Cookie: "x".repeat(20_000) } }),
  http(
    "an upgrade by POST",
    "405",
    "POST /connection/websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  ),
  http("a WebSocket's address without an upgrade", "404", "GET /connection/websocket HTTP/1.1\r\nHost: x\r\n\r\n"),
];

const https: Row[] = [
  http("bytes that are no HTTP", "400", Buffer.from("\u0000\u0001\u0002\u0003 nonsense\r\n\r\n", "latin1")),
  http("a TLS hello", "400", Buffer.from("16030100a5010000a10303", "hex")),
  http("HTTP/2 without a word before", "400", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  http("a method that there is not", "400", "DANCE / HTTP/1.1\r\nHost: x\r\n\r\n"),
  http("no host", "400", "GET /healthz HTTP/1.1\r\n\r\n"),
  http("a header with a line of its own", "400", "GET /healthz HTTP/1.1\r\nHost: x\r\nA: b\nEvil: yes\r\n\r\n"),
  http("a header name with a space", "400", "GET /healthz HTTP/1.1\r\nHost: x\r\nBad Name: b\r\n\r\n"),
  http("a header value with a NUL", "400", "GET /healthz HTTP/1.1\r\nHost: x\r\nA: b\u0000c\r\n\r\n"),
  http("two lengths", "400", "POST /api/info HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
  http(
    "a length and chunks",
    "400",
    "POST /api/info HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ),
  http("a length that is negative", "400", "POST /api/info HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
  http(
    "a chunk whose length is none",
    "400",
    "POST /api/info HTTP/1.1\r\nHost: x\r\nX-API-Key: a-key-for-tests-only\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  ),
  http("a URL of 20 KB", "431", `GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`),
  http("a thousand headers", "431", `GET /healthz HTTP/1.1\r\nHost: x\r\n${"A: bbbbbbbbbbbbbbbb\r\n".repeat(1_000)}\r\n`),
  http("a path that climbs", "404", "GET /../../package.json HTTP/1.1\r\nHost: x\r\n\r\n"),
  http("a path that climbs, encoded", "404", "GET /%2e%2e/%2e%2e/package.json HTTP/1.1\r\nHost: x\r\n\r\n"),
  http("a path that climbs, encoded with its slash", "404", "GET /..%2f..%2fpackage.json HTTP/1.1\r\nHost: x\r\n\r\n"),
  http("a path that climbs, with backslashes", "404", "GET /..\\..\\package.json HTTP/1.1\r\nHost: x\r\n\r\n"),
  http("a path with an encoded NUL", "404", "GET /index.html%00.png HTTP/1.1\r\nHost: x\r\n\r\n"),
  http("a path whose encoding is none", "404", "GET /% HTTP/1.1\r\nHost: x\r\n\r\n"),
  http("a hidden file", "404", "GET /.env HTTP/1.1\r\nHost: x\r\n\r\n"),
];

const frames: Row[] = [
  connected("a frame that is not masked", "closed 1002", [frame("{}", { masked: false })]),
  connected("a frame with a reserved bit", "closed 1002", [frame("{}", { rsv: 4 })]),
  connected("a frame that says it is compressed", "closed 1002", [frame("{}", { rsv: 4 })]),
  connected("an opcode that there is not", "closed 1002", [frame("{}", { opcode: 3 })]),
  connected("a control opcode that there is not", "closed 1002", [frame("", { opcode: 11 })]),
  connected("a continuation of nothing", "closed 1002", [frame("{}", { opcode: 0 })]),
  connected("a message within a message", "closed 1002", [frame("{", { fin: false }), frame("}")]),
  connected("a ping in parts", "closed 1002", [frame("", { opcode: 9, fin: false })]),
  connected("a ping of 126 bytes", "closed 1002", [frame(Buffer.alloc(126), { opcode: 9 })]),
  connected("a close of one byte", "closed 1002", [frame("x", { opcode: 8 })]),
  connected("a close with a code that nobody may send", "closed 1002", [closeFrame(1005)]),
  connected("a close with a code of 65535", "closed 1002", [closeFrame(65_535)]),
  connected("a close whose reason is no UTF-8", "closed 1007", [frame(Buffer.from([0x03, 0xe8, 0xff]), { opcode: 8 })]),
  connected("a frame of 65,537 bytes", "closed 1009", [frame(" ".repeat(65_537))]),
  connected("a frame that says it has 2^40 bytes", "closed 1009", [frame("x", { length: 2 ** 40 })]),
  connected("parts of more than 64 KiB together", "closed 1009", [
    frame(" ".repeat(60_000), { fin: false }),
    frame(" ".repeat(10_000), { opcode: 0 }),
  ]),
  connected("[B7] 65 empty parts", "closed 1008", [frame("", { fin: false }), times(70, frame("", { opcode: 0, fin: false }))]),
  connected("text that is no UTF-8", "closed 1007", [frame(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))]),
  connected("UTF-8 that spells a slash in two bytes", "closed 1007", [frame(Buffer.from([0x22, 0xc0, 0xaf, 0x22]))]),
  connected("half a surrogate in UTF-8", "closed 1007", [frame(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))]),
  connected("[C2] a binary frame", "closed 3501", [frame('{"id":2,"ping":{}}', { opcode: 2 })]),
  connected("[B6] two hundred pings", "closed 3013", [times(200, frame("x", { opcode: 9 }))]),
  connected("[B6] two hundred pongs", "closed 3013", [times(200, frame("x", { opcode: 10 }))]),
  connected("[B6] two hundred {}", "closed 3013", [times(200, frame("{}"))]),
  connected("[B6] two hundred {} in one frame", "closed 3013", ["{}\n".repeat(200)]),
  connected("[B6] more than a megabyte of empty lines", "closed 3013", [times(20, frame("\n".repeat(60_000)))]),
  flooding("[B5] a thousand commands at once", "closed 3013", times(1_000, frame('{"id":2,"dance":{}}'))),
  unconnected("[B6] a megabyte before anything else", "closed 3013", [times(20, frame("\n".repeat(60_000)))]),
  unconnected("[B6] two hundred pings before anything else", "closed 3013", [times(200, frame("x", { opcode: 9 }))]),
  {
    name: "a socket that sends half a command and is gone",
    ends: "gone",
    play: async ({ authority }) => {
      const socket = await connectedSocket(authority);
      socket.write(frame('{"id":2,"publish":{"channel":"a"', { fin: false }), Buffer.from([0x81]));
      socket.destroy();
      return "gone";
    },
  },
  {
    name: "a socket that asks for much, reads nothing and is gone",
    ends: "gone",
    play: async ({ authority }) => {
      const socket = await connectedSocket(authority);
      socket.stopReading();
      for (let id = 2; id < 60; id++) socket.write(JSON.stringify({ id, history: { channel: "live:pair", limit: -1 } }));
      await new Promise((resolve) => setTimeout(resolve, 500));
      socket.destroy();
      return "gone";
    },
  },
];

/** What takes its time, on purpose. */
const fromTenSeconds = { withinMs: 16_000 };

const slowly: Row[] = [
  {
    name: "[C4] a socket that says nothing",
    ends: "closed 3502",
    ...fromTenSeconds,
    play: async ({ authority }) => (await BareSocket.open(authority)).next(),
  },
  {
    name: "[C4] a socket that says nothing but pings",
    ends: "closed 3502",
    ...fromTenSeconds,
    play: async ({ authority }) => {
      const socket = await BareSocket.open(authority);
      const pinging = setInterval(() => socket.write(frame("", { opcode: 9 })), 1_000);
      return socket.ended().finally(() => clearInterval(pinging));
    },
  },
  ...(
    [
      ["half a header", (at) => frame("x").subarray(0, at + 1), 1],
      ["half a frame", (at) => Buffer.concat([frame("{", { length: 30_000 }), Buffer.alloc(at)]), 0],
      ["half a message, in parts", () => frame("{", { fin: false }), 0],
    ] as [string, (at: number) => Buffer, number][]
  ).map(
    ([what, bytes, at]): Row => ({
      name: `[B7] ${what}`,
      ends: "closed 4001",
      ...fromTenSeconds,
      play: async ({ authority }) => {
        const socket = await connectedSocket(authority);
        socket.write(bytes(at));
        return socket.ended();
      },
    }),
  ),
  {
    name: "[B7] a frame that trickles, a byte a second",
    ends: "closed 4001",
    ...fromTenSeconds,
    play: async ({ authority }) => {
      const socket = await connectedSocket(authority);
      socket.write(frame("{", { length: 1_000 }));
      const trickle = setInterval(() => socket.write(Buffer.from(" ")), 1_000);
      return socket.ended().finally(() => clearInterval(trickle));
    },
  },
  { ...http("[B8] a request that stops in its head", "408", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A"), ...fromTenSeconds },
  {
    ...http("[B8] half an upgrade", "408", "GET /connection/websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"),
    ...fromTenSeconds,
  },
  { ...http("[B8] a connection that says nothing", "408", ""), ...fromTenSeconds },
  {
    ...http(
      "[B8] a call whose body never comes",
      "408",
      "POST /api/publish HTTP/1.1\r\nHost: x\r\nX-API-Key: a-key-for-tests-only\r\nContent-Length: 100\r\n\r\n{",
    ),
    withinMs: 22_000,
  },
];

export const frameRows: Row[] = [...upgrades, ...https, ...frames, ...slowly];
