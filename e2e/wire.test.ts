// Golden transcripts: what goes over the wire, to the letter, played by a raw WebSocket. The rules are in docs/protocol.md.
import { eventually } from "@madang/devkit";
import { Centrifuge } from "centrifuge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type Folder, type Site, secrets, startAllInOne, temporaryFolder } from "./support/processes.ts";
import { type Message, rawSocket } from "./support/raw-socket.ts";
import { connected, tokenFor } from "./support/viewer.ts";

let folder: Folder;
let site: Site;
let rooms = 0;
const newRoom = () => `wire:${++rooms}`;

beforeAll(async () => {
  folder = temporaryFolder();
  // A server ping every half second, so that its rules can be seen in seconds.
  site = await startAllInOne(folder.path, { MADANG_PING_MS: "500" });
});
afterAll(async () => {
  await site?.stop();
  folder?.[Symbol.dispose]();
});

const open = async (user = "kim", claims: object = {}) =>
  rawSocket(site.socketUrl, { connect: { token: await tokenFor(user, { ...claims }) } });
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const api = async (method: string, body: unknown, headers: Record<string, string> = { "x-api-key": secrets.MADANG_API_KEY }) => {
  const response = await fetch(`http://${site.authority}/api/${method}`, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Message };
};
/** Room `channel` with events 1 … count. */
const filled = async (channel: string, count: number, data: object = { text: "x" }) => {
  for (let i = 1; i <= count; i += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, count - i + 1) }, (_, k) => api("publish", { channel, data: { ...data, n: i + k } })),
    );
  }
  const { body } = await api("history", { channel });
  return body.result.epoch as string;
};
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
const time = expect.stringMatching(/^\d{13}$/);
const epochText = expect.stringMatching(/^[0-9a-f]{8}$/);

describe("connect", () => {
  test("[C5] [C8] with a token", async () => {
    using raw = await rawSocket(site.socketUrl, { connect: false });
    raw.send({ id: 1, connect: { token: await tokenFor("kim"), name: "js", version: "1" } });
    expect(await raw.next()).toEqual({
      id: 1,
      connect: {
        client: uuid,
        version: "Madang 0.1.0",
        ping: 1,
        pong: true,
        node: expect.stringMatching(/^gateway-/),
        time: expect.any(Number),
      },
    });
  });

  test("[C7] as a visitor, who stays the same with the identity", async () => {
    using first = await rawSocket(site.socketUrl, { connect: false });
    first.send({ id: 1, connect: {} });
    const { data } = (await first.next()).connect;
    expect(data).toEqual({ user: expect.stringMatching(/^anon_[0-9a-f]{16}$/), identity: expect.any(String) });
    using again = await rawSocket(site.socketUrl, { connect: false });
    again.send({ id: 1, connect: { data: { identity: data.identity } } });
    expect((await again.next()).connect.data.user).toBe(data.user);
  });

  test("[C9] with a token that ends, refreshed with a newer one", async () => {
    using raw = await rawSocket(site.socketUrl, { connect: false });
    raw.send({ id: 1, connect: { token: await tokenFor("kim", { exp: inSeconds(60) }) } });
    expect((await raw.next()).connect).toMatchObject({
      expires: true,
      ttl: expect.toSatisfy((ttl: number) => ttl > 50 && ttl <= 60),
    });
    raw.send({ id: 2, refresh: { token: await tokenFor("kim", { exp: inSeconds(600) }) } });
    expect(await raw.next()).toEqual({
      id: 2,
      refresh: { client: uuid, version: "Madang 0.1.0", expires: true, ttl: expect.toSatisfy((ttl: number) => ttl > 590) },
    });
    raw.send({ id: 3, refresh: { token: await tokenFor("kim", { exp: inSeconds(-5) }) } });
    expect(await raw.next()).toEqual({ id: 3, error: { code: 109, message: "token expired" } });
    raw.send({ id: 4, refresh: { token: await tokenFor("lee") } });
    expect(await raw.closed).toEqual({ code: 3500, reason: "invalid token" });
  });

  test("[C6] an expired token is answered with 109, a wrong one closes with 3500", async () => {
    using expired = await rawSocket(site.socketUrl, { connect: false });
    expired.send({ id: 1, connect: { token: await tokenFor("kim", { exp: inSeconds(-5) }) } });
    expect(await expired.next()).toEqual({ id: 1, error: { code: 109, message: "token expired" } });
    using wrong = await rawSocket(site.socketUrl, { connect: false });
    wrong.send({ id: 1, connect: { token: "wrong" } });
    expect(await wrong.closed).toEqual({ code: 3500, reason: "invalid token" });
  });

  test("[C2] any command before it closes with 3501, and so does a second connect", async () => {
    for (const command of [
      { id: 1, subscribe: { channel: "a" } },
      { id: 1, ping: {} },
      { id: 1, dance: {} },
    ]) {
      using raw = await rawSocket(site.socketUrl, { connect: false });
      raw.send(command);
      expect(await raw.closed).toEqual({ code: 3501, reason: "bad request" });
    }
    using twice = await open();
    twice.send({ id: 2, connect: {} });
    expect(await twice.closed).toEqual({ code: 3501, reason: "bad request" });
  });

  test("[C4] none at all closes with 3502", async () => {
    using raw = await rawSocket(site.socketUrl, { connect: false });
    expect(await raw.closed).toEqual({ code: 3502, reason: "stale" });
  }, 15_000);

  test("[C1] [C3] commands that come with it are handled after its reply, and what is ready together travels together", async () => {
    using raw = await rawSocket(site.socketUrl, { connect: false });
    const frames: string[][] = [];
    raw.socket.on("message", (data) => void frames.push(data.toString().split("\n")));
    raw.send({ id: 1, connect: {} }, { id: 2, ping: {} }, { id: 3, dance: {} }, { id: 4, ping: {} });
    const replies = [await raw.next(), await raw.next(), await raw.next(), await raw.next()];
    expect(replies[0]).toMatchObject({ id: 1, connect: {} });
    expect(replies.map(({ id }) => id).sort()).toEqual([1, 2, 3, 4]);
    expect(frames).toHaveLength(1);
  });
});

