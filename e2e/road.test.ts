// The whole road with every service a process of its own: 2 gateways, 2 rooms, 1 persistence, a real broker, a real MySQL.
import { eventually, type TestDatabase, type TestNats, testDatabase, testNats } from "@madang/devkit";
import { Centrifuge } from "centrifuge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type Site, startService } from "./support/processes.ts";
import { rowsOf } from "./support/store.ts";
import { connected, type Viewer, viewer } from "./support/viewer.ts";

let nats: TestNats;
let database: TestDatabase;
const sites: Site[] = [];
let one: Site;
let two: Site;

beforeAll(async () => {
  [nats, database] = await Promise.all([testNats(), testDatabase()]);
  const settings = { NATS_URL: nats.url, DATABASE_URL: database.url, MADANG_LOG_MAX_BYTES: String(512 * 1024 * 1024) };
  sites.push(await startService("persistence", settings));
  sites.push(...(await Promise.all([startService("room", settings), startService("room", settings)])));
  [one, two] = await Promise.all([startService("gateway", settings), startService("gateway", settings)]);
  sites.push(one, two);
});

afterAll(async () => {
  for (const site of sites.reverse()) await site.stop();
  await database?.[Symbol.asyncDispose]();
  await nats?.[Symbol.asyncDispose]();
});

/** As fast as one client may: 50 at a time. */
async function publishAll({ subscription }: Viewer, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 50) {
    await Promise.all(upTo(Math.min(50, count - n + 1), n).map((each) => subscription.publish({ n: each })));
  }
}

const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i);
const offsets = ({ seen }: Pick<Viewer, "seen">) => seen.map(({ offset }) => offset);

