import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type ActCommand,
  type Counters,
  ErrorCode,
  type EventType,
  encodeJson,
  type Line,
  limits,
  type Order,
  publicationOf,
  type Revocation,
  type RevocationKey,
  type RoomCommand,
  RoomId,
  type RoomReply,
} from "@madang/contracts";
import { eventually, lineAt } from "@madang/devkit";
import { LogUnavailable } from "@madang/log";
import { RoomState } from "@madang/room-state";
import { createLogger, currentTrace, type Trace, type Tracing, untraced } from "@madang/runtime";
import { afterEach, describe, expect, test } from "vitest";
import type { Gateway } from "./gateway.ts";
import { httpApp } from "./http.ts";
import { ReplyError } from "./reply-error.ts";
import { Traffic } from "./traffic.ts";
import { ApiKeys, scopes } from "./trust/api-keys.ts";
import { keyOfToken, keyOfUser } from "./trust/token-marks.ts";

const readingKey = "a-key-that-only-reads";
const moderatingKey = "a-key-that-moderates";
const key = "a-key-for-tests-only";
const room = RoomId.parse("live:a");
const committed = { v: 1, kind: "committed", offset: 7, epoch: "e", duplicate: false } as const;
const refused = (code: number, temporary: boolean, more = {}): RoomReply => ({
  v: 1,
  kind: "refused",
  refusal: { code, message: "no", temporary, ...more },
});
const counters: Counters = {
  ...{ state: "open", viewers: 3, users: 2, peak: 9, comments: 5, hearts: {}, supporters: [], sampled: false, shards: 1 },
  gifts: { count: 0, amounts: {} },
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The API of a gateway whose rooms answer as told, and what it asks of them. */
async function site(
  answer: (room: RoomId, command: RoomCommand) => RoomReply | { kind: "unavailable" | "unknown" } = () => committed,
  tracing: Tracing = untraced,
) {
  const asked: { room: RoomId; command: RoomCommand }[] = [];
  const orders: Order[] = [];
  const world = {
    card: undefined as RoomState | undefined,
    cardTrouble: undefined as Error | undefined,
    view: undefined as RoomState | undefined,
    head: 0,
    watched: [] as object[],
    owned: undefined as Counters | undefined,
    presence: [] as unknown,
    stats: { num_clients: 2, num_users: 1 } as object,
    lines: new Map<number, Line>(),
    now: 1_000,
    revokeTrouble: undefined as Error | undefined,
  };
  const revoked: [RevocationKey, Revocation][] = [];
  const gateway = {
    logger: createLogger("test", "silent"),
    traffic: new Traffic(),
    tracing,
    now: () => world.now,
    rooms: {
      ask: async (room: RoomId, command: RoomCommand) => {
        asked.push({ room, command });
        return answer(room, command);
      },
    },
    hub: {
      get: () =>
        world.view === undefined
          ? undefined
          : { room, live: true, audience: 0, recent: () => undefined, view: { state: world.view } },
    },
    cards: {
      read: async () => {
        if (world.cardTrouble !== undefined) throw world.cardTrouble;
        return world.card && encodeJson(world.card.toStored());
      },
    },
    log: { position: async () => ({ epoch: "e", offset: world.head }) },
    pinned: { of: async (_: RoomId, { pins }: RoomState) => pins.map((offset) => ({ data: { text: "pinned" }, offset })) },
    past: { page: async ({ from }: { from: number }) => (world.lines.has(from) ? [world.lines.get(from)] : "lost") },
    channels: { of: async () => world.watched },
    owners: { counters: async () => world.owned },
    presence: { of: async () => world.presence, stats: async () => world.stats },
    orders: { give: async (order: Order) => void orders.push(order) },
    revocations: {
      revoke: async (...one: [RevocationKey, Revocation]) => {
        if (world.revokeTrouble !== undefined) throw world.revokeTrouble;
        revoked.push(one);
      },
    },
    info: { all: async () => [] },
  } as unknown as Gateway;
  const server = createServer(
    httpApp(gateway, {
      apiKeys: new ApiKeys([
        { key, scopes },
        { key: readingKey, scopes: ["read"] },
        { key: moderatingKey, scopes: ["moderate"] },
      ]),
      webDirectory: undefined,
      mediaOrigins: [],
      ready: () => true,
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/${path}`, {
      method,
      headers: { "x-api-key": key, connection: "close", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse(await response.text()), retryAfter: response.headers.get("retry-after") };
  };
  return {
    ...{ asked, orders, revoked, world, call, traffic: gateway.traffic },
    post: async (name: string, body: unknown) => (await call("POST", name, body)).body,
    acts: () => asked.map(({ command }) => command as ActCommand),
  };
}

function stateOf(...events: [type: string, data: object][]): RoomState {
  const state = new RoomState();
  for (const [index, [type, data]] of events.entries())
    state.apply({ data: { ...data }, offset: index + 1, tags: { type, id: `${index}`, time: "5" } as never });
  return state;
}

describe("a key", () => {
  const reading = { "x-api-key": readingKey };

  test("[A20] is refused with 403 what it is not for, and says what that would be", async () => {
    const { call, asked, orders } = await site();
    const refused: [method: string, path: string, scope: string][] = [
      ["POST", "publish", "publish"],
      ["POST", "broadcast", "publish"],
      ["POST", "disconnect", "moderate"],
      ["POST", "unsubscribe", "moderate"],
      ["POST", "revoke_token", "moderate"],
      ["POST", "invalidate_user_tokens", "moderate"],
      ["POST", "words", "moderate"],
      ["PUT", `rooms/${room}`, "manage"],
      ["POST", `rooms/${room}/gifts`, "manage"],
      ["POST", `rooms/${room}/actions`, "moderate"],
      ["POST", `rooms/${room}/events`, "moderate"],
      ["POST", `rooms/${room}/dry-run`, "moderate"],
      ["GET", `rooms/${room}/words`, "moderate"],
      ["PUT", `rooms/${room}/words`, "moderate"],
    ];
    for (const [method, path, scope] of refused) {
      const body = method === "GET" ? undefined : { channel: room, user: "kim", data: {} };
      const answer = await call(method, path, body, reading);
      expect([answer.status, answer.body.error.code, answer.body.error.message], path).toEqual([
        403,
        103,
        expect.stringContaining(`not for ${scope}`),
      ]);
    }
    expect([asked, orders]).toEqual([[], []]);
  });

  test("[A20] that is for moderating gives no gifts and no roles, however it spells the address", async () => {
    const { call, asked } = await site();
    const moderating = { "x-api-key": moderatingKey };
    const gift = { id: "pay-1", user: "kim", amount: 500, currency: "KRW" };
    const refused: [path: string, body: object][] = [
      [`rooms/${room}/gifts`, gift],
      [`rooms/${room}/GIFTS`, gift],
      [`rooms/${room}/gifts/`, gift],
      [`rooms/${room}/actions`, { ...gift, type: "gift" }],
      [`rooms/${room}/actions`, { id: "g", type: "grant", user: "kim", role: "owner" }],
      [`rooms/${room}/actions`, { id: "r", type: "room", state: "ended" }],
    ];
    for (const [path, body] of refused) {
      const answer = await call("POST", path, body, moderating);
      expect([answer.status, answer.body.error.code], path).toEqual([403, 103]);
    }
    expect(asked).toEqual([]);
    expect((await call("POST", `rooms/${room}/actions`, { id: "b", type: "ban", user: "kim" }, moderating)).status).toBe(200);
  });

  test("[A20] does what it is for, and within a batch no more than that", async () => {
    const { call, asked } = await site();
    expect((await call("POST", "presence_stats", { channel: room }, reading)).status).toBe(200);
    expect((await call("GET", `rooms/${room}`, undefined, reading)).status).not.toBe(403);
    const commands = [{ presence_stats: { channel: room } }, { publish: { channel: room, data: {} } }];
    const { body } = await call("POST", "batch", { commands }, reading);
    expect(body.result.replies).toMatchObject([{ presence_stats: { num_clients: 2 } }, { error: { code: 103 } }]);
    expect(asked).toEqual([]);
  });
});

test("calls are counted by their names, and followed where the caller follows them or where they are some of the few", async () => {
  const heard: unknown[] = [];
  const start = (name: string, traceparent = "begun here") => {
    heard.push([name, traceparent]);
    return { end: (failure?: string) => heard.push(failure ?? "well"), traceparent } as unknown as Trace;
  };
  const asked = (room: RoomId) => {
    heard.push(currentTrace()?.traceparent);
    return room === "live:b" ? { kind: "unavailable" as const } : committed;
  };
  const { call, traffic } = await site(asked, { ...untraced, begin: start, follow: start });
  await call("POST", "publish", { channel: "live:a", data: {} }, { traceparent: "that of the site" });
  await call("POST", "publish", { channel: "live:b", data: {} });
  await call("POST", "rooms/live:b/actions", { id: "x", type: "pin", offset: 1 });
  await eventually(() =>
    expect(heard).toEqual([
      ...[["api publish", "that of the site"], "that of the site", "well"],
      ...[["api publish", "begun here"], "begun here", "error 1000"],
      ...[["api rooms", "begun here"], "begun here", "status 503"],
    ]),
  );
  expect(Object.fromEntries(traffic.commands)).toEqual({ "api publish": 2, "api rooms": 1 });
  expect(Object.fromEntries(traffic.refusals)).toEqual({ 1000: 2 });
});

describe("calls like Centrifugo's", () => {
  test("[A3] publish speaks for the server itself", async () => {
    const { post, asked } = await site();
    expect(await post("publish", { channel: room, data: { text: "hi" }, idempotency_key: "k" })).toEqual({
      result: { offset: 7, epoch: "e" },
    });
    expect(asked).toEqual([
      { room, command: { v: 1, command: "send", author: "", role: "owner", id: "k", data: { text: "hi" } } },
    ]);
  });

  test("[A7] broadcast answers for each room on its own", async () => {
    const { post, asked } = await site((to) => (to === room ? committed : refused(1111, false)));
    const { result } = await post("broadcast", { channels: [room, "live:b", "no such"], data: {}, idempotency_key: "k" });
    expect(result.responses).toMatchObject([
      { result: { offset: 7, epoch: "e" } },
      { error: { code: 1111 } },
      { error: { code: 107 } },
    ]);
    expect(asked.map(({ command }) => (command.command === "send" ? command.id : ""))).toEqual(["k", "k"]);
    const none = await post("broadcast", { channels: [], data: {} });
    expect(none.error).toMatchObject({ code: 107, message: expect.stringContaining("channels") });
    const many = Array.from({ length: limits.broadcastChannels + 1 }, (_, n) => `r${n}`);
    expect((await post("broadcast", { channels: many, data: {} })).error.code).toBe(107);
  });

  test("[A8] presence lists connections as H5, and says when it cannot", async () => {
    const { post, world } = await site();
    world.presence = [{ user: "kim", client: "c1" }];
    expect(await post("presence", { channel: room })).toEqual({ result: { presence: { c1: { user: "kim", client: "c1" } } } });
    world.presence = "too-many";
    expect((await post("presence", { channel: room })).error.code).toBe(108);
    world.presence = "incomplete";
    expect((await post("presence", { channel: room })).error).toMatchObject({ code: 100, temporary: true });
  });

  test("[A9] channels has each room that is watched, with its counters", async () => {
    const { post, world } = await site();
    world.watched = [
      { room, clients: 3, users: 2, counters },
      { room: "live:b", clients: 1, users: 1 },
    ];
    expect(await post("channels", {})).toEqual({
      result: {
        channels: { [room]: { num_clients: 3, num_users: 2, counters }, "live:b": { num_clients: 1, num_users: 1 } },
      },
    });
  });

  test("[A10] disconnect and unsubscribe go to every gateway", async () => {
    const { post, orders } = await site();
    expect(await post("disconnect", { user: "kim" })).toEqual({ result: {} });
    await post("disconnect", { user: "kim", client: "c1" });
    await post("unsubscribe", { user: "kim", channel: room });
    expect(orders).toEqual([
      { v: 1, order: "disconnect", user: "kim" },
      { v: 1, order: "disconnect", user: "kim", client: "c1" },
      { v: 1, order: "unsubscribe", user: "kim", room },
    ]);
    expect((await post("unsubscribe", { user: "kim" })).error.message).toContain("channel");
    expect((await post("disconnect", {})).error.message).toContain("user");
    expect(orders).toHaveLength(3);
  });

  test("[A21] a token, or a user's tokens, are revoked in the bucket, and then on every gateway", async () => {
    const { post, orders, revoked, world } = await site();
    const nowS = 1_800_000_000;
    world.now = nowS * 1_000 + 500;
    const latest = nowS + limits.revokedForMs / 1_000 + 1;
    const leeway = limits.tokenLeewayMs / 1_000;
    const calls: [method: string, body: object, key: RevocationKey, revocation: Revocation][] = [
      ["revoke_token", { uid: "t" }, keyOfToken("t"), { until: latest }],
      ["revoke_token", { uid: "t", expire_at: nowS + 60 }, keyOfToken("t"), { until: nowS + 60 + leeway }],
      ["revoke_token", { uid: "t", expire_at: Number.MAX_SAFE_INTEGER }, keyOfToken("t"), { until: latest }],
      // Also those of the second that runs.
      ["invalidate_user_tokens", { user: "kim" }, keyOfUser("kim"), { before: nowS + 1, until: latest }],
      ["invalidate_user_tokens", { user: "kim", issued_before: 5 }, keyOfUser("kim"), { before: 5, until: latest }],
    ];
    for (const [method, body] of calls) expect(await post(method, body), JSON.stringify(body)).toEqual({ result: {} });
    expect(revoked).toEqual(calls.map(([, , ...one]) => one));
    expect(orders).toEqual(calls.map(([, , key, revocation]) => ({ v: 1, order: "revoke", key, revocation })));
  });

  test("[A21] what would revoke another thing than is meant is refused, and what cannot be stored goes to no gateway", async () => {
    const { post, orders, revoked, world } = await site();
    const nowS = 1_800_000_000;
    world.now = nowS * 1_000;
    const wrong: [method: string, body: object, field: string][] = [
      ["revoke_token", {}, "uid"],
      ["revoke_token", { uid: "" }, "uid"],
      ["revoke_token", { uid: 7 }, "uid"],
      ["revoke_token", { uid: "x".repeat(limits.tokenIdLength + 1) }, "uid"],
      ["revoke_token", { uid: "t", user: "kim" }, "user"],
      ["revoke_token", { uid: "t", expire_at: nowS }, "expire_at"],
      ["invalidate_user_tokens", {}, "user"],
      ["invalidate_user_tokens", { user: "kim", channel: "live:a" }, "channel"],
      ["invalidate_user_tokens", { user: "kim", issued_before: nowS * 1_000 }, "issued_before"],
      ["invalidate_user_tokens", { user: "kim", issued_before: 5.5 }, "issued_before"],
      ["invalidate_user_tokens", { user: "kim", expire_at: -1 }, "expire_at"],
    ];
    for (const [method, body, field] of wrong)
      expect((await post(method, body)).error, JSON.stringify(body)).toMatchObject({
        code: 107,
        message: expect.stringContaining(field),
      });
    world.revokeTrouble = new ReplyError(ErrorCode.internal);
    expect((await post("revoke_token", { uid: "t" })).error).toMatchObject({ code: 100, temporary: true });
    expect([revoked, orders]).toEqual([[], []]);
  });

  test("[A11] batch answers each call under its name or with its error, in their order", async () => {
    const commands = [
      { publish: { channel: room, data: {}, idempotency_key: "1" } },
      { dance: {} },
      { presence_stats: { channel: room } },
      { batch: { commands: [] } },
      { publish: { channel: room, data: {}, idempotency_key: "2" }, info: {} },
      {},
      { publish: 5 },
    ];
    for (const parallel of [false, true]) {
      const { post, asked } = await site();
      expect((await post("batch", { commands, parallel })).result.replies).toMatchObject([
        { publish: { offset: 7, epoch: "e" } },
        { error: { code: 104 } },
        { presence_stats: { num_clients: 2, num_users: 1 } },
        ...[104, 104, 104, 107].map((code) => ({ error: { code } })),
      ]);
      expect(asked).toHaveLength(1);
    }
    const { post } = await site();
    const many = Array.from({ length: limits.batchCalls + 1 }, () => ({ info: {} }));
    expect((await post("batch", { commands: many })).error.code).toBe(107);
  });
});

describe("PUT /api/rooms/{room}", () => {
  test("[A12] makes a room of what it is told, and opens it last", async () => {
    const { call, acts } = await site();
    const body = { type: "live", title: "Tonight", owner: "kim", state: "open", settings: { links: false } };
    expect((await call("PUT", `rooms/${room}`, body)).status).toBe(201);
    expect(acts().map(({ by, action }) => [by, action])).toEqual(
      [
        { type: "configure", settings: { links: false } },
        { type: "grant", user: "kim", role: "owner" },
        { type: "room", title: "Tonight", state: "open" },
      ].map((action) => [{ user: "", role: "owner" }, action]),
    );
  });

  test("[A12] answers 201 and the room as GET has it when it is new, 200 when there was one", async () => {
    const made = stateOf(
      ["configured", { title: "Tonight", settings: { links: false } }],
      ["granted", { user: "kim", role: "owner" }],
    );
    const { call, world } = await site((_, command) => {
      expect(command.command).toBe("act");
      world.card = made;
      return committed;
    });
    const body = { title: "Tonight", type: "live", owners: ["kim"], state: "open", settings: { links: false }, sanctions: 0 };
    expect(await call("PUT", `rooms/${room}`, { title: "Tonight" })).toMatchObject({ status: 201, body });
    expect(await call("PUT", `rooms/${room}`, { title: "Tonight" })).toMatchObject({ status: 200, body });
  });

  test("[A12] a new room waits for its start, and is open without one", async () => {
    const lifeOf = async (body: object, before?: RoomState) => {
      const { call, acts, world } = await site();
      world.card = before;
      await call("PUT", `rooms/${room}`, body);
      return acts().map(({ action }) => action);
    };
    expect(await lifeOf({})).toEqual([{ type: "room", state: "open" }]);
    expect(await lifeOf({ startsAt: 2_000 })).toEqual([{ type: "room", startsAt: 2_000, state: "scheduled" }]);
    expect(await lifeOf({ startsAt: 500 })).toEqual([{ type: "room", startsAt: 500, state: "open" }]);
    expect(await lifeOf({ startsAt: 2_000, state: "open" })).toEqual([{ type: "room", startsAt: 2_000, state: "open" }]);
    // No page could show it.
    expect(await lifeOf({ startsAt: 8.64e15 + 1 })).toEqual([]);
    expect(await lifeOf({ startsAt: 8.64e15 })).toEqual([{ type: "room", startsAt: 8.64e15, state: "scheduled" }]);
    // One that goes on is not stopped by a new time.
    expect(await lifeOf({ startsAt: 2_000 }, stateOf(["opened", {}]))).toEqual([{ type: "room", startsAt: 2_000 }]);
    expect(await lifeOf({}, stateOf(["opened", {}]))).toEqual([]);
  });

  test("[A12] repeated with the same Idempotency-Key it is the same, and without one as long as the room is as it was", async () => {
    const { call, acts, world } = await site();
    const idsOf = async (body: object, headers = {}) => {
      const before = acts().length;
      await call("PUT", `rooms/${room}`, body, headers);
      return acts()
        .slice(before)
        .map(({ id }) => id);
    };
    const body = { title: "a", owner: "kim" };
    const first = await idsOf(body);
    expect(new Set(first).size).toBe(2);
    expect(first.every((id) => /^[\x21-\x7e]{1,64}$/.test(id))).toBe(true);
    expect(await idsOf(body)).toEqual(first);
    const keyed = await idsOf(body, { "idempotency-key": "k 1" });
    const other = await idsOf({ ...body, title: "b" });
    // What was changed meanwhile can be changed back.
    world.card = stateOf(["configured", { title: "b" }]);
    const back = await idsOf(body);
    expect(await idsOf(body, { "idempotency-key": "k 1" })).toEqual(keyed);
    expect(new Set([...first, ...keyed, ...other, ...back]).size).toBe(8);
  });

  test("[A12] what is not as it has to be is a 400 that names the field, and nothing is done", async () => {
    const wrong: [unknown, string][] = [
      [{ titel: "x" }, "titel"],
      [{ title: 5 }, "title"],
      [{ title: "x".repeat(201) }, "title"],
      [{ type: "shop" }, "type"],
      [{ startsAt: "soon" }, "startsAt"],
      [{ state: "on" }, "state"],
      [{ settings: { samplePerS: -1 } }, "settings.samplePerS"],
      [[], "object"],
      ["{", "not-json"],
    ];
    const { call, asked } = await site();
    for (const [body, field] of wrong) {
      const answer = await call("PUT", `rooms/${room}`, body);
      expect(answer, JSON.stringify(body)).toMatchObject({ status: 400, body: { error: { code: 107, temporary: false } } });
      expect(answer.body.error.message).toContain(field);
    }
    expect((await call("PUT", "rooms/no%20such", {})).status).toBe(400);
    expect((await call("PUT", `rooms/${room}`, {}, { "idempotency-key": "x".repeat(256) })).status).toBe(400);
    expect(asked).toEqual([]);
  });
});

describe("GET /api/rooms/{room}", () => {
  test("[A13] tells what the room is like, as far as anybody knows", async () => {
    const { call, world } = await site();
    world.card = stateOf(
      ["scheduled", { title: "Tonight", startsAt: 9 }],
      ["opened", {}],
      ["moderated", { action: "ban", user: "lee" }],
      ["moderated", { action: "mute", user: "park", until: 999 }],
      ["posted", {}],
      ["pinned", { offset: 5 }],
    );
    world.watched = [{ room, clients: 3, users: 2 }];
    expect(await call("GET", `rooms/${room}`)).toMatchObject({
      status: 200,
      body: {
        ...{ room, type: "live", title: "Tonight", state: "open", startsAt: 9, openedAt: 5, closedAt: null, owners: [] },
        ...{
          pins: [5],
          pinned: [{ data: { text: "pinned" }, offset: 5 }],
          sanctions: 1,
          settings: { samplePerS: null },
          counters: { viewers: 3, users: 2, comments: 1 },
        },
      },
    });
    // Who watches may be further than what is written down, and may be behind it.
    world.view = stateOf(["configured", { title: "old" }]);
    expect((await call("GET", `rooms/${room}`)).body.title).toBe("Tonight");
    world.view = world.card;
    world.card = stateOf(["configured", { title: "old" }]);
    expect((await call("GET", `rooms/${room}`)).body.title).toBe("Tonight");
  });

  test("[A13] a room in which nothing ever happened is a 404, one in which somebody spoke is as all are at first", async () => {
    const { call, world } = await site();
    world.view = new RoomState();
    expect(await call("GET", "rooms/concert")).toMatchObject({ status: 404, body: { error: { code: 1112 } } });
    world.owned = { ...counters, hearts: {} };
    expect(await call("GET", "rooms/concert")).toMatchObject({ status: 404 });
    world.owned = { ...counters, hearts: { heart: 3 } };
    expect(await call("GET", "rooms/concert")).toMatchObject({ status: 200, body: { counters: { hearts: { heart: 3 } } } });
    world.owned = undefined;
    world.head = 1;
    expect(await call("GET", "rooms/concert")).toMatchObject({ status: 200, body: { type: "live", state: "open", title: "" } });
  });
});

describe("GET /api/rooms/{room}/sanctions, grants, held, reports", () => {
  test("[A19] are M6's lists, page by page", async () => {
    const { call, world } = await site();
    const say = (offset: number, type: EventType, data: object) => {
      const line = lineAt(offset, { type, data: { ...data }, author: "lee" });
      world.lines.set(offset, line);
      world.view?.apply(publicationOf(line));
    };
    world.view = new RoomState();
    for (const offset of [1, 2, 3]) say(offset, "held", { text: `held ${offset}` });
    say(4, "reported", { offset: 9, user: "kim" });
    for (const [index, user] of ["a", "b", "12"].entries()) say(5 + index, "moderated", { action: "ban", user });
    say(8, "granted", { user: "kim", role: "owner" });
    expect(await call("GET", `rooms/${room}/held?limit=1&after=1`)).toMatchObject({
      status: 200,
      body: { held: [{ offset: 2, user: "lee", event: { data: { text: "held 2" } } }], next: 2 },
    });
    expect(await call("GET", `rooms/${room}/reports`)).toMatchObject({
      status: 200,
      body: { reports: [{ offset: 4, event: {} }] },
    });
    // A user's name may be a number.
    expect((await call("GET", `rooms/${room}/sanctions?limit=1&after=12`)).body).toMatchObject({
      sanctions: [{ user: "a" }],
      next: "a",
    });
    expect((await call("GET", `rooms/${room}/sanctions?kind=muted`)).body).toEqual({ sanctions: [] });
    expect((await call("GET", `rooms/${room}/grants`)).body).toMatchObject({
      grants: [{ user: "kim", role: "owner", offset: 8 }],
    });
    for (const wrong of ["held?after=a", "held?limit=1&limit=2", "sanctions?kind=loud", "grants?limit=0", "reports?since=1"])
      expect(await call("GET", `rooms/${room}/${wrong}`), wrong).toMatchObject({ status: 400, body: { error: { code: 107 } } });
  });
});

describe("presence_stats", () => {
  const { num_clients, num_users } = { num_clients: 2, num_users: 1 };

  test("[H6] has the counters as whoever watches has heard them, or as the owner has them, or as they were written down", async () => {
    const { post, world } = await site();
    const stats = async () => (await post("presence_stats", { channel: room })).result;
    expect(await stats()).toEqual({ num_clients, num_users });
    world.card = stateOf(["posted", {}], ["posted", {}]);
    expect(await stats()).toMatchObject({ num_clients, num_users, counters: { comments: 2, viewers: 2, users: 1 } });
    world.owned = { ...counters, comments: 7 };
    expect(await stats()).toMatchObject({ counters: { comments: 7 } });
    world.stats = { num_clients, num_users, counters };
    expect(await stats()).toEqual({ num_clients, num_users, counters });
  });

  test("[H6] is answered without them where nobody can tell them", async () => {
    const { post, world } = await site();
    world.cardTrouble = new LogUnavailable("away");
    expect(await post("presence_stats", { channel: room })).toEqual({ result: { num_clients, num_users } });
  });
});

describe("what is done in a room from outside", () => {
  const gift = { id: "pay-1", user: "kim", amount: 5_000, currency: "KRW", data: { text: "go!" } };

  test("[A14] a gift is one gift, by the payment's id", async () => {
    let duplicate = false;
    const { call, acts } = await site(() => ({ ...committed, duplicate }));
    expect(await call("POST", `rooms/${room}/gifts`, gift)).toMatchObject({ status: 201, body: { offset: 7, duplicate: false } });
    duplicate = true;
    const { id, ...rest } = gift;
    const again = await call("POST", `rooms/${room}/gifts`, rest, { "idempotency-key": id });
    expect(again).toMatchObject({ status: 200, body: { offset: 7, duplicate: true } });
    const command = { v: 1, command: "act", by: { user: "", role: "owner" }, id, action: { type: "gift", ...rest } };
    expect(acts()).toEqual([command, command]);
  });

  test("[A14] [A16] [G27] a gift that nobody can look up now is a 503, to be told of again", async () => {
    const { call } = await site(() => refused(1003, true));
    const answer = await call("POST", `rooms/${room}/gifts`, gift);
    expect(answer).toMatchObject({ status: 503, retryAfter: "1", body: { error: { code: 1003, temporary: true } } });
  });

  test("[A14] a gift without an id, of nothing, in no currency, by nobody, or with too much to say, is refused", async () => {
    const { call, asked } = await site();
    for (const wrong of [
      { id: undefined },
      { id: "a b" },
      { amount: 0 },
      { amount: 1.5 },
      { currency: "won" },
      { user: "" },
      { type: "ban" },
    ])
      expect((await call("POST", `rooms/${room}/gifts`, { ...gift, ...wrong })).status, JSON.stringify(wrong)).toBe(400);
    const large = { ...gift, data: { text: "x".repeat(limits.dataBytes) } };
    expect(await call("POST", `rooms/${room}/gifts`, large)).toMatchObject({ status: 413, body: { error: { code: 106 } } });
    expect(asked).toEqual([]);
  });

  test("[A15] an action is done by the site itself", async () => {
    const { call, acts } = await site();
    const action = { type: "ban", user: "lee", seconds: 60 } as const;
    expect(await call("POST", `rooms/${room}/actions`, { id: "x1", ...action })).toEqual({
      ...{ status: 200, retryAfter: null },
      body: { offset: 7, epoch: "e", duplicate: false },
    });
    expect(acts()).toEqual([{ v: 1, command: "act", by: { user: "", role: "owner" }, id: "x1", action }]);
    for (const wrong of [
      { id: "x", type: "dance" },
      { type: "ban", user: "lee" },
      { id: "x", type: "ban" },
    ])
      expect((await call("POST", `rooms/${room}/actions`, wrong)).status).toBe(400);
  });

  test("[A16] how it ended is the status: 404, 409, 413, or 503 with a time to come back", async () => {
    const cases: [RoomReply | { kind: "unavailable" | "unknown" }, number, number, string | null][] = [
      [refused(1112, false), 404, 1112, null],
      [refused(103, false), 403, 103, null],
      [refused(1114, false), 409, 1114, null],
      [refused(1111, false), 409, 1111, null],
      [refused(1001, true), 503, 1001, "1"],
      [refused(1001, true, { retryAfterMs: 2_500 }), 503, 1001, "3"],
      [{ kind: "unavailable" }, 503, 1000, "1"],
      [{ kind: "unknown" }, 503, 1002, "1"],
    ];
    for (const [reply, status, code, retryAfter] of cases) {
      const { call } = await site(() => reply);
      const answer = await call("POST", `rooms/${room}/actions`, { id: "x", type: "pin", offset: 1 });
      expect([answer.status, answer.body.error.code, answer.retryAfter]).toEqual([status, code, retryAfter]);
    }
    const { call } = await site();
    expect((await call("POST", `rooms/${room}/actions`, "x".repeat(limits.apiBodyBytes + 1))).status).toBe(413);
    expect((await call("POST", `rooms/${room}/actions`, {}, { "x-api-key": "wrong" })).status).toBe(401);
    expect((await call("PUT", `rooms/${room}`, {}, { "x-api-key": "" })).status).toBe(401);
    for (const path of [`rooms/${room}/dance`, "rooms", "rooms/a/b/c"]) expect((await call("POST", path, {})).status).toBe(404);
    expect((await call("DELETE", `rooms/${room}`)).status).toBe(404);
  });
});