describe("pings", () => {
  test("[C8] {} comes every interval, and a client that answers {} stays", async () => {
    using raw = await rawSocket(site.socketUrl, { pings: true });
    for (let i = 0; i < 3; i++) {
      expect(await raw.next()).toEqual({});
      raw.send("{}");
    }
    raw.send({ id: 9, ping: {} });
    await eventually(async () => expect(await raw.next()).toEqual({ id: 9, ping: {} }));
  });

  test("[C8] a client that does not answer is closed with 3012", async () => {
    using raw = await rawSocket(site.socketUrl, { pings: true });
    expect(await raw.next()).toEqual({});
    expect(await raw.closed).toEqual({ code: 3012, reason: "no pong" });
  });

  test("[C15] ping is answered, send is accepted in silence", async () => {
    using raw = await open();
    raw.send({ send: { data: { anything: 1 } } }, { id: 2, ping: {} });
    expect(await raw.next()).toEqual({ id: 2, ping: {} });
  });
});

describe("subscribe", () => {
  test("[S2] [S3] [S4] to a new room, with flags nobody knows, then live", async () => {
    using raw = await open();
    const channel = newRoom();
    raw.send({ id: 2, subscribe: { channel, positioned: true, recoverable: true, delta: "fossil", tf: {}, flag: 1 } });
    expect(await raw.next()).toEqual({ id: 2, subscribe: { recoverable: true, positioned: true, epoch: epochText, offset: 0 } });
    const { body } = await api("publish", { channel, data: { text: "server" }, idempotency_key: "k1" });
    expect(body).toEqual({ result: { offset: 1, epoch: epochText } });
    expect(await raw.next()).toEqual({
      push: { channel, pub: { data: { text: "server" }, offset: 1, tags: { type: "posted", id: "k1", time } } },
    });
  });

  test("[S5] recovers what was missed, with the offset it was asked from", async () => {
    const channel = newRoom();
    const epoch = await filled(channel, 5);
    using raw = await open();
    raw.send({ id: 2, subscribe: { channel, recover: true, offset: 3, epoch } });
    const { subscribe } = await raw.next();
    expect(subscribe).toMatchObject({
      recoverable: true,
      positioned: true,
      epoch,
      offset: 3,
      recovered: true,
      was_recovering: true,
    });
    expect(subscribe.publications.map(({ offset }: Message) => offset)).toEqual([4, 5]);
    using current = await open();
    current.send({ id: 2, subscribe: { channel, recover: true, offset: 5, epoch } });
    expect((await current.next()).subscribe).toEqual({
      recoverable: true,
      positioned: true,
      epoch,
      offset: 5,
      recovered: true,
      was_recovering: true,
    });
    using beginning = await open();
    beginning.send({ id: 2, subscribe: { channel, recover: true, offset: 0, epoch: "" } });
    expect((await beginning.next()).subscribe.publications).toHaveLength(5);
  });

  test("[S6] does not recover from another epoch, from ahead, or above its bounds", async () => {
    const channel = newRoom();
    const epoch = await filled(channel, 1_002);
    const notRecovered = { recoverable: true, positioned: true, epoch, offset: 1_002, recovered: false, was_recovering: true };
    for (const position of [
      { offset: 5, epoch: "another" },
      { offset: 1_003, epoch },
      { offset: 1, epoch },
    ]) {
      using raw = await open();
      raw.send({ id: 2, subscribe: { channel, recover: true, ...position } });
      expect((await raw.next()).subscribe).toEqual(notRecovered);
    }
    using justInside = await open();
    justInside.send({ id: 2, subscribe: { channel, recover: true, offset: 2, epoch } });
    expect((await justInside.next()).subscribe.publications).toHaveLength(1_000);

    const large = newRoom();
    const largeEpoch = await filled(large, 40, { text: "x".repeat(7_500) });
    using raw = await open();
    raw.send({ id: 2, subscribe: { channel: large, recover: true, offset: 0, epoch: largeEpoch } });
    expect((await raw.next()).subscribe).toMatchObject({ recovered: false, offset: 40 });
    raw.send({ id: 3, history: { channel: large, limit: 100 } });
    const page = (await raw.next()).history.publications;
    expect(page.length).toBeGreaterThan(25);
    expect(page.length).toBeLessThan(40);
  });

  test("[S4] offsets rise one by one from the reply on, however subscribing and publishing fall together", async () => {
    const channel = newRoom();
    const epoch = await filled(channel, 10);
    let publishing = true;
    const storm = (async () => {
      while (publishing) await api("publish", { channel, data: {} });
    })();
    for (let round = 0; round < 15; round++) {
      using raw = await open();
      raw.send({ id: 2, subscribe: { channel, recover: true, offset: round, epoch } });
      const { subscribe } = await raw.next();
      let last = round;
      for (const { offset } of subscribe.publications) expect(offset).toBe(++last);
      for (let i = 0; i < 10; i++) expect((await raw.next()).push.pub.offset).toBe(++last);
    }
    publishing = false;
    await storm;
  });

  test("[S12] live, recovered and history are the same bytes", async () => {
    const channel = newRoom();
    using raw = await open();
    const lines: string[] = [];
    raw.socket.on("message", (frame) => lines.push(...frame.toString().split("\n")));
    raw.send({ id: 2, subscribe: { channel } });
    const { epoch } = (await raw.next()).subscribe;
    raw.send({ id: 3, rpc: { method: "send", data: { channel, id: "x", data: { b: 1, a: [1.5, "안"], "2": 0 } } } });
    await Promise.all([raw.next(), raw.next()]);
    raw.send({ id: 4, history: { channel, limit: 1 } });
    await raw.next();
    raw.send({ id: 5, unsubscribe: { channel } });
    await raw.next();
    raw.send({ id: 6, subscribe: { channel, recover: true, offset: 0, epoch } });
    await raw.next();
    const pubs = lines.flatMap((line) => /\{"data":\{"2".*?"time":"\d+"\}\}/.exec(line)?.[0] ?? []);
    expect(pubs).toHaveLength(3);
    expect(new Set(pubs).size).toBe(1);
  });

  test("[S7] twice is 105; after unsubscribe nothing comes and subscribing works again", async () => {
    const channel = newRoom();
    using raw = await open();
    raw.send({ id: 2, subscribe: { channel } });
    await raw.next();
    raw.send({ id: 3, subscribe: { channel } });
    expect(await raw.next()).toEqual({ id: 3, error: { code: 105, message: "already subscribed" } });
    raw.send({ id: 4, unsubscribe: { channel } });
    expect(await raw.next()).toEqual({ id: 4, unsubscribe: {} });
    await api("publish", { channel, data: {} });
    raw.send({ id: 5, subscribe: { channel } });
    expect((await raw.next()).subscribe.offset).toBe(1);
  });

  test("[S9] with a token of its own, refreshed", async () => {
    const channel = newRoom();
    using raw = await open();
    raw.send({ id: 2, subscribe: { channel, token: await tokenFor("kim", { channel, exp: inSeconds(60) }) } });
    expect((await raw.next()).subscribe).toMatchObject({ expires: true, ttl: expect.any(Number) });
    raw.send({ id: 3, sub_refresh: { channel, token: await tokenFor("kim", { channel, exp: inSeconds(600) }) } });
    expect(await raw.next()).toEqual({
      id: 3,
      sub_refresh: { expires: true, ttl: expect.toSatisfy((ttl: number) => ttl > 590) },
    });
    raw.send({ id: 4, sub_refresh: { channel, token: await tokenFor("lee", { channel }) } });
    expect(await raw.next()).toEqual({ id: 4, error: { code: 103, message: "permission denied" } });
    raw.send({ id: 5, subscribe: { channel: newRoom(), token: await tokenFor("kim", { channel }) } });
    expect(await raw.next()).toEqual({ id: 5, error: { code: 103, message: "permission denied" } });
  });

  test("[S8] [S9] unsubscribing while it joins answers both, and nothing of the first one outlives it", async () => {
    const channel = newRoom();
    using raw = await open();
    const soon = await tokenFor("kim", { channel, exp: inSeconds(2) });
    raw.send(
      { id: 2, subscribe: { channel, token: soon } },
      { id: 3, unsubscribe: { channel } },
      { id: 4, subscribe: { channel } },
    );
    const replies = [await raw.next(), await raw.next(), await raw.next()];
    expect(replies.find(({ id }) => id === 3)).toEqual({ id: 3, unsubscribe: {} });
    expect(replies.find(({ id }) => id === 2).error).toMatchObject({ code: 100, temporary: true });
    expect(replies.find(({ id }) => id === 4)).toHaveProperty("subscribe");
    raw.send({ id: 5, presence_stats: { channel } });
    expect((await raw.next()).presence_stats).toEqual({ num_clients: 1, num_users: 1 });
    raw.send({ id: 6, unsubscribe: { channel } }, { id: 7, presence_stats: { channel } });
    await raw.next();
    expect((await raw.next()).presence_stats).toEqual({ num_clients: 0, num_users: 0 });
  });

  test("[S11] join and leave are pushed to those who asked", async () => {
    const channel = newRoom();
    using watcher = await open("watcher");
    watcher.send({ id: 2, subscribe: { channel, join_leave: true } });
    await watcher.next();
    using lee = await open("lee", { info: { name: "Lee" } });
    lee.send({ id: 2, subscribe: { channel } });
    const info = { user: "lee", client: uuid, conn_info: { name: "Lee" } };
    expect(await watcher.next()).toEqual({ push: { channel, join: { info } } });
    lee.send({ id: 3, unsubscribe: { channel } });
    expect(await watcher.next()).toEqual({ push: { channel, leave: { info } } });
  });

  test("[C11] more than 128 subscriptions are 106", async () => {
    using raw = await open();
    for (let i = 0; i < 128; i++) raw.send({ id: i + 2, subscribe: { channel: `many:${i}` } });
    for (let i = 0; i < 128; i++) expect(await raw.next()).toHaveProperty("subscribe");
    raw.send({ id: 200, subscribe: { channel: "many:128" } });
    expect(await raw.next()).toEqual({ id: 200, error: { code: 106, message: "limit exceeded" } });
  });

  test("[C11] more than 128 commands without a reply are 111", async () => {
    using raw = await open();
    raw.send(...Array.from({ length: 200 }, (_, i) => ({ id: i + 2, presence_stats: { channel: "busy" } })));
    const replies = await Promise.all(Array.from({ length: 200 }, () => raw.next()));
    expect(replies.filter(({ error }) => error?.code === 111)).toHaveLength(72);
    expect(replies.find(({ error }) => error)?.error).toEqual({ code: 111, message: "too many requests", temporary: true });
  });
});

