// How many watch, how a room is set, and what was given: right on every gateway, soon after whatever went wrong.
import { RoomId } from "@madang/contracts";
import { cuttable, eventually } from "@madang/devkit";
import { pause } from "@madang/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { purge } from "../faults/broker.ts";
import { startService } from "../support/processes.ts";
import { rawSocket } from "../support/raw-socket.ts";
import { rowsOf } from "../support/store.ts";
import { connected, sendUntilAnswered, tokenFor, viewer } from "../support/viewer.ts";
import { type LiveSite, liveSite } from "./site.ts";

let site: LiveSite;

beforeAll(async () => {
  site = await liveSite();
}, 60_000);

afterAll(() => site?.[Symbol.asyncDispose]());

describe("a room's settings", () => {
  test("[V1] that are changed are known within 1 s, also to a gateway that was cut off for 10 s meanwhile", {
    timeout: 60_000,
  }, async () => {
    const channel = "live:settings";
    await using road = await cuttable(() => site.nats.port);
    await using apart = await startService("gateway", {
      NATS_URL: `nats://127.0.0.1:${road.port}`,
      MADANG_LOG_MAX_BYTES: String(512 * 1024 * 1024),
    });
    const mod = await connected(site.one.socketUrl, { user: "mod", claims: { role: "moderator" } });
    using lee = await viewer(site.two.socketUrl, channel, { user: "lee" });
    using kim = await viewer(apart.socketUrl, channel, { user: "kim" });
    const settingsAt = async ({ client }: typeof lee) => (await client.rpc("info", { channel })).data.settings;
    const set = (id: string, settings: object) => mod.rpc("settings", { channel, id, settings });
    await set("s1", { slowModeMs: 1_000 });
    const seen = (slowModeMs: number) => async (who: typeof lee) => expect(await settingsAt(who)).toMatchObject({ slowModeMs });
    for (const who of [lee, kim]) await eventually(() => seen(1_000)(who), { withinMs: 1_000 });

    road.cut();
    await set("s2", { slowModeMs: 2_000 });
    await eventually(() => seen(2_000)(lee), { withinMs: 1_000 });
    // The outage itself: so long it hears of nothing.
    await pause(10_000);
    await seen(1_000)(kim);
    road.mend();
    await eventually(async () => expect((await fetch(`http://${apart.authority}/readyz`)).status).toBe(200), {
      withinMs: 10_000,
    });
    await eventually(() => seen(2_000)(kim), { withinMs: 1_000 });
    mod.disconnect();
  });
});

describe("a room's audience", () => {
  test("[N1] [N3] is counted right within 15 s after a gateway with 500 viewers was killed", { timeout: 90_000 }, async () => {
    const channel = "live:crowd";
    using watcher = await viewer(site.one.socketUrl, channel, { user: "watcher" });
    const sockets = await Promise.all(
      Array.from({ length: 500 }, async (_, n) => {
        const socket = await rawSocket(site.two.socketUrl, { connect: { token: await tokenFor(`lost-${n}`) } });
        socket.send({ id: 2, subscribe: { channel } });
        await socket.next();
        return socket;
      }),
    );
    // Somebody speaks, so that the room is awake and counts.
    await sendUntilAnswered(watcher.client, { channel, id: "hello", data: { text: "hello" } });
    const counted = () => watcher.signals.filter(({ tags }) => tags.type === "counters").at(-1)?.data;
    await eventually(() => expect(counted()).toMatchObject({ viewers: 501 }), { withinMs: 10_000 });
    // Beyond 200 on one gateway users are an estimate.
    expect(Math.abs((counted()?.users as number) - 501)).toBeLessThan(75);
    await site.two.kill();
    await eventually(() => expect(counted()).toMatchObject({ viewers: 1, users: 1, peak: 501 }), { withinMs: 15_000 });
    for (const socket of sockets) socket[Symbol.dispose]();
  });
});

describe("a gift", () => {
  test("[A14] [G27] counts once, though its room's owner died before it could save it, and the log is purged", {
    timeout: 60_000,
  }, async () => {
    const room = RoomId.parse("live:gifts");
    const give = (id: string) =>
      eventually(
        async () => {
          const answer = await site.api("POST", `/rooms/${room}/gifts`, { id, user: "kim", amount: 700, currency: "KRW" });
          expect(answer.status).toBeLessThan(500);
          return answer;
        },
        { withinMs: 20_000 },
      );
    const is = (offset: number, duplicate: boolean) => ({ status: duplicate ? 200 : 201, body: { offset, duplicate } });
    expect(await give("pay-1")).toMatchObject(is(1, false));
    // The room's snapshot is of the first event, and the next one comes seconds later.
    for (const [id, offset] of Object.entries({ "pay-2": 2, "pay-3": 3 }))
      expect(await give(id)).toMatchObject(is(offset, false));
    await rowsOf(site.database.url, room, 3);
    await site.crashRooms();
    await purge(site.nats.url, room);
    for (const [id, offset] of Object.entries({ "pay-3": 3, "pay-1": 1, "pay-2": 2 }))
      expect(await give(id)).toMatchObject(is(offset, true));
    expect(await give("pay-4")).toMatchObject(is(4, false));
    expect((await site.api("GET", `/rooms/${room}`)).body.counters).toMatchObject({
      gifts: { count: 4, amounts: { KRW: 2_800 } },
    });
  });
});
