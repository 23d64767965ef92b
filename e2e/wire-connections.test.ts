// Golden transcripts of connections, to the letter, played by a raw WebSocket. The rules are in docs/protocol.md.
import { eventually } from "@madang/devkit";
import { Centrifuge } from "centrifuge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startAllInOne, temporaryFolder } from "./support/processes.ts";
import { rawSocket } from "./support/raw-socket.ts";
import { connected, tokenFor } from "./support/viewer.ts";
import { inSeconds, startWire, uuid, type Wire } from "./support/wire.ts";

let wire: Wire;
beforeAll(async () => {
  wire = await startWire();
});
afterAll(() => wire?.[Symbol.asyncDispose]());

describe("connect", () => {
  test("[C5] [C8] with a token", async () => {
    using raw = await rawSocket(wire.socketUrl, { connect: false });
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
    using first = await rawSocket(wire.socketUrl, { connect: false });
    first.send({ id: 1, connect: {} });
    const { data } = (await first.next()).connect;
    expect(data).toEqual({ user: expect.stringMatching(/^anon_[0-9a-f]{16}$/), identity: expect.any(String) });
    using again = await rawSocket(wire.socketUrl, { connect: false });
    again.send({ id: 1, connect: { data: { identity: data.identity } } });
    expect((await again.next()).connect.data.user).toBe(data.user);
  });

  test("[C9] with a token that ends, refreshed with a newer one", async () => {
    using raw = await rawSocket(wire.socketUrl, { connect: false });
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
    raw.send({ id: 3, refresh: { token: await tokenFor("kim", { exp: inSeconds(-60) }) } });
    expect(await raw.next()).toEqual({ id: 3, error: { code: 109, message: "token expired" } });
    raw.send({ id: 4, refresh: { token: await tokenFor("lee") } });
    expect(await raw.closed).toEqual({ code: 3500, reason: "invalid token" });
  });

  test("[C6] an expired token is answered with 109, a wrong one closes with 3500", async () => {
    using expired = await rawSocket(wire.socketUrl, { connect: false });
    expired.send({ id: 1, connect: { token: await tokenFor("kim", { exp: inSeconds(-60) }) } });
    expect(await expired.next()).toEqual({ id: 1, error: { code: 109, message: "token expired" } });
    using wrong = await rawSocket(wire.socketUrl, { connect: false });
    wrong.send({ id: 1, connect: { token: "wrong" } });
    expect(await wrong.closed).toEqual({ code: 3500, reason: "invalid token" });
  });

  test("[C2] any command before it closes with 3501, and so does a second connect", async () => {
    for (const command of [
      { id: 1, subscribe: { channel: "a" } },
      { id: 1, ping: {} },
      { id: 1, dance: {} },
    ]) {
      using raw = await rawSocket(wire.socketUrl, { connect: false });
      raw.send(command);
      expect(await raw.closed).toEqual({ code: 3501, reason: "bad request" });
    }
    using twice = await wire.open();
    twice.send({ id: 2, connect: {} });
    expect(await twice.closed).toEqual({ code: 3501, reason: "bad request" });
  });

  test("[C4] none at all closes with 3502", async () => {
    using raw = await rawSocket(wire.socketUrl, { connect: false });
    expect(await raw.closed).toEqual({ code: 3502, reason: "stale" });
  }, 15_000);

  test("[C1] [C3] commands that come with it are handled after its reply, and what is ready together travels together", async () => {
    using raw = await rawSocket(wire.socketUrl, { connect: false });
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
    using raw = await rawSocket(wire.socketUrl, { pings: true });
    for (let i = 0; i < 3; i++) {
      expect(await raw.next()).toEqual({});
      raw.send("{}");
    }
    raw.send({ id: 9, ping: {} });
    await eventually(async () => expect(await raw.next()).toEqual({ id: 9, ping: {} }));
  });

  test("[C8] a client that does not answer is closed with 3012", async () => {
    using raw = await rawSocket(wire.socketUrl, { pings: true });
    expect(await raw.next()).toEqual({});
    expect(await raw.closed).toEqual({ code: 3012, reason: "no pong" });
  });

  test("[C15] ping is answered, send is accepted in silence", async () => {
    using raw = await wire.open();
    raw.send({ send: { data: { anything: 1 } } }, { id: 2, ping: {} });
    expect(await raw.next()).toEqual({ id: 2, ping: {} });
  });
});

describe("stock centrifuge reads our closes as we mean them", () => {
  test("[C2] [C13] a terminal one ends it, and its reason is words", async () => {
    const client = await connected(wire.socketUrl, { user: "kim" });
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