describe("publish and rpc", () => {
  test("[P4] publish answers {}, and the event comes with info and tags", async () => {
    const channel = newRoom();
    using raw = await open("kim", { info: { name: "Kim" } });
    raw.send({ id: 2, subscribe: { channel } });
    await raw.next();
    raw.send({ id: 3, publish: { channel, data: { text: "hi" } } });
    const both = [await raw.next(), await raw.next()];
    expect(both).toContainEqual({ id: 3, publish: {} });
    expect(both).toContainEqual({
      push: {
        channel,
        pub: {
          data: { text: "hi" },
          info: { user: "kim", client: uuid, conn_info: { name: "Kim" } },
          offset: 1,
          tags: { type: "posted", id: uuid, time },
        },
      },
    });
  });

  test("[P5] [P6] rpc send answers the place, and the same place to a repeat", async () => {
    const channel = newRoom();
    using raw = await open();
    for (const [id, duplicate] of [
      [2, false],
      [3, true],
    ] as const) {
      raw.send({ id, rpc: { method: "send", data: { channel, id: "m", data: {} } } });
      expect(await raw.next()).toEqual({ id, rpc: { data: { offset: 1, epoch: epochText, duplicate } } });
    }
  });

  test("[P5] [P9] what is not right about an rpc is said", async () => {
    using raw = await open();
    raw.send({ id: 2, rpc: { method: "dance", data: {} } });
    expect(await raw.next()).toEqual({ id: 2, error: { code: 104, message: "method not found" } });
    raw.send({ id: 3, rpc: { method: "send", data: { channel: "a" } } });
    expect(await raw.next()).toEqual({ id: 3, error: { code: 107, message: "bad request: send takes { channel, id, data }" } });
    raw.send({ id: 4, rpc: { method: "send", data: { channel: "a", id: "has space", data: {} } } });
    expect((await raw.next()).error.code).toBe(107);
  });
});

