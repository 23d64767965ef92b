// What can be seen of a room by those who came late, look after it, or serve it; and how rooms come to be where the site makes them.
import { eventually } from "@madang/devkit";
import type { Centrifuge, PublicationContext } from "centrifuge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rawSocket } from "../support/raw-socket.ts";
import { connected, sendUntilAnswered, tokenFor, viewer } from "../support/viewer.ts";
import { type LiveSite, liveSite } from "./site.ts";

let site: LiveSite;
/** At the first gateway. */
let mod: Centrifuge;

beforeAll(async () => {
  site = await liveSite({ MADANG_ROOMS: "made" });
  mod = await connected(site.one.socketUrl, { user: "mod", claims: { role: "moderator" } });
}, 60_000);

afterAll(async () => {
  mod?.disconnect();
  await site?.[Symbol.asyncDispose]();
});

let ids = 0;

/** Until it is done: a room that has just crashed is away for a moment. */
const act = (method: string, args: object) =>
  eventually(
    async () => {
      const { data } = await mod.rpc(method, { id: `act-${++ids}`, ...args });
      expect(data.refused).toBeUndefined();
      return data;
    },
    { withinMs: 15_000, everyMs: 200 },
  );

async function made(channel: string): Promise<string> {
  expect((await site.api("PUT", `/rooms/${channel}`, { title: "Tonight" })).status).toBe(201);
  return channel;
}

describe("where the site makes the rooms", () => {
  test("[S2] one that it has not made is an unknown channel for whatever a client wants of it, and does not come to be by that", async () => {
    const channel = "live:unmade";
    using raw = await rawSocket(site.two.socketUrl, { connect: { token: await tokenFor("kim") } });
    const commands = [
      { subscribe: { channel } },
      { publish: { channel, data: { text: "hi" } } },
      { history: { channel, limit: 10 } },
      { presence: { channel } },
      { presence_stats: { channel } },
      { rpc: { method: "send", data: { channel, id: "1", data: {} } } },
      { rpc: { method: "hearts", data: { channel, id: "2", count: 1 } } },
      { rpc: { method: "info", data: { channel } } },
    ];
    for (const [index, command] of commands.entries()) {
      raw.send({ id: index + 2, ...command });
      expect(await raw.next(), JSON.stringify(command)).toEqual({
        id: index + 2,
        error: { code: 102, message: "unknown channel" },
      });
    }
    expect((await site.api("GET", `/rooms/${channel}`)).status).toBe(404);
    // An SDK takes it for good.
    const subscription = mod.newSubscription(channel);
    const ended = new Promise<number>((resolve) => subscription.once("unsubscribed", ({ code }) => resolve(code)));
    subscription.subscribe();
    expect(await ended).toBe(102);
  });

  test("[S2] one that it makes is there at once, at every gateway, by a call of the API or by what the site says in it", async () => {
    const channel = await made("live:made");
    using one = await viewer(site.two.socketUrl, channel, { user: "kim" });
    await sendUntilAnswered(one.client, { channel, id: "1", data: { text: "hi" } });
    const told = "live:told";
    expect(await site.api("POST", "/publish", { channel: told, data: {} })).toMatchObject({ body: { result: { offset: 1 } } });
    using other = await viewer(site.two.socketUrl, told, { user: "kim" });
    expect(other.subscribed).toHaveLength(1);
  });

  test("[S2] one that a subscription token names is there for its bearer, and for others once something was said", async () => {
    const channel = "live:named";
    using raw = await rawSocket(site.one.socketUrl, { connect: { token: await tokenFor("kim") } });
    raw.send({ id: 2, subscribe: { channel, token: await tokenFor("kim", { channel }) } });
    expect(await raw.next()).toHaveProperty("subscribe.offset", 0);
    using other = await rawSocket(site.one.socketUrl, { connect: { token: await tokenFor("lee") } });
    other.send({ id: 2, subscribe: { channel } });
    expect(await other.next()).toHaveProperty("error.code", 102);
    raw.send({ id: 3, rpc: { method: "send", data: { channel, id: "1", data: { text: "hi" } } } });
    expect((await raw.next()).rpc ?? (await raw.next()).rpc).toHaveProperty("data.offset", 1);
    other.send({ id: 3, subscribe: { channel } });
    expect(await other.next()).toHaveProperty("subscribe.offset", 1);
  });
});

