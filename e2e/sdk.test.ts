// The SDK against the real thing: what its users rely on.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, ErrorCode, type Gap, type Madang, type Message, type Room } from "@madang/client";
import { cuttable, eventually } from "@madang/devkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { familyOf } from "./support/memory.ts";
import { follow, project, run, startAllInOne, temporaryFolder } from "./support/processes.ts";
import { tokenFor } from "./support/viewer.ts";
import { startWire, type Wire } from "./support/wire.ts";

let wire: Wire;
beforeAll(async () => {
  wire = await startWire();
});
afterAll(() => wire[Symbol.asyncDispose]());

async function person(user?: string, claims: Record<string, unknown> = {}, url = wire.socketUrl) {
  const client = connect({ url, ...(user === undefined ? {} : { token: await tokenFor(user, claims) }) });
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

/** In the room, and told what it is like. */
async function inRoom(client: Madang, id: string): Promise<Room> {
  const room = client.room(id);
  await eventually(() =>
    expect(room.view).toMatchObject({ membership: { kind: "live" }, counters: { viewers: expect.any(Number) } }),
  );
  return room;
}

const staff = { role: "moderator" };
const done = { ok: true, offset: expect.any(Number) };
const messages = (room: Room) => room.view.entries.filter((entry): entry is Message => entry.kind === "message");
const texts = (room: Room) => messages(room).map(({ text }) => text);

test("[P5] a message shows at once as on its way, and then at its place, with the same key", async () => {
  using kim = await person("kim");
  using lee = await person("lee");
  const [hers, his] = [kim.room("live:echo"), lee.room("live:echo")];
  await eventually(() => expect(his.view.membership).toEqual({ kind: "live" }));
  const { key } = hers.send("hello");
  expect(hers.view.entries).toMatchObject([{ key, text: "hello", mine: true, state: { kind: "sending" } }]);
  await eventually(() => expect(hers.view.entries).toMatchObject([{ key, offset: 1, state: { kind: "sent" } }]));
  await eventually(() =>
    expect(his.view.entries).toMatchObject([{ offset: 1, text: "hello", mine: false, author: { user: "kim" } }]),
  );
});

test("[H3] what was said before one came is there, older pages meet it, and what is said now follows", async () => {
  const channel = "live:pages";
  await wire.filled(channel, 250);
  using kim = await person("kim");
  const room = kim.room(channel);
  await eventually(() => expect(room.view.entries).toHaveLength(100));
  expect(room.view.older).toBe("more");
  room.send("now");
  await room.loadOlder();
  await room.loadOlder();
  await eventually(() => expect(texts(room)).toHaveLength(251));
  expect(messages(room).map(({ offset }) => offset)).toEqual(Array.from({ length: 251 }, (_, i) => i + 1));
  expect(room.view.older).toBe("none");
  expect(texts(room).at(-1)).toBe("now");
});

test("[C7] [N1] a visitor stays the same person, and sees how many there are", async () => {
  let kept: string | undefined;
  const identity = {
    read: () => kept,
    write: (value: string) => {
      kept = value;
    },
  };
  const first = connect({ url: wire.socketUrl, identity });
  await eventually(() => expect(first.user).toMatch(/^anon_/));
  first.close();
  const second = connect({ url: wire.socketUrl, identity });
  const room = second.room("live:visitors");
  await eventually(() => expect(room.view.counters?.viewers).toBe(1), { withinMs: 10_000 });
  expect(second.user).toBe(first.user);
  second.close();
});

test("[N2] hearts are summed and acknowledged; others see them rise, and oneself not twice", async () => {
  const channel = wire.newRoom();
  using kim = await person("kim");
  using lee = await person("lee");
  const [hers, his] = [await inRoom(kim, channel), await inRoom(lee, channel)];
  const rising = { kim: [] as unknown[], lee: [] as unknown[] };
  hers.on("hearts", (growth) => rising.kim.push(growth));
  his.on("hearts", (growth) => rising.lee.push(growth));
  hers.heart();
  hers.heart("🔥", 3);
  await eventually(() => expect(hers.view.heartsPending).toBe(4));
  await eventually(() => expect(his.view.counters?.hearts).toEqual({ "❤️": 1, "🔥": 3 }), { withinMs: 10_000 });
  await eventually(() => expect(hers.view).toMatchObject({ heartsPending: 0, counters: { hearts: { "🔥": 3 } } }), {
    withinMs: 10_000,
  });
  expect(Object.assign({}, ...rising.lee)).toEqual({ "❤️": 1, "🔥": 3 });
  expect(rising.kim).toEqual([]);
});

test("[N4] [V8] one sees who types, until they have said it", async () => {
  const channel = wire.newRoom();
  using kim = await person("kim");
  using lee = await person("lee");
  const [hers, his] = [await inRoom(kim, channel), await inRoom(lee, channel)];
  hers.typing();
  await eventually(() => expect(his.view.typing).toEqual(["kim"]));
  hers.send("so");
  await eventually(() => expect(texts(his)).toEqual(["so"]));
  expect(his.view.typing).toEqual([]);
  expect(hers.view.typing).toEqual([]);
});

test("[G13] what comes too soon is refused with the time at which it would be taken, and may then be sent again", async () => {
  const channel = wire.newRoom();
  using host = await person("host", staff);
  using kim = await person("kim");
  const room = await inRoom(kim, channel);
  const hosts = await inRoom(host, channel);
  expect(await hosts.moderate.settings({ slowModeMs: 1_500 })).toEqual(done);
  await eventually(() => expect(room.view.settings.slowModeMs).toBe(1_500));
  room.send("one");
  const { key } = room.send("two");
  await eventually(() => expect(texts(room)).toEqual(["one", "two"]));
  await eventually(() =>
    expect(messages(room)[1]?.state).toEqual({
      kind: "refused",
      problem: { code: ErrorCode.slowMode, message: expect.any(String), retryAt: expect.any(Number) },
    }),
  );
  const { quietUntil = 0 } = room.view;
  expect(quietUntil).toBeGreaterThan(Date.now());
  await eventually(() => expect(Date.now()).toBeGreaterThan(quietUntil));
  room.retry(key);
  await eventually(() => expect(messages(room)).toMatchObject([{ text: "one" }, { key, text: "two", state: { kind: "sent" } }]));
});

test("[V6] [G4] [G6] what is edited, deleted, purged, pinned, and undone shows so at once, and to who comes later", async () => {
  const channel = wire.newRoom();
  using host = await person("host", staff);
  using kim = await person("kim");
  const [hosts, kims] = [await inRoom(host, channel), await inRoom(kim, channel)];
  for (const text of ["one", "two", "three"]) kims.send(text);
  await eventually(() => expect(messages(hosts).map(({ offset }) => offset)).toEqual([1, 2, 3]));
  expect(await kims.edit(1, "ONE")).toEqual(done);
  expect(await hosts.moderate.pin(1)).toEqual(done);
  expect(await hosts.delete(2, "spam")).toEqual(done);
  await eventually(() => expect(texts(kims)).toEqual(["ONE", "", "three"]));
  await eventually(() => expect(kims.view.pinned).toMatchObject([{ offset: 1, text: "ONE", mine: true }]));
  using lee = await person("lee");
  const late = await inRoom(lee, channel);
  await eventually(() => expect(texts(late)).toEqual(["ONE", "", "three"]));
  expect(late.view.pinned).toMatchObject([{ offset: 1, text: "ONE" }]);
  expect(messages(late)[1]).toMatchObject({ deleted: true });

  expect(await hosts.moderate.purge("kim")).toEqual(done);
  for (const room of [hosts, kims, late]) await eventually(() => expect(texts(room)).toEqual(["", "", ""]));
  await eventually(() => expect(late.view.pinned).toEqual([]));
  expect(await hosts.moderate.unpurge("kim")).toEqual(done);
  expect(await hosts.moderate.undelete(2)).toEqual(done);
  for (const room of [hosts, kims, late]) await eventually(() => expect(texts(room)).toEqual(["ONE", "two", "three"]));
  expect(await kims.moderate.purge("host")).toEqual({
    ok: false,
    problem: { code: ErrorCode.permissionDenied, message: expect.any(String) },
  });
});

test("[M6] [G7] [G8] staff sees what waits, lets it through, and has lists", async () => {
  const channel = wire.newRoom();
  using host = await person("host", { role: "owner" });
  using kim = await person("kim");
  const [hosts, kims] = [await inRoom(host, channel), await inRoom(kim, channel)];
  await hosts.moderate.setWords([{ pattern: "apple", match: "word", action: "hold" }]);
  expect(await hosts.moderate.words()).toEqual({ rules: [{ pattern: "apple", match: "word", action: "hold" }], allow: [] });
  let key = "";
  // The list counts within a second.
  await eventually(
    async () => {
      key = kims.send(`an apple ${Math.random()}`).key;
      await eventually(() => expect(messages(kims).find((one) => one.key === key)?.state.kind).not.toBe("sending"));
      expect(messages(kims).find((one) => one.key === key)?.state).toEqual({ kind: "held" });
    },
    { withinMs: 10_000 },
  );
  const { held } = await hosts.moderate.held();
  expect(held).toMatchObject([{ user: "kim", event: { type: "held", by: { user: "kim" } } }]);
  expect(await hosts.moderate.approve(held[0]?.offset ?? 0)).toEqual(done);
  await eventually(() => expect(messages(kims).filter((one) => one.key === key)).toMatchObject([{ state: { kind: "sent" } }]));
  const place = messages(kims).find((one) => one.key === key)?.offset ?? 0;
  await eventually(() => expect(messages(hosts).at(-1)).toMatchObject({ offset: place, mine: false }));

  using lee = await person("lee");
  const lees = await inRoom(lee, channel);
  expect(await lees.report(place, "rude")).toEqual(done);
  const { reports } = await hosts.moderate.reports();
  expect(reports).toMatchObject([{ event: { by: { user: "lee" }, data: { reason: "rude" } }, message: { by: { user: "kim" } } }]);
  expect(await hosts.moderate.resolve(reports[0]?.offset ?? 0)).toEqual(done);
  expect(await hosts.moderate.mute("kim", { seconds: 60, reason: "enough" })).toEqual(done);
  expect(await hosts.moderate.grant("lee", "moderator")).toEqual(done);
  expect((await hosts.moderate.sanctions({ kind: "muted" })).sanctions).toMatchObject([{ user: "kim", kind: "muted" }]);
  expect((await hosts.moderate.grants()).grants).toMatchObject([{ user: "lee", role: "moderator" }]);
  kims.send("hm");
  await eventually(() => expect(messages(kims).at(-1)?.state).toMatchObject({ problem: { code: ErrorCode.muted } }));
  expect(kims.view.quietUntil).toBeGreaterThan(Date.now() + 30_000);
  await eventually(async () =>
    expect((await hosts.moderate.events({ types: ["moderated"] })).events).toMatchObject([
      { data: { action: "mute", user: "kim" } },
    ]),
  );
  expect(await hosts.moderate.ban("kim")).toEqual(done);
  await eventually(() => expect(kims.view.membership).toMatchObject({ kind: "left", code: 2000 }));
  await expect(kims.moderate.held()).rejects.toMatchObject({ code: ErrorCode.banned });
});

test("[V9] whom one blocks is not heard any more, and what they said is gone", async () => {
  const channel = wire.newRoom();
  using kim = await person("kim");
  using lee = await person("lee");
  const [kims, lees] = [await inRoom(kim, channel), await inRoom(lee, channel)];
  lees.send("boo");
  await eventually(() => expect(texts(kims)).toEqual(["boo"]));
  await kim.block("lee");
  await eventually(() => expect(texts(kims)).toEqual([]));
  expect(await kim.blocks()).toEqual(["lee"]);
  await kim.unblock("lee");
  await eventually(() => expect(texts(kims)).toEqual(["boo"]));
});

test("[A14] [N5] gifts and what happens to the room are in the timeline, and change what it is like", async () => {
  const channel = wire.newRoom();
  using host = await person("host", { role: "owner" });
  const room = await inRoom(host, channel);
  await fetch(`http://${wire.authority}/api/rooms/${channel}/gifts`, {
    method: "POST",
    headers: { "x-api-key": "a-key-for-tests-only" },
    body: JSON.stringify({ id: "pay1", user: "kim", amount: 500, currency: "KRW", data: { text: "cheers" } }),
  });
  expect(await room.moderate.room({ title: "A concert" })).toEqual(done);
  expect(await room.moderate.room({ state: "ended" })).toEqual(done);
  await eventually(() =>
    expect(room.view).toMatchObject({
      title: "A concert",
      life: "ended",
      entries: [
        { kind: "gift", user: "kim", amount: 500, currency: "KRW", data: { text: "cheers" } },
        { kind: "notice", type: "configured", by: { user: "host" } },
        { kind: "notice", type: "closed" },
      ],
    }),
  );
});

test("[P6] [S5] whose answer was lost is not said twice, and what was said while one was away is there, in order", async () => {
  const channel = wire.newRoom();
  // With the first answer to a message, or its event, the connection is lost, and both with it.
  let lost = false;
  function Losing(url: string) {
    const socket = new WebSocket(url);
    const handOn = (handle: (event: MessageEvent) => void) => (event: MessageEvent) => {
      if (socket.readyState === WebSocket.OPEN && (lost || !/"duplicate"|"posted"/.test(String(event.data))))
        return handle(event);
      lost = true;
      socket.close();
    };
    return new Proxy(socket, {
      get: (_, name) => {
        const value = Reflect.get(socket, name);
        return typeof value === "function" ? value.bind(socket) : value;
      },
      set: (_, name, value) => Reflect.set(socket, name, name === "onmessage" ? handOn(value) : value),
    });
  }
  using kim = Object.assign(connect({ url: wire.socketUrl, token: await tokenFor("kim"), websocket: Losing }), {
    [Symbol.dispose]: () => kim.close(),
  });
  const room = await inRoom(kim, channel);
  const { key } = room.send("once");
  const other = room.send("and again");
  await eventually(() => expect(kim.connection).toMatchObject({ kind: "reconnecting" }));
  expect(lost).toBe(true);
  await wire.api("publish", { channel, data: { text: "meanwhile" } });
  expect(messages(room)).toMatchObject([
    { key, state: { kind: "sending" } },
    { key: other.key, state: { kind: "sending" } },
  ]);
  await eventually(
    () =>
      expect(messages(room)).toMatchObject([
        { key, text: "once", offset: 1, state: { kind: "sent" } },
        { text: "meanwhile", offset: 2 },
        { key: other.key, text: "and again", offset: 3, state: { kind: "sent" } },
      ]),
    { withinMs: 15_000 },
  );
});

test("[S6] more than can be recovered is a gap, and the gap can be filled", async () => {
  const channel = wire.newRoom();
  await using road = await cuttable(Number(wire.authority.split(":")[1]));
  using kim = await person("kim", {}, `ws://127.0.0.1:${road.port}/connection/websocket`);
  const room = await inRoom(kim, channel);
  room.setReading(false);
  room.send("first");
  await eventually(() => expect(messages(room)).toMatchObject([{ offset: 1 }]));
  road.cut();
  await wire.filled(channel, 1_200);
  road.mend();
  await eventually(() => expect(room.view.entries[1]).toMatchObject({ kind: "gap", from: 2, to: 1_101 }), { withinMs: 15_000 });
  expect(messages(room).map(({ offset }) => offset)).toEqual([1, ...Array.from({ length: 100 }, (_, i) => 1_102 + i)]);
  await room.fillGap(room.view.entries[1] as Gap);
  await eventually(() => expect(room.view.entries).toHaveLength(1_201));
  expect(messages(room).map(({ offset }) => offset)).toEqual(Array.from({ length: 1_201 }, (_, i) => i + 1));
});

test("[V3] what was left out of a flood is told", async () => {
  const channel = wire.newRoom();
  using host = await person("host", staff);
  using kim = await person("kim");
  const [hosts, room] = [await inRoom(host, channel), await inRoom(kim, channel)];
  expect(await hosts.moderate.settings({ samplePerS: 2 })).toEqual(done);
  using lee = await person("lee");
  const lees = await inRoom(lee, channel);
  for (let n = 1; n <= 20; n++) lees.send(`flood ${n}`);
  await eventually(() => expect(texts(hosts)).toHaveLength(20), { withinMs: 10_000 });
  await eventually(() => {
    const skipped = room.view.entries.reduce((sum, entry) => sum + (entry.kind === "skipped" ? entry.count : 0), 0);
    expect(skipped).toBeGreaterThan(0);
    expect(skipped + messages(room).length).toBe(20);
  });
});

test("[H8] a broadcast once more: what was said, pinned and given, and how its hearts grew", async () => {
  const channel = wire.newRoom();
  using host = await person("host", { role: "owner" });
  const room = await inRoom(host, channel);
  await room.moderate.room({ state: "open" });
  room.send("one");
  await eventually(() => expect(messages(room)).toMatchObject([{ state: { kind: "sent" } }]));
  const offset = messages(room)[0]?.offset ?? 0;
  await room.moderate.pin(offset);
  room.heart("🔥", 5);
  await eventually(() => expect(room.view).toMatchObject({ heartsPending: 0, counters: { hearts: { "🔥": 5 } } }), {
    withinMs: 10_000,
  });
  room.send("two");
  await eventually(() => expect(texts(room)).toEqual(["one", "two"]));
  const replay = room.replay();
  // What is shown again is of the store, which follows.
  await eventually(
    async () => {
      const again = room.replay();
      await again.seek(0);
      expect(again.entriesUntil(30_000)).toHaveLength(2);
      expect(again.heartsUntil(30_000)).toEqual({ "🔥": 5 });
    },
    { withinMs: 15_000, everyMs: 200 },
  );
  const { startedAt, durationMs } = await replay.length();
  expect(Date.now() - startedAt).toBeLessThan(60_000);
  await replay.seek(durationMs);
  expect(replay.entriesUntil(durationMs)).toMatchObject([{ text: "one", mine: true }, { text: "two" }]);
  expect(replay.pinnedUntil(durationMs)).toMatchObject([{ offset, text: "one" }]);
  const totals = await replay.totals(4);
  expect(totals[0]).toEqual({ at: 0, hearts: {}, total: 0, gifts: 0, pins: [] });
  expect(totals.at(-1)).toMatchObject({ at: durationMs, total: 5 });
  // A jump to where it was pinned already.
  const late = room.replay();
  await late.seek(durationMs + 40_000);
  expect(late.pinnedUntil(durationMs + 40_000)).toMatchObject([{ offset, text: "one" }]);
  expect(late.heartsUntil(durationMs + 40_000)).toEqual({ "🔥": 5 });
});

test("[N7] who starts a room owns it", async () => {
  using kim = await person("kim");
  const { room: id } = await kim.startRoom({ title: "My first broadcast" });
  const room = await inRoom(kim, id);
  expect(room.view).toMatchObject({ title: "My first broadcast", role: "owner", life: "open" });
  expect(await room.moderate.settings({ slowModeMs: 1_000 })).toEqual(done);
});

test("[C6] a token that is not accepted closes the connection for good", async () => {
  const client = connect({ url: wire.socketUrl, token: "nonsense" });
  await eventually(() => expect(client.connection).toEqual({ kind: "closed", code: 3500, reason: "invalid token" }));
});

test("the quick start of the guide runs on the package as it is published", async () => {
  using folder = temporaryFolder();
  const built = run("libs/client/src/build/main.ts", {}, [join(folder.path, "node_modules/@madang/client")]);
  expect(await built.exited, built.output()).toMatchObject({ code: 0 });
  const [, code = ""] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(project, "docs/sdk.md"), "utf8")) ?? [];
  writeFileSync(join(folder.path, "start.mjs"), code.replace("ws://localhost:8000/connection/websocket", wire.socketUrl));
  await using started = follow(spawn(process.execPath, [join(folder.path, "start.mjs")]));
  // An answer within the same frame leaves nothing to be seen on its way.
  await eventually(() => expect(started.output()).toMatch(/^anon_\S+ hello sent$/m), { withinMs: 10_000 });
  using kim = await person("kim");
  const room = await inRoom(kim, "live:lobby");
  await eventually(() => expect(room.view).toMatchObject({ entries: [{ text: "hello" }], counters: { hearts: { "❤️": 1 } } }), {
    withinMs: 10_000,
  });
});