describe("history and presence", () => {
  test("[H1] [H2] pages, positions and other epochs", async () => {
    const channel = newRoom();
    const epoch = await filled(channel, 5);
    using raw = await open();
    const offsetsOf = async (request: object) => {
      raw.send({ id: 2, history: { channel, ...request } });
      const { history } = await raw.next();
      expect(history).toMatchObject({ offset: 5, epoch });
      return history.publications.map(({ offset }: Message) => offset);
    };
    expect(await offsetsOf({})).toEqual([]);
    expect(await offsetsOf({ limit: 2 })).toEqual([1, 2]);
    expect(await offsetsOf({ limit: 2, since: { offset: 2, epoch } })).toEqual([3, 4]);
    expect(await offsetsOf({ limit: -1, since: { offset: 2, epoch } })).toEqual([3, 4, 5]);
    expect(await offsetsOf({ limit: 2, reverse: true })).toEqual([5, 4]);
    expect(await offsetsOf({ limit: 9, reverse: true, since: { offset: 4, epoch } })).toEqual([3, 2, 1]);
    raw.send({ id: 3, history: { channel, limit: 1, since: { offset: 1, epoch: "another" } } });
    expect(await raw.next()).toEqual({ id: 3, error: { code: 112, message: "unrecoverable position" } });
  });

  test("[H5] [H6] presence, its figures, and its bound of 200", async () => {
    const channel = newRoom();
    using raw = await open("kim");
    raw.send({ id: 2, subscribe: { channel } });
    await raw.next();
    raw.send({ id: 3, presence: { channel } });
    const { presence } = (await raw.next()).presence;
    expect(Object.values(presence)).toEqual([{ user: "kim", client: uuid }]);
    const crowd = await Promise.all(Array.from({ length: 200 }, () => open("lee")));
    for (const one of crowd) one.send({ id: 2, subscribe: { channel } });
    await Promise.all(crowd.map((one) => one.next()));
    raw.send({ id: 4, presence: { channel } });
    expect(await raw.next()).toEqual({ id: 4, error: { code: 108, message: "not available" } });
    raw.send({ id: 5, presence_stats: { channel } });
    expect(await raw.next()).toEqual({ id: 5, presence_stats: { num_clients: 201, num_users: 2 } });
    for (const one of crowd) one[Symbol.dispose]();
  });
});

