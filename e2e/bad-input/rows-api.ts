// What is wrong with calls of the server API.
import { api, type Row } from "./row.ts";

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const call = (name: string, ends: string, method: string, body: string | object): Row =>
  api(name, ends, { path: `/api/${method}`, body });

const keys: Row[] = [
  api("[A1] no key", "401 101", { path: "/api/info", key: undefined }),
  api("[A1] an empty key", "401 101", { path: "/api/info", key: "" }),
  api("[A1] a wrong key", "401 101", { path: "/api/info", key: "a-key-for-tests-onlx" }),
  api("[A1] a key of 10 KB", "401 101", { path: "/api/info", key: "x".repeat(10_000) }),
  api("[A1] a key in the address", "401 101", { path: "/api/info?api_key=a-key-for-tests-only", key: undefined }),
  api("[A1] a key of another scheme", "401 101", {
    path: "/api/info",
    key: undefined,
    headers: { Authorization: "Bearer a-key-for-tests-only" },
  }),
  api("[A1] a wrong key for a room", "401 101", { method: "GET", path: "/api/rooms/live:a", key: "wrong" }),
];

const bodies: Row[] = [
  api("[A2] a method that there is not", "404 104", { path: "/api/dance" }),
  api("[A2] a method named constructor", "404 104", { path: "/api/constructor" }),
  api("[A2] a method named __proto__", "404 104", { path: "/api/__proto__" }),
  api("[A2] a method that climbs", "404 104", { path: "/api/..%2f..%2fhealthz" }),
  api("[A2] GET of a method", "404 104", { method: "GET", path: "/api/info" }),
  api("[A2] DELETE of a room", "404 104", { method: "DELETE", path: "/api/rooms/live:a" }),
  call("[A2] a body that is no JSON", "400 107", "publish", "nonsense"),
  call("[A2] a body that is cut", "400 107", "publish", '{"channel":"a"'),
  api("[A2] a body that is no UTF-8", "400 107", { path: "/api/publish", body: Buffer.from([0x7b, 0xff, 0x7d]) }),
  api("[A2] a body of a charset that there is not", "400 107", {
    path: "/api/publish",
    body: "{}",
    headers: { "Content-Type": "application/json; charset=nonsense" },
  }),
  api("[A2] a body packed in a way that there is not", "400 107", {
    path: "/api/publish",
    body: "{}",
    headers: { "Content-Encoding": "nonsense" },
  }),
  api("[A2] a body that says it is packed", "400 107", {
    path: "/api/publish",
    body: "{}",
    headers: { "Content-Encoding": "gzip" },
  }),
  call("[A2] a body of 300 KB", "413 106", "publish", { channel: "a", data: { x: "x".repeat(300_000) } }),
  call("[A2] deep JSON", "400 107", "publish", `{"channel":"a","data":{"x":${nested(10_000)}}}`),
  call("[P8] __proto__", "400 107", "publish", '{"channel":"a","data":{"__proto__":1}}'),
  call("[P8] an integer of 20 digits, by the API", "400 107", "publish", '{"channel":"a","data":{"x":12345678901234567890}}'),
];

const arguments_: Row[] = [
  call("[A3] publish of nothing", "200 107", "publish", {}),
  call("[A3] publish of an array", "200 107", "publish", "[]"),
  call("[A3] publish of null", "200 107", "publish", "null"),
  call("[A3] publish in a channel that is a number", "200 107", "publish", { channel: 1, data: {} }),
  call("[A3] publish in a subject", "200 107", "publish", { channel: "a.>", data: {} }),
  call("[A3] publish of a text", "200 107", "publish", { channel: "a", data: "text" }),
  call("[A3] publish of 8 KiB and more", "200 106", "publish", { channel: "a", data: { x: "x".repeat(8_200) } }),
  call("[A3] publish of 33 levels", "200 107", "publish", `{"channel":"a","data":{"x":${nested(32)}}}`),
  call("[A3] publish with a key that has a space", "200 107", "publish", { channel: "a", data: {}, idempotency_key: "a b" }),
  call("[A7] broadcast to nobody", "200 107", "broadcast", { channels: [], data: {} }),
  call("[A7] broadcast to a text", "200 107", "broadcast", { channels: "a", data: {} }),
  call("[A7] broadcast to 1,001 rooms", "200 107", "broadcast", {
    channels: Array.from({ length: 1_001 }, (_, n) => `r${n}`),
    data: {},
  }),
  call("[A7] broadcast to a room that cannot be", "200 107", "broadcast", { channels: ["a b"], data: {} }),
  call("[A4] history of an object", "200 107", "history", { channel: {} }),
  call("[A4] history with a limit of a half", "200 107", "history", { channel: "a", limit: 0.5 }),
  call("[A8] presence of nothing", "200 107", "presence", {}),
  call("[A4] presence_stats of a subject", "200 107", "presence_stats", { channel: "room.log.*" }),
  call("[A10] disconnect of nobody", "200 107", "disconnect", {}),
  call("[A10] disconnect of a number", "200 107", "disconnect", { user: 5 }),
  call("[A10] disconnect of a user with a line break", "200 107", "disconnect", { user: "a\r\nb" }),
  call("[A10] unsubscribe from a room that cannot be", "200 107", "unsubscribe", { user: "kim", channel: "../a" }),
  call("[A18] words that are none", "200 107", "words", { rules: [{ pattern: 5 }] }),
  call("[A18] 1,001 words", "200 107", "words", {
    rules: Array.from({ length: 1_001 }, (_, n) => ({ pattern: `word${n}`, match: "word", action: "mask" })),
  }),
  call("[A11] a batch of nothing", "200 107", "batch", {}),
  call("[A11] a batch of 101", "200 107", "batch", { commands: Array.from({ length: 101 }, () => ({ info: {} })) }),
  call("[A11] a batch in a batch", "200 104", "batch", { commands: [{ batch: { commands: [] } }] }),
  call("[A11] a batch of what is not there", "200 104", "batch", { commands: [{ constructor: {} }] }),
  call("[A11] a batch of two calls in one", "200 104", "batch", { commands: [{ info: {}, channels: {} }] }),
];

