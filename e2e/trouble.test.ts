// What clients hear when something behind the gateway is away, slow or full: the errors that a healthy site never shows.
import { Bus, LeaseBucket, Membership } from "@madang/bus";
import { ErrorCode, MemberId, RoomId, type RoomReply, subjects } from "@madang/contracts";
import { cuttable, eventually, testNats } from "@madang/devkit";
import { describe, expect, test } from "vitest";

import { forgetfulRoad } from "./support/forgetful.ts";
import { type Site, startAllInOne, startService, temporaryFolder } from "./support/processes.ts";
import { type Message, rawSocket } from "./support/raw-socket.ts";
import { viewer } from "./support/viewer.ts";

const small = { MADANG_LOG_MAX_BYTES: String(512 * 1024 * 1024) };

async function gatewayAlone() {
  const nats = await testNats();
  const gateway = await startService("gateway", { NATS_URL: nats.url, ...small });
  const close = async () => {
    await gateway.kill();
    await nats[Symbol.asyncDispose]();
  };
  return { nats, gateway, [Symbol.asyncDispose]: close };
}

const ask = async (site: Site, command: object): Promise<Message> => {
  using raw = await rawSocket(site.socketUrl);
  raw.send({ id: 2, ...command });
  // Awaited here: the socket is gone when this function is.
  return await raw.next();
};
const publish = { publish: { channel: "live:a", data: {} } };
const statusOf = async (site: Site) => (await fetch(`http://${site.authority}/readyz`)).status;

/** A room service that only says one thing. */
async function roomThatSays(url: string, reply: RoomReply | undefined) {
  const bus = await Bus.connect({ url, name: "fake-room", onHandlerError: () => {} });
  const member = MemberId.parse("room-fake");
  const heard: string[] = [];
  bus.subscribe(subjects.commandsTo(member), (message) => {
    heard.push(JSON.parse(Buffer.from(message.data).toString()).id);
    if (reply !== undefined) message.respond(Buffer.from(JSON.stringify(reply)));
  });
  const membership = await Membership.join({
    bus,
    bucket: new LeaseBucket(bus, { replicas: 1 }),
    self: { kind: "room", member },
  });
  const close = async () => {
    await membership.leave();
    await bus.close();
  };
  return { heard, [Symbol.asyncDispose]: close };
}