describe("the server API", () => {
  test("[A1] [A2] wants its key, a known method, and JSON", async () => {
    expect(await api("info", {}, {})).toEqual({
      status: 401,
      body: { error: { code: 101, message: "unauthorized", temporary: false } },
    });
    expect((await api("info", {}, { "x-api-key": "wrong" })).status).toBe(401);
    expect((await api("info", {}, { authorization: `apikey ${secrets.MADANG_API_KEY}` })).status).toBe(200);
    expect(await api("dance", {})).toMatchObject({ status: 404, body: { error: { code: 104 } } });
    expect(await api("constructor", {})).toMatchObject({ status: 404 });
    expect(await api("publish", "{nope")).toMatchObject({ status: 400, body: { error: { code: 107 } } });
    expect(await api("publish", { channel: "a" })).toMatchObject({ status: 200, body: { error: { code: 107 } } });
    expect(await api("publish", { channel: "a.b", data: {} })).toMatchObject({ status: 200, body: { error: { code: 107 } } });
  });

  test("[A3] [A4] publishes once per key, and tells history, presence and nodes", async () => {
    const channel = newRoom();
    for (let i = 0; i < 2; i++) {
      expect((await api("publish", { channel, data: { n: 1 }, idempotency_key: "k" })).body.result).toEqual({
        offset: 1,
        epoch: epochText,
      });
    }
    expect((await api("history", { channel, limit: 10 })).body.result).toEqual({
      publications: [{ data: { n: 1 }, offset: 1, tags: { type: "posted", id: "k", time } }],
      offset: 1,
      epoch: epochText,
    });
    expect((await api("presence_stats", { channel })).body.result).toEqual({ num_clients: 0, num_users: 0 });
    const { nodes } = (await api("info", {})).body.result;
    expect(nodes).toEqual([
      {
        uid: expect.any(String),
        name: "gateway",
        version: "Madang 0.1.0",
        num_clients: expect.any(Number),
        num_users: expect.any(Number),
        num_channels: expect.any(Number),
        uptime: expect.any(Number),
      },
    ]);
  });

  test("[A5] health", async () => {
    expect((await fetch(`http://${site.authority}/healthz`)).status).toBe(200);
    expect((await fetch(`http://${site.authority}/readyz`)).status).toBe(200);
  });
});