const rooms: Row[] = [
  api("[A16] a room that cannot be", "400 107", { method: "GET", path: "/api/rooms/a.b" }),
  api("[A16] a room that climbs", "400 107", { method: "GET", path: "/api/rooms/..%2f..%2fetc%2fpasswd" }),
  api("[A16] a room whose encoding is none", "400 107", { method: "GET", path: "/api/rooms/%E0%A4%A" }),
  api("[A13] a room in which nothing has happened", "404 1112", { method: "GET", path: "/api/rooms/live:nobody-was-here" }),
  ...(
    [
      ["that is no object", "[]"],
      ["with a field that there is not", { polluted: true }],
      ["with another type", { type: "radio" }],
      ["with a title of 201 letters", { title: "x".repeat(201) }],
      ["with a title that is a number", { title: 5 }],
      ["with an owner that is nobody", { owner: "" }],
      ["that starts before 1970", { startsAt: -1 }],
      ["in a state that there is not", { state: "haunted" }],
      ["with a setting that there is not", { settings: { polluted: 1 } }],
      ["with a review by file", { settings: { review: { url: "file:///etc/passwd", failOpen: true } } }],
    ] as [string, string | object][]
  ).map(([what, body]) => api(`[A12] a room ${what}`, "400 107", { method: "PUT", path: "/api/rooms/live:bad", body })),
  api("[A12] an Idempotency-Key of 256 characters", "400 107", {
    method: "PUT",
    path: "/api/rooms/live:bad",
    body: {},
    headers: { "Idempotency-Key": "x".repeat(256) },
  }),
  ...(
    [
      ["of nothing", {}],
      ["of −1", { id: "g", user: "kim", amount: -1, currency: "KRW" }],
      ["of 10^13", { id: "g", user: "kim", amount: 1e13, currency: "KRW" }],
      ["of a half", { id: "g", user: "kim", amount: 0.5, currency: "KRW" }],
      ["in a currency of four letters", { id: "g", user: "kim", amount: 1, currency: "KRWX" }],
      ["of another type", { id: "g", type: "ban", user: "kim", amount: 1, currency: "KRW" }],
    ] as [string, object][]
  ).map(([what, body]) => api(`[A14] a gift ${what}`, "400 107", { path: "/api/rooms/live:bad/gifts", body })),
  api("[A15] an action that there is not", "400 107", { path: "/api/rooms/live:bad/actions", body: { id: "x", type: "dance" } }),
  api("[A15] an action without an id", "400 107", { path: "/api/rooms/live:bad/actions", body: { type: "ban", user: "kim" } }),
  api("[A15] an action of the type __proto__", "400 107", {
    path: "/api/rooms/live:bad/actions",
    body: { id: "x", type: "__proto__" },
  }),
  api("[A15] an action on a message that is not there", "404 1112", {
    path: "/api/rooms/live:bad/actions",
    body: { id: "x", type: "delete", offset: 999 },
  }),
  api("[A17] a replay from a text", "400 107", { method: "GET", path: "/api/rooms/live:bad/replay?from=yesterday" }),
  api("[A17] a replay from two places", "400 107", { method: "GET", path: "/api/rooms/live:bad/replay?from=1&from=2" }),
  api("[A17] a replay with a parameter that there is not, which is passed over", "200", {
    method: "GET",
    path: "/api/rooms/live:bad/replay?from[a]=1",
  }),
  api("[A18] words of a room that are none", "400 107", {
    method: "PUT",
    path: "/api/rooms/live:bad/words",
    body: { rules: "all" },
  }),
  api("[A18] events without types", "400 107", { path: "/api/rooms/live:bad/events", body: {} }),
  api("[A18] a dry run of no minutes", "400 107", { path: "/api/rooms/live:bad/dry-run", body: { minutes: 0 } }),
  api("[A2] what is not there under a room", "404 104", { path: "/api/rooms/live:bad/dance", body: {} }),
];