describe("without its neighbours a gateway", () => {
  test("[A5] [P7] [S2] is not ready and answers 1000 where there is no room service, and still lets subscribe and read", async () => {
    await using at = await gatewayAlone();
    expect(await statusOf(at.gateway)).toBe(503);
    expect(await ask(at.gateway, publish)).toEqual({
      id: 2,
      error: { code: 1000, message: "room unavailable", temporary: true },
    });
    expect((await ask(at.gateway, { subscribe: { channel: "live:a" } })).subscribe).toMatchObject({ offset: 0 });
    expect((await ask(at.gateway, { history: { channel: "live:a", limit: 5 } })).history).toMatchObject({
      publications: [],
      offset: 0,
    });
  });

  test("[P7] hands a full room's 1001 on, and says 1002 of a room that is silent, which it asked again with the same id", async () => {
    await using at = await gatewayAlone();
    {
      await using _room = await roomThatSays(at.nats.url, { v: 1, kind: "refused", refusal: ErrorCode.overloaded });
      await eventually(async () => expect(await statusOf(at.gateway)).toBe(200));
      expect(await ask(at.gateway, publish)).toEqual({
        id: 2,
        error: { code: 1001, message: "room overloaded", temporary: true },
      });
    }
    await using silent = await roomThatSays(at.nats.url, undefined);
    expect(await ask(at.gateway, publish)).toEqual({
      id: 2,
      error: { code: 1002, message: "outcome unknown, repeat with the same id", temporary: true },
    });
    expect(silent.heard.length).toBeGreaterThan(1);
    expect(new Set(silent.heard).size).toBe(1);
  });

  test("[P7] gives a definite refusal of rpc send as a value", async () => {
    await using at = await gatewayAlone();
    await using _room = await roomThatSays(at.nats.url, {
      v: 1,
      kind: "refused",
      refusal: { code: 400, message: "the room is closed", temporary: false, retryAfterMs: 500 },
    });
    expect(await ask(at.gateway, { rpc: { method: "send", data: { channel: "live:a", id: "m", data: {} } } })).toEqual({
      id: 2,
      rpc: { data: { refused: { code: 400, message: "the room is closed", retryAfterMs: 500 } } },
    });
    expect((await ask(at.gateway, publish)).error).toEqual({ code: 400, message: "the room is closed" });
  });

  test("[A5] [C16] [S8] [H4] is not ready without NATS, answers temporary errors in time, and is well again when NATS is back", async () => {
    await using at = await gatewayAlone();
    using subscriber = await rawSocket(at.gateway.socketUrl);
    using reader = await rawSocket(at.gateway.socketUrl);
    using publisher = await rawSocket(at.gateway.socketUrl);
    await at.nats.kill();
    await eventually(async () => expect(await statusOf(at.gateway)).toBe(503));
    await expect(rawSocket(at.gateway.socketUrl)).rejects.toThrow("503");
    const askedAt = performance.now();
    subscriber.send({ id: 2, subscribe: { channel: "live:b" } });
    reader.send({ id: 2, history: { channel: "live:b", limit: 5 } });
    publisher.send({ id: 2, ...publish });
    const [subscribed, read, published] = await Promise.all([subscriber.next(), reader.next(), publisher.next()]);
    // SDKs give up at 5 s.
    expect(performance.now() - askedAt).toBeLessThan(4_900);
    expect(subscribed.error).toMatchObject({ temporary: true });
    expect(read.error).toEqual({ code: 1003, message: "history unavailable", temporary: true });
    expect(published.error).toMatchObject({ temporary: true });
    await at.nats.restart();
    await eventually(
      async () => {
        subscriber.send({ id: 3, subscribe: { channel: "live:b" } });
        expect(await subscriber.next()).toHaveProperty("subscribe");
      },
      { withinMs: 15_000 },
    );
    await rawSocket(at.gateway.socketUrl).then((socket) => socket[Symbol.dispose]());
  }, 40_000);

  test("[C16] closes its connections with 4000 when NATS stays away, and those who come back later have missed nothing", async () => {
    using folder = temporaryFolder();
    await using nats = await testNats();
    await using road = await cuttable(nats.port);
    await using site = await startAllInOne(folder.path, { NATS_URL: nats.url, ...small });
    await using apart = await startService("gateway", {
      NATS_URL: `nats://127.0.0.1:${road.port}`,
      MADANG_OUTAGE_MS: "2000",
      ...small,
    });
    using kim = await viewer(site.socketUrl, "live:out", { user: "kim" });
    using lee = await viewer(apart.socketUrl, "live:out", { user: "lee" });
    const left: number[] = [];
    lee.client.on("connecting", ({ code }) => void left.push(code));
    await kim.subscription.publish({ n: 1 });
    await eventually(() => expect(lee.seen).toHaveLength(1));
    road.cut();
    await eventually(() => expect(left).toEqual([4000]), { withinMs: 15_000 });
    for (const n of [2, 3]) await kim.subscription.publish({ n });
    road.mend();
    await eventually(() => expect(lee.seen.map(({ offset }) => offset)).toEqual([1, 2, 3]), { withinMs: 15_000 });
  }, 40_000);

  test("[H5] [H6] answers presence with 100 while another gateway hangs, and its figures all the same", async () => {
    await using at = await gatewayAlone();
    const other = await startService("gateway", { NATS_URL: at.nats.url, ...small });
    await eventually(async () => expect(await ask(at.gateway, { presence: { channel: "live:a" } })).toHaveProperty("presence"));
    other.signal("SIGSTOP");
    expect(await ask(at.gateway, { presence: { channel: "live:a" } })).toEqual({
      id: 2,
      error: { code: 100, message: "internal server error", temporary: true },
    });
    expect(await ask(at.gateway, { presence_stats: { channel: "live:a" } })).toEqual({
      id: 2,
      presence_stats: { num_clients: 0, num_users: 0 },
    });
    other.signal("SIGCONT");
    await other.kill();
  });
});

