// What a gateway reads from clients, from the site's backend, and from what others keep in NATS: an answer, or an error of the table.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { BusMessage } from "@madang/bus";
import {
  Action,
  type Counters,
  DisconnectCode,
  ErrorCode,
  encodeJson,
  type MemberId,
  RevocationKey,
  RoomId,
  type RoomReply,
  UserId,
} from "@madang/contracts";
import { anyText, eventAt, fuzz, jsonBytesNear, jsonNear } from "@madang/devkit";
import { MemoryBucket } from "@madang/log";
import { RoomState } from "@madang/room-state";
import { createLogger, untraced } from "@madang/runtime";
import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { Blocks } from "./blocks.ts";
import { ChannelsSurvey } from "./channels.ts";
import { type Command, decodeCommand } from "./decode.ts";
import type { Gateway } from "./gateway.ts";
import { readHistory } from "./history.ts";
import { httpApp } from "./http.ts";
import { Identities } from "./identity.ts";
import { Orders } from "./orders.ts";
import { HistoryUnavailable, Past } from "./past.ts";
import { PresenceSurvey } from "./presence.ts";
import { replayPage } from "./replay.ts";
import { Disconnect, ReplyError, toReply } from "./reply-error.ts";
import { RoomView } from "./room-view.ts";
import { rpc } from "./rpc.ts";
import { noBlocks, noCards } from "./test-viewer.ts";
import { Traffic } from "./traffic.ts";
import { ApiKeys, scopes } from "./trust/api-keys.ts";
import { Revocations } from "./trust/revocations.ts";
import { keyOfToken, keyOfUser, marksOf } from "./trust/token-marks.ts";

const room = RoomId.parse("live:a");
const secret = "a-secret-for-tests-only";
const key = "a-key-for-tests-only";
const codes = Object.values(ErrorCode).map(({ code }) => code);
const closes = Object.values(DisconnectCode).map(({ code }) => code);

/** What may come of anything that a client does. */
function expectNamed(error: unknown): void {
  if (error instanceof Disconnect) return expect(closes).toContain(error.close.code);
  const reply = toReply(error);
  if (reply === undefined) throw error;
  expect(codes).toContain(reply.code);
}

const counters: Counters = {
  ...{ state: "open", viewers: 3, users: 2, peak: 9, comments: 5, hearts: {}, supporters: [], sampled: false, shards: 1 },
  gifts: { count: 0, amounts: {} },
};
const committed: RoomReply = { v: 1, kind: "committed", offset: 7, epoch: "e", duplicate: false };
const logger = createLogger("test", "silent");
const state = new RoomState();

/** What persistence says to whatever it is asked. */
const answered = {
  ...{ v: 1, ok: true, events: [], more: false },
  ...{ messages: 0, cut: false, stopped: { mask: 0, hold: 0, reject: 0 }, found: [] },
};

/** A gateway around which everything is there and well. */
const gateway = {
  self: "gateway-x",
  logger,
  now: () => 1_000,
  bus: { publish: () => {}, request: async () => encodeJson(answered) },
  rooms: { ask: async () => committed },
  hearts: { add: async () => ({ kind: "counted", count: 1 }) },
  hub: { get: () => undefined },
  cards: { read: async () => encodeJson(state.toStored()) },
  words: new MemoryBucket(),
  log: { position: async () => ({ epoch: "e", offset: 100 }) },
  past: {
    page: async ({ from, to }: { from: number; to: number }) =>
      Array.from({ length: Math.min(5, to - from + 1) }, (_, n) => eventAt(from + n)),
  },
  blocks: { ...noBlocks, block: async () => true, unblock: async () => {}, list: async () => [] },
  channels: { of: async () => [] },
  owners: { counters: async () => counters },
  presence: { of: async () => [], stats: async () => ({ num_clients: 2, num_users: 1 }) },
  orders: { give: async () => {} },
  revocations: { revoke: async () => {} },
  info: { all: async () => [] },
  existence: { check: async () => {} },
  pinned: { of: async () => [] },
  traffic: new Traffic(),
  tracing: untraced,
} as unknown as Gateway;