const operate = (
  name: string,
  ends: string,
  method: "GET" | "POST",
  path: string,
  more: Partial<Parameters<typeof api>[2]> = {},
) => api(name, ends, { method, path: `/api/operate/${path}`, ...more });
const bearer = (token: string) => ({ key: undefined, headers: { Authorization: `Bearer ${token}` } });
const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from('{"sub":"kim","operator":true}').toString("base64url")}.`;

const operators: Row[] = [
  operate("[O1] no key for operators", "401 101", "GET", "overview", { key: undefined }),
  operate("[O1] a wrong key for operators", "401 101", "GET", "overview", { key: "wrong" }),
  operate("[O1] a token of no kind", "401 101", "GET", "overview", bearer("nonsense")),
  operate("[O1] an empty token", "401 101", "GET", "overview", bearer("")),
  operate("[O1] a token that nobody signed", "401 101", "GET", "overview", bearer(unsigned)),
  operate("[O1] a token of 12 KB", "401 101", "GET", "overview", bearer("x".repeat(12_000))),
  operate("[O1] the key of the API as a token", "401 101", "GET", "overview", bearer("a-key-for-tests-only")),
  operate("[O1] what is not there for operators", "404 104", "GET", "secrets"),
  operate("[O1] a method that operators do not have", "404 104", "POST", "overview"),
  operate("[O2] an overview with a parameter that there is not", "400 107", "GET", "overview?all=1"),
  operate("[O3] actors of a member that cannot be", "400 107", "GET", "actors?member=../a"),
  operate("[O3] actors of two members", "400 107", "GET", "actors?member=a&member=b"),
  operate("[O3] actors in a state that there is not", "400 107", "GET", "actors?state=haunted"),
  operate("[O3] actors after no room", "400 107", "GET", "actors?after=a.%3E"),
  operate("[O3] no actors at all", "400 107", "GET", "actors?limit=0"),
  operate("[O3] 101 actors", "400 107", "GET", "actors?limit=101"),
  operate("[O3] actors by an object", "400 107", "GET", "actors?limit[a]=1"),
  operate("[O4] a restart of a room that cannot be", "400 107", "POST", "actors/a.b/restart"),
  operate("[O4] a restart of a room that climbs", "400 107", "POST", "actors/..%2f..%2fetc/restart"),
  operate("[O4] a restart of a room whose encoding is none", "400 107", "POST", "actors/%E0%A4%A/restart"),
  operate("[O4] a restart of a room that is well", "404 1112", "POST", "actors/live:nobody-was-here/restart"),
  operate("[O4] a restart with a body of 300 KB", "404 1112", "POST", "actors/live:nobody-was-here/restart", {
    body: "x".repeat(300_000),
  }),
  operate("[O5] dead letters after a text", "400 107", "GET", "dead-letters?after=newest"),
  operate("[O5] dead letters after -1", "400 107", "GET", "dead-letters?after=-1"),
  operate("[O5] a million dead letters", "400 107", "GET", "dead-letters?limit=1000000"),
  operate("[O6] a dead letter 0", "400 107", "GET", "dead-letters/0"),
  operate("[O6] a dead letter of twenty digits", "400 107", "GET", "dead-letters/99999999999999999999"),
  operate("[O6] a dead letter named __proto__", "400 107", "GET", "dead-letters/__proto__"),
  operate("[O6] a dead letter that is not there", "404 1112", "GET", "dead-letters/999999999"),
  operate("[O7] a replay of a dead letter that is not there", "404 1112", "POST", "dead-letters/999999999/replay"),
  operate("[O7] a replay of half a letter", "400 107", "POST", "dead-letters/1.5/replay"),
  operate("[O8] an operator who closes the connections of nobody", "400 107", "POST", "disconnect", { body: "{}" }),
  operate("[O8] and of an array", "400 107", "POST", "disconnect", { body: "[]" }),
  operate("[O8] and with a field that there is not", "400 107", "POST", "disconnect", { body: { user: "nobody", all: true } }),
  operate("[O8] and with a body of 300 KB", "413 106", "POST", "disconnect", { body: { user: "x".repeat(300_000) } }),
];

export const apiRows: Row[] = [...keys, ...bodies, ...arguments_, ...rooms, ...operators];
