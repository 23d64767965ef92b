// Golden transcripts of publishing, history, presence and the server API, to the letter, played by a raw WebSocket. The rules are in docs/protocol.md.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { secrets } from "./support/processes.ts";
import type { Message } from "./support/raw-socket.ts";
import { epochText, startWire, time, uuid, type Wire } from "./support/wire.ts";

let wire: Wire;
beforeAll(async () => {
  wire = await startWire();
});
afterAll(() => wire?.[Symbol.asyncDispose]());

describe("publish and rpc", () => {
  test("[P4] publish answers {}, and the event comes with info and tags", async () => {
    const channel = wire.newRoom();
    using raw = await wire.open("kim", { info: { name: "Kim" } });
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
    const channel = wire.newRoom();
    using raw = await wire.open();
    for (const [id, duplicate] of [
      [2, false],
      [3, true],
    ] as const) {
      raw.send({ id, rpc: { method: "send", data: { channel, id: "m", data: {} } } });
      expect(await raw.next()).toEqual({ id, rpc: { data: { offset: 1, epoch: epochText, duplicate } } });
    }
  });

  test("[P5] [P9] what is not right about an rpc is said", async () => {
    using raw = await wire.open();
    raw.send({ id: 2, rpc: { method: "dance", data: {} } });
    expect(await raw.next()).toEqual({ id: 2, error: { code: 104, message: "method not found" } });
    raw.send({ id: 3, rpc: { method: "send", data: { channel: "a" } } });
    expect((await raw.next()).error).toEqual({ code: 107, message: expect.stringMatching(/^bad request: id: /) });
    raw.send({ id: 4, rpc: { method: "send", data: { channel: "a", id: "has space", data: {} } } });
    expect((await raw.next()).error.code).toBe(107);
  });
});

describe("history and presence", () => {
  test("[H1] [H2] pages, positions and other epochs", async () => {
    const channel = wire.newRoom();
    const epoch = await wire.filled(channel, 5);
    using raw = await wire.open();
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
    const channel = wire.newRoom();
    using raw = await wire.open("kim");
    raw.send({ id: 2, subscribe: { channel } });
    await raw.next();
    raw.send({ id: 3, presence: { channel } });
    const { presence } = (await raw.next()).presence;
    expect(Object.values(presence)).toEqual([{ user: "kim", client: uuid }]);
    const crowd = await Promise.all(Array.from({ length: 200 }, () => wire.open("lee")));
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
    expect(await wire.api("info", {}, {})).toEqual({
      status: 401,
      body: { error: { code: 101, message: "unauthorized", temporary: false } },
    });
    expect((await wire.api("info", {}, { "x-api-key": "wrong" })).status).toBe(401);
    expect((await wire.api("info", {}, { authorization: `apikey ${secrets.MADANG_API_KEY}` })).status).toBe(200);
    expect(await wire.api("dance", {})).toMatchObject({ status: 404, body: { error: { code: 104 } } });
    expect(await wire.api("constructor", {})).toMatchObject({ status: 404 });
    expect(await wire.api("publish", "{nope")).toMatchObject({ status: 400, body: { error: { code: 107 } } });
    expect(await wire.api("publish", { channel: "a" })).toMatchObject({ status: 200, body: { error: { code: 107 } } });
    expect(await wire.api("publish", { channel: "a.b", data: {} })).toMatchObject({
      status: 200,
      body: { error: { code: 107 } },
    });
  });

  test("[A3] [A4] publishes once per key, and tells history, presence and nodes", async () => {
    const channel = wire.newRoom();
    for (let i = 0; i < 2; i++) {
      expect((await wire.api("publish", { channel, data: { n: 1 }, idempotency_key: "k" })).body.result).toEqual({
        offset: 1,
        epoch: epochText,
      });
    }
    expect((await wire.api("history", { channel, limit: 10 })).body.result).toEqual({
      publications: [{ data: { n: 1 }, offset: 1, tags: { type: "posted", id: "k", time } }],
      offset: 1,
      epoch: epochText,
    });
    expect((await wire.api("presence_stats", { channel })).body.result).toEqual({
      num_clients: 0,
      num_users: 0,
      counters: expect.objectContaining({ comments: 1 }),
    });
    const { nodes } = (await wire.api("info", {})).body.result;
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
    expect((await fetch(`http://${wire.authority}/healthz`)).status).toBe(200);
    expect((await fetch(`http://${wire.authority}/readyz`)).status).toBe(200);
  });
});
