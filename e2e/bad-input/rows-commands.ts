// What is wrong with commands, tokens, channels and data.
import { Action } from "@madang/contracts";
import { secrets } from "../support/processes.ts";
import { tokenFor } from "../support/viewer.ts";
import { BareSocket } from "./bare-socket.ts";
import { command, connected, type Row, unconnected } from "./row.ts";

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

const first: Row[] = (
  [
    ["nothing that is JSON", "hello"],
    ["an array", "[]"],
    ["a string", '"connect"'],
    ["null", "null"],
    ["a number of a thousand digits", "9".repeat(1_000)],
    ["{}", "{}"],
    ["a command before connect", '{"id":1,"subscribe":{"channel":"a"}}'],
    ["connect without an id", '{"connect":{}}'],
    ["connect with a negative id", '{"id":-1,"connect":{}}'],
    ["connect with an id of 2^32", '{"id":4294967296,"connect":{}}'],
    ["connect with an id that is no whole number", '{"id":1.5,"connect":{}}'],
    ["connect with a token that is a number", '{"id":1,"connect":{"token":5}}'],
    ["connect that is an array", '{"id":1,"connect":[]}'],
    ["connect with a token of 20 KB", `{"id":1,"connect":{"token":"${"x".repeat(20_000)}"}}`],
    ["connect with a name of 100 letters", `{"id":1,"connect":{"name":"${"x".repeat(100)}"}}`],
    ["connect and another command in one", '{"id":1,"connect":{},"ping":{}}'],
    ["connect with __proto__", '{"id":1,"connect":{"data":{"__proto__":{"identity":"x"}}}}'],
    ["deep JSON", nested(30_000)],
    ["a key that is opened 10,000 times", '{"a":'.repeat(10_000)],
  ] as const
).map(([what, text]) => unconnected(`[C2] ${what}, before anything else`, "closed 3501", [text]));

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = (claims: object) => tokenFor("kim", { ...claims });

const tokens: Row[] = (
  [
    ["a text that is none", "closed 3500", async () => "nonsense"],
    ["three dots", "closed 3500", async () => "..."],
    ["of no algorithm", "closed 3500", async () => `${base64({ alg: "none" })}.${base64({ sub: "kim" })}.`],
    ["of an algorithm called NONE", "closed 3500", async () => `${base64({ alg: "NONE" })}.${base64({ sub: "kim" })}.AAAA`],
    ["that says RS256", "closed 3500", async () => `${base64({ alg: "RS256" })}.${base64({ sub: "kim" })}.AAAA`],
    ["that says HS512", "closed 3500", async () => `${base64({ alg: "HS512" })}.${base64({ sub: "kim" })}.AAAA`],
    [
      "with a key of its own",
      "closed 3500",
      async () => `${base64({ alg: "HS256", jwk: { kty: "oct", k: "AAAA" } })}.${base64({ sub: "kim" })}.AAAA`,
    ],
    [
      "with an extension that must be known",
      "closed 3500",
      async () => `${base64({ alg: "HS256", crit: ["x"], x: 1 })}.${base64({ sub: "kim" })}.AAAA`,
    ],
    ["signed with another secret", "closed 3500", async () => tokenFor("kim", {}, "another-secret-of-some-length")],
    ["signed with the API key", "closed 3500", async () => tokenFor("kim", {}, secrets.MADANG_API_KEY)],
    ["whose signature was cut", "closed 3500", async () => (await signed({})).slice(0, -4)],
    [
      "whose claims were changed",
      "closed 3500",
      async () => {
        const [head, , signature] = (await signed({})).split(".");
        return `${head}.${base64({ sub: "admin" })}.${signature}`;
      },
    ],
    ["without a user", "closed 3500", async () => tokenFor("", {})],
    ["of a user with a line break", "closed 3500", async () => tokenFor("kim\r\nX: y", {})],
    ["of a user of 129 letters", "closed 3500", async () => tokenFor("x".repeat(129), {})],
    ["of a user with half a surrogate", "closed 3500", async () => tokenFor("\ud800", {})],
    ["that is for a subscription", "closed 3500", async () => signed({ channel: "live:a" })],
    ["that is a visitor's identity", "closed 3500", async () => signed({ aud: "madang:anonymous" })],
    ["of a role that there is not", "closed 3500", async () => signed({ role: "god" })],
    ["of a role __proto__", "closed 3500", async () => signed({ role: "__proto__" })],
    ["with roles in a room that cannot be", "closed 3500", async () => signed({ rooms: { "a b": "owner" } })],
    ["with info of 3 KB", "closed 3500", async () => signed({ info: { x: "x".repeat(3_000) } })],
    ["made before 1970", "closed 3500", async () => signed({ registered_at: -1 })],
    ["with an end that is a text", "closed 3500", async () => signed({ exp: "tomorrow" })],
    ["not valid yet", "closed 3500", async () => signed({ nbf: 4_000_000_000 })],
  ] as [string, string, () => Promise<string>][]
).map(([what, ends, make]) => ({
  name: `[C6] a token ${what}`,
  ends,
  play: async ({ authority }) => {
    const socket = await BareSocket.open(authority);
    socket.write(JSON.stringify({ id: 1, connect: { token: await make() } }));
    return socket.next();
  },
}));