describe("a gateway that was cut off from NATS", () => {
  test("[L2] [S4] brings its viewers the very last message of what it missed, without anything else being said", async () => {
    using folder = temporaryFolder();
    await using nats = await testNats();
    await using road = await cuttable(nats.port);
    await using site = await startAllInOne(folder.path, { NATS_URL: nats.url, ...small });
    await using apart = await startService("gateway", { NATS_URL: `nats://127.0.0.1:${road.port}`, ...small });
    using kim = await viewer(site.socketUrl, "live:cut", { user: "kim" });
    using lee = await viewer(apart.socketUrl, "live:cut", { user: "lee" });
    await kim.subscription.publish({ n: 1 });
    await eventually(() => expect(lee.seen).toHaveLength(1));
    road.cut();
    await eventually(async () => expect(await statusOf(apart)).toBe(503));
    for (const n of [2, 3]) await kim.subscription.publish({ n });
    road.mend();
    await eventually(() => expect(lee.seen.map(({ offset }) => offset)).toEqual([1, 2, 3]), { withinMs: 10_000 });
    expect(lee.subscribed).toHaveLength(1);
  });
});

describe("a gateway whose link to NATS went dead", () => {
  test("[A5] [L2] notices that it hears nothing, connects anew, and brings its viewers what they missed", async () => {
    using folder = temporaryFolder();
    await using nats = await testNats();
    await using road = await cuttable(nats.port);
    await using site = await startAllInOne(folder.path, { NATS_URL: nats.url, ...small });
    await using apart = await startService("gateway", { NATS_URL: `nats://127.0.0.1:${road.port}`, ...small });
    using kim = await viewer(site.socketUrl, "live:dead", { user: "kim" });
    using lee = await viewer(apart.socketUrl, "live:dead", { user: "lee" });
    await kim.subscription.publish({ n: 1 });
    await eventually(() => expect(lee.seen).toHaveLength(1));
    // Both ends believe in it still; the client's own pings would find out after 10 to 15 s.
    road.stall();
    for (const n of [2, 3]) await kim.subscription.publish({ n });
    await eventually(() => expect(lee.seen.map(({ offset }) => offset)).toEqual([1, 2, 3]), { withinMs: 9_000 });
    expect(apart.output()).toContain('"kind":"deaf"');
    expect(lee.subscribed).toHaveLength(1);
  });
});

describe("a gateway whose link loses a message", () => {
  test("[L2] [L7] has the very last one of a burst within 7 s, without anything else being said", async () => {
    using folder = temporaryFolder();
    await using nats = await testNats();
    await using road = await forgetfulRoad(nats.port);
    await using site = await startAllInOne(folder.path, { NATS_URL: nats.url, ...small });
    await using apart = await startService("gateway", { NATS_URL: `nats://127.0.0.1:${road.port}`, ...small });
    using kim = await viewer(site.socketUrl, "live:last", { user: "kim" });
    using lee = await viewer(apart.socketUrl, "live:last", { user: "lee" });
    for (const n of [1, 2]) await kim.subscription.publish({ n });
    await eventually(() => expect(lee.seen).toHaveLength(2));
    const lost = road.lose(subjects.live(RoomId.parse("live:last")));
    await kim.subscription.publish({ n: 3 });
    await lost;
    await eventually(() => expect(lee.seen.map(({ offset }) => offset)).toEqual([1, 2, 3]), { withinMs: 7_000 });
    expect(lee.subscribed).toHaveLength(1);
  });
});

describe("a reader that does not read", () => {
  test("[C12] is closed with 3008, and the others never notice", async () => {
    using folder = temporaryFolder();
    await using site = await startAllInOne(folder.path);
    using kim = await viewer(site.socketUrl, "live:slow", { user: "kim" });
    using slow = await rawSocket(site.socketUrl);
    slow.send({ id: 2, subscribe: { channel: "live:slow" } });
    await slow.next();
    slow.socket.pause();
    const data = { text: "x".repeat(8_000) };
    let published = 0;
    let closed: { code: number; reason: string } | undefined;
    void slow.closed.then((how) => {
      closed = how;
    });
    // Beside our budget the kernel buffers some megabytes of its own.
    while (published < 3_000) {
      await Promise.all(Array.from({ length: 50 }, () => kim.subscription.publish(data)));
      published += 50;
      const { num_clients } = (await ask(site, { presence_stats: { channel: "live:slow" } })).presence_stats;
      if (num_clients === 1) break;
    }
    slow.socket.resume();
    await eventually(() => expect(closed).toEqual({ code: 3008, reason: "slow" }));
    await eventually(() => expect(kim.seen).toHaveLength(published));
    expect(kim.subscribed).toHaveLength(1);
  }, 40_000);
});