describe("what is so in a room", () => {
  test("[N5] [A13] a pinned message is read by who came late, as it reads now, until it is gone", async () => {
    const channel = await made("live:pins");
    using kim = await viewer(site.two.socketUrl, channel, { user: "kim" });
    const { offset } = await sendUntilAnswered(kim.client, { channel, id: "1", data: { text: "first words" } });
    await act("pin", { channel, offset });
    const late = await connected(site.two.socketUrl, { user: "lee" });
    const pinned = async (): Promise<PublicationContext[]> => (await late.rpc("info", { channel })).data.pinned;
    await eventually(async () => expect(await pinned()).toMatchObject([{ offset, data: { text: "first words" } }]));
    await kim.client.rpc("edit", { channel, id: "2", offset, data: { text: "better words" } });
    await eventually(async () =>
      expect(await pinned()).toMatchObject([{ data: { text: "better words" }, info: { user: "kim" } }]),
    );
    expect((await site.api("GET", `/rooms/${channel}`)).body).toMatchObject({
      pins: [offset],
      pinned: [{ offset, data: { text: "better words" } }],
    });
    await act("delete", { channel, offset });
    await eventually(async () => expect(await pinned()).toEqual([]));
    late.disconnect();
  });

  test("[M6] [A19] who is muted, has a role, is held or reported is listed for staff, with who, when and why, also after a crash", async () => {
    const channel = await made("live:lists");
    using kim = await viewer(site.two.socketUrl, channel, { user: "kim" });
    const { offset } = await sendUntilAnswered(kim.client, { channel, id: "1", data: { text: "rude words" } });
    await act("words", { channel, rules: [{ pattern: "badger", match: "word", action: "hold" }] });
    const held = await eventually(async () => {
      const { data } = await kim.client.rpc("send", { channel, id: `h${++ids}`, data: { text: "a badger" } });
      expect(data.held).toBe(true);
      return data;
    });
    await act("report", { channel, offset, reason: "look at this" });
    await act("mute", { channel, user: "kim", seconds: 3_600, reason: "rude" });
    expect((await site.api("PUT", `/rooms/${channel}`, { owner: "host" })).status).toBe(200);
    const lists = async () => ({
      ...(await mod.rpc("sanctions", { channel })).data,
      ...(await mod.rpc("grants", { channel })).data,
      ...(await mod.rpc("held", { channel })).data,
      ...(await mod.rpc("reports", { channel })).data,
    });
    const expected = {
      sanctions: [
        {
          ...{ user: "kim", kind: "muted", until: expect.any(Number) },
          event: { info: { user: "mod" }, data: { reason: "rude" }, tags: { type: "moderated", time: expect.any(String) } },
        },
      ],
      grants: [{ user: "host", role: "owner", event: { tags: { type: "granted" } } }],
      held: [{ offset: held.offset, user: "kim", event: { data: { text: "a badger" } } }],
      reports: [
        { event: { info: { user: "mod" }, data: { reason: "look at this" } }, message: { offset, data: { text: "rude words" } } },
      ],
    };
    expect(await lists()).toMatchObject(expected);
    await site.crashRooms();
    expect(await lists()).toMatchObject(expected);
    for (const [name, list] of Object.entries(expected))
      expect((await site.api("GET", `/rooms/${channel}/${name}`)).body).toMatchObject({ [name]: list });
    for (const method of ["sanctions", "grants", "held", "reports"])
      await expect(kim.client.rpc(method, { channel })).rejects.toMatchObject({ code: 103 });
    await act("unmute", { channel, user: "kim" });
    await act("deny", { channel, offset: held.offset });
    await act("resolve", { channel, offset: (await lists()).reports[0].offset });
    await eventually(async () => expect(await lists()).toMatchObject({ sanctions: [], held: [], reports: [] }));
  }, 60_000);

  test("[H6] presence_stats has the room's counters for its viewers, for the site, and where nobody watches", async () => {
    const channel = await made("live:stats");
    const stats = async () => (await site.api("POST", "/presence_stats", { channel })).body.result;
    {
      using kim = await viewer(site.two.socketUrl, channel, { user: "kim" });
      await sendUntilAnswered(kim.client, { channel, id: "1", data: { text: "hi" } });
      const counted = { num_clients: 1, num_users: 1, counters: { state: "open", viewers: 1, users: 1, comments: 1 } };
      await eventually(async () => expect(await stats()).toMatchObject(counted), { withinMs: 10_000 });
      using raw = await rawSocket(site.one.socketUrl, { connect: { token: await tokenFor("lee") } });
      raw.send({ id: 2, presence_stats: { channel } });
      expect((await raw.next()).presence_stats).toMatchObject(counted);
      // What SDKs do not know they pass over.
      expect(await kim.client.presenceStats(channel)).toEqual({ numClients: 1, numUsers: 1 });
    }
    await eventually(async () => expect(await stats()).toMatchObject({ num_clients: 0, counters: { comments: 1, peak: 1 } }), {
      withinMs: 10_000,
    });
  });
});