describe("one comment, from a socket to MySQL and back", () => {
  test("[P1] [P3] everybody receives exactly what was sent, with who, where and when", async () => {
    using kim = await viewer(one.socketUrl, "live:exact", { user: "kim" });
    using lee = await viewer(two.socketUrl, "live:exact", { user: "lee" });
    const data = {
      text: "안녕하세요 👨‍👩‍👧‍👦 <b>&\"'\\ \u2028 end",
      numbers: [0, -1.5, 1e-7, 9007199254740991, 1e300],
      nested: { "키 🔑": [null, true, { deep: "" }] },
    };
    const before = Date.now();
    await kim.subscription.publish(data);
    await eventually(() => expect(lee.seen).toHaveLength(1));
    await eventually(() => expect(kim.seen).toHaveLength(1));
    expect(lee.seen).toEqual(kim.seen);
    const [event] = lee.seen;
    expect(event?.data).toEqual(data);
    expect(event?.offset).toBe(1);
    expect(event?.info).toMatchObject({ user: "kim", client: expect.any(String) });
    expect(event?.tags).toEqual({ type: "posted", id: expect.any(String), time: expect.stringMatching(/^\d{13}$/) });
    expect(Number(event?.tags.time)).toBeGreaterThanOrEqual(before - 1_000);
  });

  test("[S4] [R1] two gateways and 20 clients see one order without gaps, and MySQL has it", async () => {
    const room = "live:crowd";
    const clients = await Promise.all(
      upTo(20).map((i) => viewer(i % 2 ? one.socketUrl : two.socketUrl, room, { user: `user-${i}` })),
    );
    await Promise.all(clients.flatMap(({ subscription }, i) => upTo(25).map((n) => subscription.publish({ text: `${i}/${n}` }))));
    await eventually(() => clients.every(({ seen }) => seen.length === 500) || Promise.reject(new Error("not all there")));
    const [first] = clients;
    expect(offsets(first as Viewer)).toEqual(upTo(500));
    for (const client of clients) expect(client.seen).toEqual(first?.seen);
    // A sender's own comments keep their order.
    for (let i = 0; i < 20; i++) {
      const own = first?.seen.filter(({ info }) => info?.user === `user-${i + 1}`).map(({ data }) => data.text);
      expect(own).toEqual(upTo(25).map((n) => `${i}/${n}`));
    }
    const rows = await rowsOf(database.url, room, 500);
    expect(rows.map(({ offset, data, user }) => [offset, data, user])).toEqual(
      first?.seen.map(({ offset, data, info }) => [offset, data, info?.user]),
    );
    for (const client of clients) client[Symbol.dispose]();
  });

  test("[S5] a client that was away gets every missed event, in order, with recovered: true", async () => {
    using speaker = await viewer(two.socketUrl, "live:away", { user: "speaker" });
    using listener = await viewer(one.socketUrl, "live:away", { user: "listener" });
    for (const n of upTo(5)) await speaker.subscription.publish({ n });
    await eventually(() => expect(listener.seen).toHaveLength(5));
    for (const [round, missed] of [50, 900].entries()) {
      listener.client.disconnect();
      const had = listener.seen.length;
      await publishAll(speaker, missed);
      listener.client.connect();
      await listener.client.ready(10_000);
      await eventually(() => expect(listener.seen).toHaveLength(had + missed));
      expect(listener.subscribed[round + 1]).toMatchObject({ wasRecovering: true, recovered: true });
    }
    await speaker.subscription.publish({ n: 0 });
    await eventually(() => expect(listener.seen).toHaveLength(956));
    expect(offsets(listener)).toEqual(upTo(956));
  });

  test("[H1] [H3] history pages, forwards and backwards, agree with what was seen live, to the very edge", async () => {
    using kim = await viewer(one.socketUrl, "live:pages", { user: "kim" });
    await publishAll(kim, 137);
    await eventually(() => expect(kim.seen).toHaveLength(137));
    const seen = kim.seen.map(({ offset, data, info, tags }) => ({ offset, data, info, tags }));
    for (const gateway of [one, two]) {
      const client = await connected(gateway.socketUrl, { user: "reader" });
      const { epoch } = await client.history("live:pages", { limit: 0 });
      const page = async (limit: number, reverse: boolean) => {
        const all = [];
        for (let offset: number | undefined; ; ) {
          const since = offset === undefined ? undefined : { offset, epoch };
          const { publications } = await client.history("live:pages", { limit, reverse, ...(since ? { since } : {}) });
          all.push(...publications);
          if (publications.length < limit) break;
          offset = publications.at(-1)?.offset;
        }
        return all.map(({ offset, data, info, tags }) => ({ offset, data, info, tags }));
      };
      expect(await page(20, false)).toEqual(seen);
      expect(await page(33, true)).toEqual([...seen].reverse());
      client.disconnect();
    }
  });

  test("[H5] [H6] presence lists everybody on both gateways", async () => {
    using kim = await viewer(one.socketUrl, "live:present", { user: "kim" });
    using lee = await viewer(two.socketUrl, "live:present", { user: "lee" });
    const { clients } = await kim.subscription.presence();
    expect(
      Object.values(clients)
        .map(({ user }) => user)
        .sort(),
    ).toEqual(["kim", "lee"]);
    expect(await lee.subscription.presenceStats()).toEqual({ numClients: 2, numUsers: 2 });
    lee.client.disconnect();
    await eventually(async () => expect(await kim.subscription.presenceStats()).toEqual({ numClients: 1, numUsers: 1 }));
  });

  test("[P9] an rpc of an unknown method gets code 104", async () => {
    const client = await connected(one.socketUrl, { user: "kim" });
    await expect(client.rpc("dance", {})).rejects.toMatchObject({ code: 104 });
    client.disconnect();
  });

  test("[C6] a wrong token ends the connection for good", async () => {
    const client = new Centrifuge(one.socketUrl, { websocket: WebSocket, token: "wrong" });
    const disconnected = new Promise((resolve) => client.on("disconnected", resolve));
    client.connect();
    expect(await disconnected).toEqual({ code: 3500, reason: "invalid token" });
    expect(client.state).toBe("disconnected");
  });

  test("[R4] [R5] a room whose owner is killed goes on with the other, at the next offset", async () => {
    using kim = await viewer(one.socketUrl, "live:orphan", { user: "kim" });
    await kim.subscription.publish({ n: 1 });
    const [, first, second] = sites as [Site, Site, Site];
    // Whichever of the two owns it: both go in turn, and the room goes on each time.
    await first.kill();
    await kim.client.rpc("send", { channel: "live:orphan", id: "two", data: { n: 2 } });
    const replacement = await startService("room", { NATS_URL: nats.url, MADANG_LOG_MAX_BYTES: String(512 * 1024 * 1024) });
    sites.push(replacement);
    await second.kill();
    await kim.client.rpc("send", { channel: "live:orphan", id: "three", data: { n: 3 } });
    expect((await kim.client.rpc("send", { channel: "live:orphan", id: "two", data: {} })).data).toMatchObject({
      offset: 2,
      duplicate: true,
    });
    await eventually(() => expect(offsets(kim)).toEqual([1, 2, 3]));
  });
});