test("[C14] [P6] [S5] with two gateways of which one is killed, every comment is there once, and in one order", async () => {
  using folder = temporaryFolder();
  await using site = await startAllInOne(folder.path, { MADANG_GATEWAYS: "2" });
  const clients = await Promise.all(Array.from({ length: 6 }, (_, n) => person(`user${n}`, {}, site.socketUrl)));
  const rooms = await Promise.all(clients.map((client) => inRoom(client, "live:two")));
  const say = (from: number) => {
    for (let n = from; n < from + 5; n++) for (const [of, room] of rooms.entries()) room.send(`${of}:${n}`);
  };
  say(0);
  const gateway = familyOf(site.pid).find((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("gateway-worker"));
  process.kill(gateway ?? 0, "SIGKILL");
  say(5);
  for (const room of rooms)
    await eventually(() => expect(messages(room).filter(({ state }) => state.kind === "sent")).toHaveLength(60), {
      withinMs: 20_000,
    });
  const [first = [], ...others] = rooms.map((room) => messages(room).map(({ offset, text }) => [offset, text]));
  for (const other of others) expect(other).toEqual(first);
  // Each person's own in the order in which they were said.
  for (const of of rooms.keys())
    expect(first.map(([, text]) => String(text)).filter((text) => text.startsWith(`${of}:`))).toEqual(
      Array.from({ length: 10 }, (_, n) => `${of}:${n}`),
    );
  for (const client of clients) client.close();
}, 60_000);