const subscriptionTokens: Row[] = (
  [
    ["forged", async () => "a.b.c"],
    ["for another channel", async () => tokenFor("kim", { channel: "live:other" })],
    ["for somebody else", async () => tokenFor("lee", { channel: "live:a" })],
    ["that is a connection token", async () => tokenFor("kim")],
  ] as [string, () => Promise<string>][]
).map(([what, make]) => ({
  name: `[S9] a subscription token ${what}`,
  ends: "error 103",
  play: async ({ authority }) => {
    const socket = await BareSocket.open(authority);
    socket.write(JSON.stringify({ id: 1, connect: { token: await tokenFor("kim") } }));
    await socket.next();
    socket.write(JSON.stringify({ id: 2, subscribe: { channel: "live:a", token: await make() } }));
    const reply = JSON.parse(await socket.next());
    socket.destroy();
    return `error ${reply.error?.code}`;
  },
}));

const lines: Row[] = (
  [
    ["[C2] a line that is no JSON", "closed 3501", "nonsense"],
    ["[C2] JSON that is cut", "closed 3501", '{"id":2,"publish":{"chan'],
    ["[C2] JSON with a comment", "closed 3501", '{"id":2,/* */"ping":{}}'],
    ["[C2] JSON with a raw line break in a text", "closed 3501", '{"id":2,"rpc":{"method":"a\nb"}}'],
    ["[C2] NaN", "closed 3501", '{"id":2,"rpc":{"data":NaN}}'],
    ["[C2] a byte order mark", "closed 3501", '\ufeff{"id":2,"ping":{}}'],
    ["[C2] a second connect", "closed 3501", '{"id":2,"connect":{}}'],
    ["[C2] no id", "closed 3501", '{"publish":{"channel":"a","data":{}}}'],
    ["[C2] an id that is a text", "closed 3501", '{"id":"2","ping":{}}'],
    ["[C2] an id that is an object", "closed 3501", '{"id":{},"ping":{}}'],
    ["[C2] an id of 10^20", "closed 3501", '{"id":100000000000000000000,"ping":{}}'],
    ["[C2] deep JSON of 60 KB", "closed 3501", nested(30_000)],
    ["[C10] an unknown command", "error 104", '{"id":2,"dance":{}}'],
    ["[C10] a command named constructor", "error 104", '{"id":2,"constructor":{}}'],
    ["[C10] a command named toString", "error 104", '{"id":2,"toString":{}}'],
    ["[C10] two commands in one", "error 107", '{"id":2,"ping":{},"presence":{"channel":"a"}}'],
    ["[P8] a command whose name is __proto__", "error 107", '{"id":2,"__proto__":{"ping":{}}}'],
    ["[P8] __proto__ beside a command", "error 107", '{"id":2,"ping":{},"__proto__":{"admin":true}}'],
    ["[P8] __proto__ in data", "error 107", '{"id":2,"publish":{"channel":"a","data":{"a":[{"__proto__":1}]}}}'],
    ["[P8] __proto__ spelled with escapes", "error 107", '{"id":2,"publish":{"channel":"a","data":{"\\u005f_proto__":1}}}'],
    ["[P8] an integer of 20 digits", "error 107", '{"id":2,"publish":{"channel":"a","data":{"x":12345678901234567890}}}'],
    [
      "[P8] an integer of 17 digits with an exponent",
      "error 107",
      '{"id":2,"publish":{"channel":"a","data":{"x":1234567890123456.7e1}}}',
    ],
    ["[P8] a number beyond all", "error 107", '{"id":2,"publish":{"channel":"a","data":{"x":1e999}}}'],
    ["[P8] a number of 30 KB", "error 107", `{"id":2,"publish":{"channel":"a","data":{"x":${"9".repeat(30_000)}}}}`],
    ["[P8] data of 33 levels", "error 107", `{"id":2,"publish":{"channel":"a","data":{"x":${nested(32)}}}}`],
    ["[P8] data of 5,000 levels", "error 107", `{"id":2,"publish":{"channel":"a","data":{"x":${nested(5_000)}}}}`],
    ["[P1] data of more than 8 KiB", "error 106", `{"id":2,"publish":{"channel":"a","data":{"x":"${"x".repeat(8_200)}"}}}`],
    ["[P1] data that is null", "error 107", '{"id":2,"publish":{"channel":"a","data":null}}'],
    ["[P1] data that is an array", "error 107", '{"id":2,"publish":{"channel":"a","data":[]}}'],
    ["[P1] data that is missing", "error 107", '{"id":2,"publish":{"channel":"a"}}'],
  ] as const
).map(([name, ends, text]) => connected(name, ends, [text]));