const actions: object[] = [
  { id: "x", user: "lee", seconds: 5, reason: "spam" },
  { id: "x", offset: 5, reason: "spam" },
  { id: "x", offset: 5, data: { text: "hi" } },
  { id: "x", settings: { slowModeMs: 5, review: { url: "https://example.org/", failOpen: true } } },
  { id: "x", role: "moderator", user: "lee" },
  { id: "x", title: "a", startsAt: 5, state: "open" },
];
const methods = [
  ...["send", "settings", "hearts", "typing", "info", "block", "unblock", "blocks", "replay", "words", "events", "dry-run"],
  ...Action.options.map(({ shape }) => shape.type.value),
];
const rpcs = [
  ...methods.flatMap((method, index) => [{ method, data: { channel: "live:a", ...actions[index % actions.length] } }]),
  { method: "send", data: { channel: "live:a", id: "x", data: { text: "hi" } } },
  { method: "hearts", data: { channel: "live:a", id: "x", kind: "a", count: 5 } },
  { method: "replay", data: { channel: "live:a", from: 0, to: 5, after: { offset: 5, second: 9 } } },
  { method: "words", data: { channel: "live:a", rules: [{ pattern: "a", match: "word", action: "mask" }], allow: ["b"] } },
  { method: "events", data: { channel: "live:a", types: ["pinned"], from: 1, to: 5, limit: 5, reverse: true } },
];
const commands = [
  { id: 1, connect: { token: "a", data: { identity: "x" }, name: "js", version: "1" } },
  { id: 2, subscribe: { channel: "live:a", token: "t", recover: true, epoch: "e", offset: 5, join_leave: true } },
  { id: 3, publish: { channel: "live:a", data: { text: "hi" } } },
  { id: 4, history: { channel: "live:a", limit: 5, since: { offset: 5, epoch: "e" }, reverse: true } },
  { id: 5, presence: { channel: "live:a" } },
  { id: 6, refresh: { token: "t" } },
  { id: 7, sub_refresh: { channel: "live:a", token: "t" } },
  { send: { data: {} } },
  ...rpcs.map((one, index) => ({ id: index + 10, rpc: one })),
];

test("[C2] [C10] a line is a command, a pong, an error that is answered, or the end of the connection", async () => {
  await fuzz(jsonBytesNear(commands), (bytes) => {
    const decoded = decodeCommand(Buffer.from(bytes).toString());
    if (decoded.kind === "invalid") expect(codes).toContain(decoded.error.code);
    if (decoded.kind === "command")
      expect([typeof decoded.command.id, typeof decoded.command.request]).toEqual(["number", "object"]);
  });
});

test("[M2] rpc answers, or ends in an error of the table, whatever it is called with", async () => {
  const info = { user: UserId.parse("kim"), client: "c" };
  const client = {
    ...{ info, typedAt: new Map(), subscriptions: new Map() },
    roleIn: () => "owner",
    speakerIn: () => ({ user: info.user, info, role: "owner" }),
  } as never;
  await fuzz(jsonNear(rpcs), async (text) => {
    const decoded = decodeCommand(`{"id":1,"rpc":${text}}`);
    if (decoded.kind !== "command") return;
    const { request } = decoded.command as Extract<Command, { method: "rpc" }>;
    await rpc({ gateway, client }, request).catch(expectNamed);
  });
});

test("[H1] [H2] history pages from any cursor, or ends in an error of the table", async () => {
  const since = { channel: "live:a", limit: 5, since: { offset: 5, epoch: "e" }, reverse: true };
  await fuzz(jsonNear([since, { ...since, since: { offset: 100 } }, { channel: "live:a", limit: -1 }]), async (text) => {
    const decoded = decodeCommand(`{"id":1,"history":${text}}`);
    if (decoded.kind !== "command") return;
    const { channel: _, ...request } = (decoded.command as Extract<Command, { method: "history" }>).request;
    try {
      const { lines, result } = await readHistory({ ...gateway, cards: noCards } as never, room, request);
      expect(lines.every(({ offset }) => offset >= 1 && offset <= result.offset)).toBe(true);
    } catch (error) {
      expectNamed(error);
    }
  });
});

