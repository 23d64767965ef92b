// Golden transcripts of subscriptions and recovery, to the letter, played by a raw WebSocket. The rules are in docs/protocol.md.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Message } from "./support/raw-socket.ts";
import { tokenFor } from "./support/viewer.ts";
import { epochText, inSeconds, startWire, time, uuid, type Wire } from "./support/wire.ts";

let wire: Wire;
beforeAll(async () => {
  wire = await startWire();
});
afterAll(() => wire?.[Symbol.asyncDispose]());

describe("subscribe", () => {
  test("[S2] [S3] [S4] to a new room, with flags nobody knows, then live", async () => {
    using raw = await wire.open();
    const channel = wire.newRoom();
    raw.send({ id: 2, subscribe: { channel, positioned: true, recoverable: true, delta: "fossil", tf: {}, flag: 1 } });
    expect(await raw.next()).toEqual({ id: 2, subscribe: { recoverable: true, positioned: true, epoch: epochText, offset: 0 } });
    const { body } = await wire.api("publish", { channel, data: { text: "server" }, idempotency_key: "k1" });
    expect(body).toEqual({ result: { offset: 1, epoch: epochText } });
    expect(await raw.next()).toEqual({
      push: { channel, pub: { data: { text: "server" }, offset: 1, tags: { type: "posted", id: "k1", time } } },
    });
  });

  test("[S5] recovers what was missed, with the offset it was asked from", async () => {
    const channel = wire.newRoom();
    const epoch = await wire.filled(channel, 5);
    using raw = await wire.open();
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
    using current = await wire.open();
    current.send({ id: 2, subscribe: { channel, recover: true, offset: 5, epoch } });
    expect((await current.next()).subscribe).toEqual({
      recoverable: true,
      positioned: true,
      epoch,
      offset: 5,
      recovered: true,
      was_recovering: true,
    });
    using beginning = await wire.open();
    beginning.send({ id: 2, subscribe: { channel, recover: true, offset: 0, epoch: "" } });
    expect((await beginning.next()).subscribe.publications).toHaveLength(5);
  });

  test("[S6] does not recover from another epoch, from ahead, or above its bounds", async () => {
    const channel = wire.newRoom();
    const epoch = await wire.filled(channel, 1_002);
    const notRecovered = { recoverable: true, positioned: true, epoch, offset: 1_002, recovered: false, was_recovering: true };
    for (const position of [
      { offset: 5, epoch: "another" },
      { offset: 1_003, epoch },
      { offset: 1, epoch },
    ]) {
      using raw = await wire.open();
      raw.send({ id: 2, subscribe: { channel, recover: true, ...position } });
      expect((await raw.next()).subscribe).toEqual(notRecovered);
    }
    using justInside = await wire.open();
    justInside.send({ id: 2, subscribe: { channel, recover: true, offset: 2, epoch } });
    expect((await justInside.next()).subscribe.publications).toHaveLength(1_000);

    const large = wire.newRoom();
    const largeEpoch = await wire.filled(large, 40, { text: "x".repeat(7_500) });
    using raw = await wire.open();
    raw.send({ id: 2, subscribe: { channel: large, recover: true, offset: 0, epoch: largeEpoch } });
    expect((await raw.next()).subscribe).toMatchObject({ recovered: false, offset: 40 });
    raw.send({ id: 3, history: { channel: large, limit: 100 } });
    const page = (await raw.next()).history.publications;
    expect(page.length).toBeGreaterThan(25);
    expect(page.length).toBeLessThan(40);
  });

  test("[S4] offsets rise one by one from the reply on, however subscribing and publishing fall together", async () => {
    const channel = wire.newRoom();
    const epoch = await wire.filled(channel, 10);
    let publishing = true;
    const storm = (async () => {
      while (publishing) await wire.api("publish", { channel, data: {} });
    })();
    for (let round = 0; round < 15; round++) {
      using raw = await wire.open();
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
    const channel = wire.newRoom();
    using raw = await wire.open();
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
    const channel = wire.newRoom();
    using raw = await wire.open();
    raw.send({ id: 2, subscribe: { channel } });
    await raw.next();
    raw.send({ id: 3, subscribe: { channel } });
    expect(await raw.next()).toEqual({ id: 3, error: { code: 105, message: "already subscribed" } });
    raw.send({ id: 4, unsubscribe: { channel } });
    expect(await raw.next()).toEqual({ id: 4, unsubscribe: {} });
    await wire.api("publish", { channel, data: {} });
    raw.send({ id: 5, subscribe: { channel } });
    expect((await raw.next()).subscribe.offset).toBe(1);
  });

  test("[S9] with a token of its own, refreshed", async () => {
    const channel = wire.newRoom();
    using raw = await wire.open();
    raw.send({ id: 2, subscribe: { channel, token: await tokenFor("kim", { channel, exp: inSeconds(60) }) } });
    expect((await raw.next()).subscribe).toMatchObject({ expires: true, ttl: expect.any(Number) });
    raw.send({ id: 3, sub_refresh: { channel, token: await tokenFor("kim", { channel, exp: inSeconds(600) }) } });
    expect(await raw.next()).toEqual({
      id: 3,
      sub_refresh: { expires: true, ttl: expect.toSatisfy((ttl: number) => ttl > 590) },
    });
    raw.send({ id: 4, sub_refresh: { channel, token: await tokenFor("lee", { channel }) } });
    expect(await raw.next()).toEqual({ id: 4, error: { code: 103, message: "permission denied" } });
    raw.send({ id: 5, subscribe: { channel: wire.newRoom(), token: await tokenFor("kim", { channel }) } });
    expect(await raw.next()).toEqual({ id: 5, error: { code: 103, message: "permission denied" } });
  });

  test("[S8] [S9] unsubscribing while it joins answers both, and nothing of the first one outlives it", async () => {
    const channel = wire.newRoom();
    using raw = await wire.open();
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
    const channel = wire.newRoom();
    using watcher = await wire.open("watcher");
    watcher.send({ id: 2, subscribe: { channel, join_leave: true } });
    await watcher.next();
    using lee = await wire.open("lee", { info: { name: "Lee" } });
    lee.send({ id: 2, subscribe: { channel } });
    const info = { user: "lee", client: uuid, conn_info: { name: "Lee" } };
    expect(await watcher.next()).toEqual({ push: { channel, join: { info } } });
    lee.send({ id: 3, unsubscribe: { channel } });
    expect(await watcher.next()).toEqual({ push: { channel, leave: { info } } });
  });

  test("[C11] more than 128 subscriptions are 106", async () => {
    using raw = await wire.open();
    for (let i = 0; i < 128; i++) raw.send({ id: i + 2, subscribe: { channel: `many:${i}` } });
    for (let i = 0; i < 128; i++) expect(await raw.next()).toHaveProperty("subscribe");
    raw.send({ id: 200, subscribe: { channel: "many:128" } });
    expect(await raw.next()).toEqual({ id: 200, error: { code: 106, message: "limit exceeded" } });
  });

  test("[C11] more than 128 commands without a reply are 111", async () => {
    using raw = await wire.open();
    raw.send(...Array.from({ length: 200 }, (_, i) => ({ id: i + 2, presence_stats: { channel: "busy" } })));
    const replies = await Promise.all(Array.from({ length: 200 }, () => raw.next()));
    expect(replies.filter(({ error }) => error?.code === 111)).toHaveLength(72);
    expect(replies.find(({ error }) => error)?.error).toEqual({ code: 111, message: "too many requests", temporary: true });
  });
});