const channels: Row[] = (
  [
    "a.b",
    "a.>",
    "*",
    ">",
    "$SYS.REQ",
    "$JS.API.STREAM.LIST",
    "_INBOX.x",
    "live:",
    ":a",
    "LIVE:a",
    "a:b:c",
    "a b",
    "a\tb",
    "a\r\nPUB x 1",
    "a\u0000",
    "\u001b[31mred",
    "../../etc/passwd",
    "한국",
    "ａｂｃ",
    "a\u202eb",
    "",
    "x".repeat(65),
    "x".repeat(300),
    "=all",
    "__proto__:a",
  ] as const
).map((channel, index) => {
  const methods = [
    { subscribe: { channel } },
    { publish: { channel, data: {} } },
    { history: { channel, limit: 1 } },
    { presence: { channel } },
    { presence_stats: { channel } },
    { unsubscribe: { channel } },
  ];
  const value = methods[index % methods.length] ?? {};
  return command(`[S1] ${Object.keys(value)[0]} of the channel ${JSON.stringify(channel.slice(0, 40))}`, "error 107", value);
});

const types: Row[] = [
  command("[C10] subscribe to a number", "error 107", { subscribe: { channel: 5 } }),
  command("[C10] subscribe to nothing", "error 107", { subscribe: {} }),
  command("[C10] subscribe that is null", "error 107", { subscribe: null }),
  command("[C10] subscribe with an offset of −1", "error 107", { subscribe: { channel: "a", offset: -1 } }),
  command("[C10] subscribe with an offset of 1.5", "error 107", { subscribe: { channel: "a", offset: 1.5 } }),
  command("[C10] subscribe with recover of 1", "error 107", { subscribe: { channel: "a", recover: 1 } }),
  command("[C10] subscribe with an epoch of 65 letters", "error 107", { subscribe: { channel: "a", epoch: "x".repeat(65) } }),
  command("[C10] history with a limit of −2", "error 107", { history: { channel: "a", limit: -2 } }),
  command("[C10] history with a limit that is a text", "error 107", { history: { channel: "a", limit: "1" } }),
  command("[C10] history since a text", "error 107", { history: { channel: "a", since: "1" } }),
  command("[C10] history since an offset of 2^53", "error 107", {
    history: { channel: "a", limit: 1, since: { offset: 2 ** 53 } },
  }),
  command("[H4] history of another life of the log", "error 112", {
    history: { channel: "a", limit: 1, since: { offset: 1, epoch: "nonsense" } },
  }),
  command("[C10] presence of an array", "error 107", { presence: { channel: ["a"] } }),
  command("[C10] refresh without a token", "error 107", { refresh: {} }),
  command("[C9] refresh with a forged token", "closed 3500", { refresh: { token: "a.b.c" } }),
  command("[C10] sub_refresh without a subscription", "error 103", { sub_refresh: { channel: "a", token: "x" } }),
  command("[C10] rpc that is an array", "error 107", { rpc: [] }),
  command("[C10] rpc with a method that is a number", "error 107", { rpc: { method: 1 } }),
  command("[P9] rpc without a method", "error 104", { rpc: {} }),
  command("[P9] rpc toString", "error 104", { rpc: { method: "toString" } }),
  command("[P9] rpc gift, which is the site's alone", "error 104", { rpc: { method: "gift", data: { channel: "a", id: "x" } } }),
  command("[P5] send with an id of 65 letters", "error 107", {
    rpc: { method: "send", data: { channel: "a", id: "x".repeat(65), data: {} } },
  }),
  command("[P5] send with an id with a line break", "error 107", {
    rpc: { method: "send", data: { channel: "a", id: "a\r\nb", data: {} } },
  }),
  command("[P5] send with an id of no letters", "error 107", {
    rpc: { method: "send", data: { channel: "a", id: "", data: {} } },
  }),
  command("[N2] −1 hearts", "error 107", { rpc: { method: "hearts", data: { channel: "a", id: "x", count: -1 } } }),
  command("[N2] 10^15 hearts", "error 107", { rpc: { method: "hearts", data: { channel: "a", id: "x", count: 1e15 } } }),
  command("[N2] hearts of the kind __proto__", "error 107", {
    rpc: { method: "hearts", data: { channel: "a", id: "x", kind: "__proto__", count: 1 } },
  }),
  command("[N2] hearts of a kind with a line break", "error 107", {
    rpc: { method: "hearts", data: { channel: "a", id: "x", kind: "a\nb", count: 1 } },
  }),
  command("[M2] a mute of a million years", "error 107", {
    rpc: { method: "mute", data: { channel: "a", id: "x", user: "lee", seconds: 31_536_000_000_000 } },
  }),
  command("[M2] a ban with a reason of 201 letters", "error 107", {
    rpc: { method: "ban", data: { channel: "a", id: "x", user: "lee", reason: "x".repeat(201) } },
  }),
  command("[M2] a ban of a user with a control character", "error 107", {
    rpc: { method: "ban", data: { channel: "a", id: "x", user: "lee\u001b[2J" } },
  }),
  command("[M2] a grant of a role that there is not", "error 107", {
    rpc: { method: "grant", data: { channel: "a", id: "x", user: "lee", role: "god" } },
  }),
  command("[M2] a setting that there is not", "error 107", {
    rpc: { method: "configure", data: { channel: "a", id: "x", settings: { polluted: 1 } } },
  }),
  command("[M2] a setting out of bounds", "error 107", {
    rpc: { method: "settings", data: { channel: "a", id: "x", settings: { slowModeMs: 1e9 } } },
  }),
  command("[G6] a pin of what is not there", "refused 1112", {
    rpc: { method: "pin", data: { channel: "a", id: "pin-1", offset: 999_999 } },
  }),
  command("[M5] events of a type that there is not", "error 107", {
    rpc: { method: "events", data: { channel: "a", types: ["posted"] } },
  }),
  command("[M5] a word of 65 letters", "error 107", {
    rpc: { method: "words", data: { channel: "a", rules: [{ pattern: "x".repeat(65), match: "word", action: "mask" }] } },
  }),
  command("[M5] a dry run of a year", "error 107", { rpc: { method: "dry-run", data: { channel: "a", minutes: 525_600 } } }),
  command("[H8] a replay from −1", "error 107", { rpc: { method: "replay", data: { channel: "a", from: -1 } } }),
  command("[N7] a room that is called nothing", "error 107", { rpc: { method: "start", data: { title: " " } } }),
  command("[N6] to block nobody", "error 107", { rpc: { method: "block", data: { user: "" } } }),
];

/** Every method that takes something. `blocks` takes nothing, and so nothing wrong. */
export const rpcMethods = [
  ...["send", "settings", "hearts", "typing", "info", "block", "unblock", "replay", "start", "words", "events", "dry-run"],
  ...Action.options.map(({ shape }) => shape.type.value).filter((name) => name !== "gift"),
];

const wrongTypes: Row[] = rpcMethods.flatMap((method) => [
  command(`[M2] ${method} of nothing`, "error 107", { rpc: { method } }),
  command(`[M2] ${method} of a text`, "error 107", { rpc: { method, data: "live:a" } }),
  command(`[M2] ${method} of a room and a user that are numbers`, "error 107", {
    rpc: { method, data: { channel: 1, id: 1, user: 1 } },
  }),
  command(`[M2] ${method} of arrays`, "error 107", { rpc: { method, data: { channel: [], id: [], user: [], offset: [] } } }),
]);

export const commandRows: Row[] = [...first, ...tokens, ...subscriptionTokens, ...lines, ...channels, ...types, ...wrongTypes];