test("[C6] [S9] a token names somebody, or ends in an error of the table", async () => {
  const identities = new Identities({ secret, anonymous: true });
  const valid = await new SignJWT({ info: { name: "Kim" }, role: "owner", rooms: { "live:a": "member" } })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject("kim")
    .sign(new TextEncoder().encode(secret));
  const [header, claims] = valid
    .split(".")
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
  const part = (text: string | Uint8Array) => Buffer.from(text).toString("base64url");
  const check = async (token: string) => {
    await identities
      .connecting(token, undefined)
      .then(({ user }) => expect(UserId.safeParse(user).success).toBe(true), expectNamed);
    await identities.refreshing(token, UserId.parse("kim")).catch(expectNamed);
    await identities
      .subscribing(token, { user: UserId.parse("kim"), room })
      .catch((error: unknown) => expect(error).toBeInstanceOf(ReplyError));
    await identities.connecting(undefined, { identity: token });
  };
  await fuzz(anyText, check);
  await fuzz(jsonBytesNear([header]), (bytes) => check([part(bytes), ...valid.split(".").slice(1)].join(".")));
  // Claims that are signed as they should be, by a site that has written nonsense into them.
  await fuzz(jsonNear([claims, { ...claims, exp: 4_000_000_000, channel: "live:a", registered_at: 5 }]), async (text) => {
    const { createHmac } = await import("node:crypto");
    const signed = `${part('{"alg":"HS256"}')}.${part(text)}`;
    await check(`${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`);
  });
});