describe("stock centrifuge reads our closes as we mean them", () => {
  test("[C2] [C13] a terminal one ends it, and its reason is words", async () => {
    const client = await connected(site.socketUrl, { user: "kim" });
    const events: [string, number, string][] = [];
    client.on("connecting", ({ code, reason }) => void events.push(["connecting", code, reason]));
    client.on("disconnected", ({ code, reason }) => void events.push(["disconnected", code, reason]));
    // What an SDK never sends by itself ends its connection for good.
    (client as unknown as { _transport: { send(data: string): void } })._transport.send("nonsense");
    await eventually(() => expect(events).toEqual([["disconnected", 3501, "bad request"]]));
  });

  test("[C14] a shutdown is 3001, and clients come back to whoever listens next", async () => {
    using other = temporaryFolder();
    const first = await startAllInOne(other.path);
    const port = first.authority.split(":")[1] ?? "";
    const client = new Centrifuge(first.socketUrl, {
      websocket: WebSocket,
      token: await tokenFor("kim"),
      minReconnectDelay: 50,
      maxReconnectDelay: 300,
    });
    client.on("error", () => {});
    client.connect();
    await client.ready(5_000);
    const codes: number[] = [];
    client.on("connecting", ({ code, reason }) => {
      codes.push(code);
      expect(reason).not.toMatch(/^[{["]/);
    });
    await first.stop();
    expect(codes).toEqual([3001]);
    await using second = await startAllInOne(other.path, { MADANG_HTTP_PORT: port });
    expect(second.authority).toBe(first.authority);
    await client.ready(10_000);
    client.disconnect();
  });
});