test("[A2] [A16] a call of the API is answered with a result or an error of the table, and never with a 500", async () => {
  const server = createServer(
    httpApp(gateway, { apiKeys: new ApiKeys([{ key, scopes }]), webDirectory: undefined, mediaOrigins: [], ready: () => true }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const bodies: [method: string, path: string, body: object][] = [
    ["POST", "publish", { channel: "live:a", data: { text: "hi" }, idempotency_key: "k" }],
    ["POST", "broadcast", { channels: ["live:a", "live:b"], data: { text: "hi" } }],
    ["POST", "history", { channel: "live:a", limit: 5, since: { offset: 5, epoch: "e" } }],
    ["POST", "presence", { channel: "live:a" }],
    ["POST", "disconnect", { user: "kim", client: "c" }],
    ["POST", "unsubscribe", { user: "kim", channel: "live:a" }],
    ["POST", "revoke_token", { uid: "t", expire_at: 5 }],
    ["POST", "invalidate_user_tokens", { user: "kim", issued_before: 1, expire_at: 5 }],
    ["POST", "words", { rules: [{ pattern: "a", match: "word", action: "mask" }], allow: [] }],
    ["POST", "batch", { commands: [{ publish: { channel: "live:a", data: {} } }, { info: {} }], parallel: true }],
    ["PUT", "rooms/live:a", { title: "a", owner: "kim", startsAt: 5, state: "open", settings: { slowModeMs: 5 } }],
    ["POST", "rooms/live:a/gifts", { id: "g", user: "kim", amount: 5, currency: "KRW", data: {} }],
    ["POST", "rooms/live:a/actions", { id: "x", type: "ban", user: "lee", seconds: 5 }],
    ["PUT", "rooms/live:a/words", { rules: [], allow: ["a"] }],
    ["POST", "rooms/live:a/events", { types: ["pinned"], limit: 5 }],
    ["POST", "rooms/live:a/dry-run", { rules: [], minutes: 5 }],
  ];
  try {
    for (const [method, path, body] of bodies) {
      const call = async (text: string) => {
        const response = await fetch(`http://127.0.0.1:${port}/api/${path}`, {
          method,
          headers: { "x-api-key": key },
          body: text,
        });
        const said = (await response.json()) as { error?: { code: number }; replies?: { error?: { code: number } }[] };
        expect([200, 201, 400, 403, 404, 409, 413]).toContain(response.status);
        for (const { error } of [said, ...(said.replies ?? [])]) {
          // 100 is what a failure becomes that nobody expects.
          if (error !== undefined) expect(codes.filter((code) => code !== 100)).toContain(error.code);
        }
      };
      await fuzz(jsonNear([body]), call, { share: 0.2 });
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("[V1] a room's card is taken, or is a failure that its reader knows", async () => {
  const stored = new RoomState();
  for (const [index, [type, data]] of Object.entries({
    configured: { settings: { slowModeMs: 5 } },
    pinned: { offset: 1 },
  }).entries())
    stored.apply({ data, offset: index + 1, tags: { type, id: `${index}`, time: "5" } } as never);
  await fuzz(jsonBytesNear([stored.toStored()]), (bytes) => {
    const view = new RoomView();
    view.startAt(1);
    try {
      view.take(bytes);
    } catch (error) {
      expect(["ZodError", "$ZodError", "SyntaxError"]).toContain((error as Error).constructor.name);
    }
    view.isBanned("kim", 1_000);
    view.read(eventAt(1));
  });
});

test("[V9] a list of blocked users is read, or its reader hears that it cannot be", async () => {
  await fuzz(jsonBytesNear([{ v: 1, users: ["lee", "park"] }]), async (bytes) => {
    const bucket = { get: async () => ({ value: bytes, revision: 1 }) } as never;
    const blocks = new Blocks({ bus: { subscribe: () => ({ close: () => {} }) } as never, bucket, logger });
    const list = blocks.hold("kim");
    await list.loaded.catch(() => {});
    for (const user of list.users) expect(typeof user).toBe("string");
    list.release();
    blocks.close();
  });
});

test("[C19] what is stored of revoked tokens is read, or is as if it were not there", async () => {
  const marks = marksOf({ user: "kim", jti: "t", iat: 5 });
  const stored = { v: 1, revoked: { [marks.user]: { before: 10, until: 2_000 }, [keyOfToken("t")]: { until: 2_000 } } };
  await fuzz(jsonBytesNear([stored]), (data) => {
    let hear: (message: BusMessage) => void = () => {};
    const subscribe = (_: string, handler: typeof hear) => {
      hear = handler;
      return { close: () => {} };
    };
    const revocations = new Revocations({ bus: { subscribe } as never, bucket: new MemoryBucket(), logger, now: () => 1_000 });
    try {
      hear({ subject: `$KV.revoked.${marks.user.slice(0, 1)}`, data } as BusMessage);
    } catch (error) {
      // The bus tells of it, and goes on.
      expect(["ZodError", "$ZodError", "SyntaxError"]).toContain((error as Error).constructor.name);
      expect(revocations.covers(marks)).toBe(false);
    }
    revocations.covers(marks);
  });
});

test("[H4] what persistence answers is a page, or HistoryUnavailable", async () => {
  const history = { v: 1, from: 5, count: 1, entries: [{ type: "posted", author: "kim" }] };
  const replay = { v: 1, next: { offset: 5, second: 9 } };
  await fuzz(
    jsonBytesNear([history, replay]).map((header) =>
      Buffer.concat([header, Buffer.from('\n{"data":{},"offset":5,"tags":{}}\n')]),
    ),
    async (bytes) => {
      const bus = { request: async () => bytes } as never;
      const past = new Past({ bus, log: { page: async () => undefined } });
      const outcomes = await Promise.allSettled([
        past.page({ room, from: 5, to: 5, reverse: false, maxBytes: 1_000 }),
        replayPage(bus, room, { from: 0 }),
      ]);
      for (const outcome of outcomes)
        if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(HistoryUnavailable);
    },
  );
});

test("[A10] [H5] what gateways ask each other is answered as it should be, or is not understood", async () => {
  const handlers = new Map<string, (message: BusMessage) => void>();
  const bus = { subscribe: (subject: string, handler: (message: BusMessage) => void) => handlers.set(subject, handler) } as never;
  const self = "gateway-x" as MemberId;
  const hub = { get: () => undefined, feeds: () => [] } as never;
  new PresenceSurvey({ self, bus, hub, gateways: () => [] });
  new ChannelsSurvey({ self, bus, hub, gateways: () => 1 });
  const obeyed: string[] = [];
  const revoked: string[] = [];
  new Orders({ self, bus, gateways: () => [] }).obeyWith(
    {
      disconnect: (user) => void obeyed.push(user),
      unsubscribe: (user) => void obeyed.push(user),
    },
    { add: (key) => void revoked.push(key) },
  );
  const examples = [
    { v: 1, room },
    { v: 1, order: "disconnect", user: "kim", client: "c" },
    { v: 1, order: "unsubscribe", user: "kim", room },
    { v: 1, order: "revoke", key: keyOfUser("kim"), revocation: { before: 5, until: 10 } },
  ];
  await fuzz(jsonBytesNear(examples), (data) => {
    for (const [subject, handle] of handlers) {
      const said: Uint8Array[] = [];
      try {
        handle({ subject, data, header: () => "", respond: (bytes) => void said.push(bytes) });
        expect(said.map((bytes) => JSON.parse(Buffer.from(bytes).toString()).member)).toEqual([self]);
      } catch (error) {
        // The bus tells of it, and goes on.
        expect(["ZodError", "$ZodError", "SyntaxError"]).toContain((error as Error).constructor.name);
        expect(said).toEqual([]);
      }
    }
    for (const user of obeyed.splice(0)) expect(UserId.safeParse(user).success).toBe(true);
    for (const key of revoked.splice(0)) expect(RevocationKey.safeParse(key).success).toBe(true);
  });
});
