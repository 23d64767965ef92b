import {
  type ActCommand,
  Action,
  ClientId,
  type Counters,
  type EventType,
  encodeJson,
  type Line,
  limits,
  type Publication,
  publicationOf,
  type Role,
  type RoomCommand,
  RoomId,
  type RoomReply,
  roomKey,
  UserId,
} from "@madang/contracts";
import { lineAt } from "@madang/devkit";
import { RoomState } from "@madang/room-state";
import { describe, expect, test } from "vitest";
import type { Gateway } from "./gateway.ts";
import type { Hearts, HeartsAnswer } from "./hearts.ts";
import type { OpenSession } from "./open-session.ts";
import { HistoryUnavailable } from "./past.ts";
import { rpc } from "./rpc.ts";

const room = RoomId.parse("live:a");
const info = { user: UserId.parse("kim"), client: ClientId.parse("c1") };
const committed = { v: 1, kind: "committed", offset: 7, epoch: "e", duplicate: false } as const;
const counters: Counters = {
  ...{ state: "open", viewers: 3, users: 2, peak: 9, comments: 5, hearts: {}, supporters: [], sampled: false, shards: 1 },
  gifts: { count: 0, amounts: {} },
};

/** A client of a gateway whose room answers as told. */
function calling(
  answer: RoomReply | { kind: "unavailable" | "unknown" } = committed,
  { role = "viewer" as Role, hearts = { kind: "counted", count: 2 } as HeartsAnswer } = {},
) {
  const commands: RoomCommand[] = [];
  const gathered: Hearts[] = [];
  const signals: [string, object][] = [];
  const done: unknown[][] = [];
  const world = {
    now: 1_000_000,
    feed: undefined as { audience: number; state?: RoomState; counters?: Counters; live?: boolean } | undefined,
    card: undefined as RoomState | undefined,
    watched: [] as object[],
    owned: undefined as Counters | undefined,
    blocksFit: true,
    checked: [] as RoomId[],
    pinned: [] as Publication[],
    lines: new Map<number, Line>(),
    away: false,
    blocked: new Set<string>(),
    startsLeft: 1,
    startsAllowed: true,
  };
  const gateway = {
    now: () => world.now,
    rooms: {
      ask: async (_: RoomId, command: RoomCommand) => {
        commands.push(command);
        return answer;
      },
    },
    hearts: {
      add: async (_: RoomId, one: Hearts) => {
        gathered.push(one);
        return hearts;
      },
    },
    bus: { publish: (subject: string, data: Uint8Array) => signals.push([subject, JSON.parse(Buffer.from(data).toString())]) },
    hub: {
      get: () => {
        if (world.feed === undefined) return undefined;
        const { state, ...feed } = world.feed;
        return { room, live: true, recent: () => undefined, ...feed, ...(state === undefined ? {} : { view: { state } }) };
      },
    },
    starts: {
      get allowed() {
        return world.startsAllowed;
      },
      take: (who: object) => {
        done.push(["start", who]);
        return world.startsLeft-- > 0;
      },
    },
    words: { put: async (key: string, value: Uint8Array) => void done.push([key, JSON.parse(Buffer.from(value).toString())]) },
    existence: { check: async (asked: RoomId) => void world.checked.push(asked) },
    pinned: { of: async () => world.pinned },
    past: {
      page: async ({ from }: { from: number }) => {
        if (world.away) throw new HistoryUnavailable("away");
        return world.lines.has(from) ? [world.lines.get(from)] : "lost";
      },
    },
    cards: { read: async () => world.card && encodeJson(world.card.toStored()) },
    channels: { of: async () => world.watched },
    owners: { counters: async () => world.owned },
    blocks: {
      hold: () => ({ users: world.blocked, loaded: Promise.resolve(), release: () => {} }),
      block: async (...pair: unknown[]) => {
        done.push(["block", ...pair]);
        return world.blocksFit;
      },
      unblock: async (...pair: unknown[]) => void done.push(["unblock", ...pair]),
      list: async () => ["lee"],
    },
  } as unknown as Gateway;
  const client: OpenSession = {
    info,
    address: "192.0.2.7",
    speakerIn: () => ({ user: client.info.user, info: client.info, role, registeredAt: 5 }),
    subscriptions: new Map([[room, {}]]),
    typedAt: new Map(),
  } as unknown as OpenSession;
  const call = (method: string, data?: unknown) => rpc({ gateway, client }, { method, data });
  return { call, commands, gathered, signals, done, world, client };
}

const refusal = { code: 1102, message: "too soon", temporary: false, retryAfterMs: 900 };
const refused: RoomReply = { v: 1, kind: "refused", refusal };
const asked = { channel: room, id: "a1" };
/** What each action takes, beside channel and id. */
const fields: Record<Exclude<Action["type"], "gift">, object> = {
  mute: { user: "lee", seconds: 60, reason: "loud" },
  unmute: { user: "lee" },
  ban: { user: "lee" },
  unban: { user: "lee" },
  shadow: { user: "lee", seconds: 60 },
  unshadow: { user: "lee" },
  delete: { offset: 3, reason: "rude" },
  undelete: { offset: 3 },
  purge: { user: "lee" },
  unpurge: { user: "lee" },
  edit: { offset: 3, data: { text: "better" } },
  pin: { offset: 3 },
  unpin: { offset: 3 },
  configure: { settings: { slowModeMs: 1_000 } },
  lockdown: { seconds: 60 },
  grant: { user: "lee", role: "moderator" },
  room: { title: "Tonight", state: "open" },
  approve: { offset: 3 },
  deny: { offset: 3 },
  report: { offset: 3, reason: "spam" },
  resolve: { offset: 3 },
};

describe("an action", () => {
  for (const [name, own] of Object.entries(fields)) {
    test(`[M1] ${name} is a method with the action's fields, and tells the room who asks`, async () => {
      const { call, commands } = calling();
      expect(await call(name, { ...asked, ...own })).toEqual({ offset: 7, epoch: "e", duplicate: false });
      const by = { user: "kim", info, role: "viewer", registeredAt: 5 };
      expect(commands).toEqual([{ v: 1, command: "act", by, id: "a1", action: { type: name, ...own } }]);
    });
  }

  test("[M1] every action has its method, save a gift, which is for the site's server alone", async () => {
    expect(Object.keys(fields).toSorted()).toEqual(
      Action.options
        .map(({ shape }) => shape.type.value as string)
        .filter((name) => name !== "gift")
        .toSorted(),
    );
    const gift = { ...asked, user: "lee", amount: 1, currency: "KRW" };
    await expect(calling().call("gift", gift)).rejects.toMatchObject({ reply: { code: 104 } });
  });

  test("[M1] configure is also called settings", async () => {
    const { call, commands } = calling();
    await call("settings", { ...asked, settings: { frozen: true } });
    expect((commands[0] as ActCommand).action).toEqual({ type: "configure", settings: { frozen: true } });
  });

  test("[M2] what is not as it has to be is refused with 107 before any room is asked, and the field is named", async () => {
    const wrong: [string, object | undefined, string][] = [
      ["mute", undefined, "expected object"],
      ["mute", { ...asked }, "user"],
      ["mute", { ...asked, user: "a\u0000" }, "user"],
      ["mute", { ...asked, user: "lee", seconds: 0 }, "seconds"],
      ["mute", { ...asked, user: "lee", seconds: 31_536_001 }, "seconds"],
      ["mute", { ...asked, user: "lee", reason: "x".repeat(201) }, "reason"],
      ["mute", { ...asked, user: "lee", secunds: 5 }, "secunds"],
      ["mute", { ...asked, user: "lee", type: "ban" }, "type"],
      ["mute", { ...asked, channel: "no such", user: "lee" }, "channel"],
      ["mute", { ...asked, id: "with space", user: "lee" }, "id"],
      ["mute", { channel: room, user: "lee" }, "id"],
      ["pin", { ...asked, offset: 0 }, "offset"],
      ["delete", { ...asked, offset: 1.5 }, "offset"],
      ["configure", { ...asked, settings: { slowModeMs: -1 } }, "settings.slowModeMs"],
      ["configure", { ...asked, settings: { slowMode: 1 } }, "slowMode"],
      ["configure", { ...asked, settings: { review: { url: "file:///etc", failOpen: true } } }, "settings.review.url"],
      ["grant", { ...asked, user: "lee", role: "king" }, "role"],
      ["room", { ...asked, state: "on" }, "state"],
      ["lockdown", { ...asked, seconds: 86_401 }, "seconds"],
      ["edit", { ...asked, offset: 1, data: "text" }, "data"],
    ];
    for (const [method, data, field] of wrong) {
      const { call, commands } = calling();
      await expect(call(method, data), `${method} ${JSON.stringify(data)}`).rejects.toMatchObject({
        reply: { code: 107, temporary: false, message: expect.stringContaining(field) },
      });
      expect(commands).toEqual([]);
    }
  });

  test("[M2] an edit has the bounds of a message", async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(40)}1${"}".repeat(40)}`);
    const { call } = calling();
    await expect(call("edit", { ...asked, offset: 1, data: deep })).rejects.toMatchObject({ reply: { code: 107 } });
    const large = { text: "x".repeat(limits.dataBytes) };
    await expect(call("edit", { ...asked, offset: 1, data: large })).rejects.toMatchObject({ reply: { code: 106 } });
  });

  test("[M3] what the room declines is a value that says when to come back, and what may pass is an error", async () => {
    const pin = { ...asked, offset: 1 };
    const { temporary: _, ...value } = refusal;
    expect(await calling(refused).call("pin", pin)).toEqual({ refused: value });
    const overloaded: RoomReply = { v: 1, kind: "refused", refusal: { code: 1001, message: "", temporary: true } };
    await expect(calling(overloaded).call("pin", pin)).rejects.toMatchObject({ reply: { code: 1001 } });
    await expect(calling({ kind: "unavailable" }).call("pin", pin)).rejects.toMatchObject({ reply: { code: 1000 } });
    await expect(calling({ kind: "unknown" }).call("pin", pin)).rejects.toMatchObject({ reply: { code: 1002 } });
    expect(await calling({ ...committed, duplicate: true }).call("pin", pin)).toMatchObject({ duplicate: true });
  });

  test("[P9] a method that there is not is answered with 104", async () => {
    for (const method of ["", "dance", "__proto__", "constructor", "gift"])
      await expect(calling().call(method, asked), method).rejects.toMatchObject({ reply: { code: 104 } });
  });
});

describe("a room of one's own", () => {
  test("[N7] is granted to whoever starts it before it opens under its title, by the site", async () => {
    const { call, commands, done } = calling();
    const { room: started } = (await call("start", { title: "  My first Show! 첫 방송 " })) as { room: string };
    expect(started).toMatch(/^live:my-first-show-[a-z2-7]{12}$/);
    const by = { user: "", role: "owner" };
    expect(commands).toMatchObject([
      { command: "act", by, action: { type: "grant", user: "kim", role: "owner" } },
      { command: "act", by, action: { type: "room", title: "My first Show! 첫 방송", state: "open" } },
    ]);
    expect(done).toEqual([["start", { user: "kim", address: "192.0.2.7" }]]);
  });

  test("[N7] has an id that can be one, whatever its title, and never twice the same", async () => {
    const { call, world } = calling();
    const titles = ["첫 방송", "---", "ÀÉ ß", "x".repeat(200), "a", "a"];
    world.startsLeft = titles.length;
    const ids = await Promise.all(titles.map(async (title) => ((await call("start", { title })) as { room: string }).room));
    for (const id of ids) expect(RoomId.safeParse(id).success, id).toBe(true);
    expect(new Set(ids).size).toBe(titles.length);
  });

  test("[N7] is refused to who has had enough, has no title, or may start none; and no room hears of it", async () => {
    const { call, commands, world } = calling();
    for (const title of [" ", "\u202e\u200b", "\u0301\u0000"])
      await expect(call("start", { title })).rejects.toThrow("bad request: title");
    await expect(call("start", { title: "x".repeat(201) })).rejects.toThrow("bad request: title");
    world.startsLeft = 0;
    expect(await call("start", { title: "Tonight" })).toMatchObject({ refused: { code: 1114 } });
    world.startsAllowed = false;
    await expect(call("start", { title: "Tonight" })).rejects.toMatchObject({ reply: { code: 103 } });
    expect(commands).toEqual([]);
  });

  test("[N7] that cannot be made now is an error that may pass", async () => {
    await expect(calling({ kind: "unavailable" }).call("start", { title: "Tonight" })).rejects.toMatchObject({
      reply: { code: 1000 },
    });
  });
});

describe("a message", () => {
  test("[P5] [P10] has its sender's role with it, and says where it waits for a moderator", async () => {
    const { call, commands } = calling({ ...committed, held: true }, { role: "member" });
    expect(await call("send", { ...asked, data: { text: "hi" } })).toEqual({
      offset: 7,
      epoch: "e",
      duplicate: false,
      held: true,
    });
    const by = { author: "kim", info, role: "member", registeredAt: 5 };
    expect(commands).toEqual([{ v: 1, command: "send", ...by, id: "a1", data: { text: "hi" } }]);
  });
});

describe("hearts", () => {
  test("[N2] are of a kind and a number, and answered with how many count", async () => {
    const { call, gathered } = calling();
    expect(await call("hearts", { ...asked, count: 3 })).toEqual({ counted: 2 });
    expect(await call("hearts", { ...asked, count: limits.heartsPerCall, kind: "🎉" })).toEqual({ counted: 2 });
    expect(gathered).toMatchObject([
      { user: "kim", client: "c1", id: "a1", kind: "❤️", count: 3 },
      { kind: "🎉", count: limits.heartsPerCall },
    ]);
  });

  test("[N2] of no number, of too many, or of a kind that cannot be, are refused", async () => {
    const wrong = [{}, { count: 0 }, { count: 1.5 }, { count: limits.heartsPerCall + 1 }, { count: 1, kind: "" }];
    for (const one of [
      ...wrong,
      { count: 1, kind: "a b" },
      { count: 1, kind: "__proto__" },
      { count: 1, kind: "x".repeat(33) },
    ]) {
      const { call, gathered } = calling();
      const field = "kind" in one ? "kind" : "count";
      await expect(call("hearts", { ...asked, ...one })).rejects.toThrow(`bad request: ${field}`);
      expect(gathered).toEqual([]);
    }
  });

  test("[N2] of which nobody knows are an error that says to repeat them", async () => {
    const with_ = (hearts: HeartsAnswer) => calling(committed, { hearts }).call("hearts", { ...asked, count: 1 });
    await expect(with_({ kind: "unknown" })).rejects.toMatchObject({ reply: { code: 1002, temporary: true } });
    await expect(with_({ kind: "unavailable" })).rejects.toMatchObject({ reply: { code: 1000, temporary: true } });
    expect(await with_({ v: 1, kind: "refused", refusal: { code: 1111, message: "not open", temporary: false } })).toEqual({
      refused: { code: 1111, message: "not open" },
    });
  });
});

describe("typing", () => {
  const typing = { channel: room };

  test("[N4] is told to the room, once in 2 s", async () => {
    const { call, signals, world } = calling();
    for (const at of [0, 1_999, 2_000]) {
      world.now = 1_000_000 + at;
      expect(await call("typing", typing)).toEqual({});
    }
    const told = ["room.signal.live:a", { v: 1, type: "typing", info }];
    expect(signals).toEqual([told, told]);
  });

  test("[N4] is told to nobody by who does not watch, where many do, or by who is muted, banned or shadowed", async () => {
    for (const kind of ["muted", "banned", "shadowed"] as const) {
      const { call, signals, world } = calling();
      const state = new RoomState();
      state.sanctions.set(kind, "kim", 2_000_000);
      world.feed = { audience: 1, state };
      await call("typing", typing);
      expect(signals, kind).toEqual([]);
      world.now = 2_000_000;
      await call("typing", typing);
      expect(signals, kind).toHaveLength(1);
    }
    const { call, signals, world, client } = calling();
    world.feed = { audience: limits.presenceClients + 1 };
    await call("typing", typing);
    world.feed = undefined;
    client.subscriptions.clear();
    await call("typing", typing);
    expect(signals).toEqual([]);
  });

  test("[N4] of rooms that are not watched any more nothing is remembered", async () => {
    const { call, client } = calling();
    for (let n = 0; n < 10; n++) {
      client.subscriptions.clear();
      const channel = RoomId.parse(`live:r${n}`);
      client.subscriptions.set(channel, {} as never);
      await call("typing", { channel });
    }
    expect(client.typedAt.size).toBe(1);
  });
});

describe("what a room is like", () => {
  /** A room with a title, a moderator, and a review that is nobody else's business. */
  function described(): RoomState {
    const state = new RoomState();
    const say = (offset: number, type: string, data: object) =>
      state.apply({ data: { ...data }, offset, tags: { type, id: `${offset}`, time: "1" } as never });
    say(1, "configured", {
      title: "Tonight",
      startsAt: 5,
      settings: { slowModeMs: 9, review: { url: "http://r/", failOpen: true } },
    });
    say(2, "granted", { user: "kim", role: "moderator" });
    say(3, "posted", {});
    say(4, "pinned", { offset: 3 });
    return state;
  }

  test("[N5] is told as it is seen here, with the asker's own role", async () => {
    const { call, world } = calling();
    world.feed = { audience: 1, state: described(), counters };
    const told = { title: "Tonight", state: "open", startsAt: 5, pins: [3], role: "moderator", counters };
    expect(await call("info", { channel: room })).toMatchObject({ ...told, settings: { slowModeMs: 9, links: true } });
  });

  test("[N5] [V5] [V9] what is pinned comes with its words, but not to who is banned, and not of those whom the asker blocks", async () => {
    const { call, world, client } = calling();
    const state = described();
    world.feed = { audience: 1, state, counters };
    const by = (user: string | undefined, offset: number) =>
      ({ data: { text: `${user}` }, ...(user === undefined ? {} : { info: { user, client: "c" } }), offset, tags: {} }) as never;
    world.pinned = [by("lee", 3), by("park", 7), by(undefined, 8)];
    expect(await call("info", { channel: room })).toMatchObject({ pins: [3], pinned: world.pinned });
    world.blocked = new Set(["park"]);
    expect(await call("info", { channel: room })).toHaveProperty("pinned", [world.pinned[0], world.pinned[2]]);
    state.sanctions.set("banned", "kim", undefined);
    expect(await call("info", { channel: room })).toHaveProperty("pinned", []);
    Object.assign(client, { info: { ...info, user: "lee" } });
    expect(await call("info", { channel: room })).toHaveProperty("pinned.length", 2);
  });

  test("[N5] the review is shown to staff alone", async () => {
    const { call, world, client } = calling();
    world.feed = { audience: 1, state: described(), counters };
    expect(await call("info", { channel: room })).toHaveProperty("settings.review.url", "http://r/");
    Object.assign(client, { info: { ...info, user: "lee" } });
    expect(await call("info", { channel: room })).not.toHaveProperty("settings.review");
  });

  test("[N5] a room that nobody watches here is told of as its owner says or wrote it down, with what other gateways see", async () => {
    const { call, world } = calling(committed, { role: "owner" });
    world.card = described();
    // A feed that is behind knows less than the card.
    world.feed = { audience: 0, state: new RoomState(), counters, live: false };
    expect(await call("info", { channel: room })).toMatchObject({
      ...{ title: "Tonight", role: "owner" },
      counters: { viewers: 0, comments: 1, state: "open" },
    });
    world.owned = { ...counters, comments: 5 };
    expect(await call("info", { channel: room })).toMatchObject({ counters: { comments: 5 } });
    world.owned = undefined;
    world.watched = [{ room, clients: 12, users: 10 }];
    expect(await call("info", { channel: room })).toMatchObject({ counters: { viewers: 12, users: 10, comments: 1 } });
    world.watched = [{ room, clients: 12, users: 10, counters }];
    expect(await call("info", { channel: room })).toMatchObject({ counters });
  });

  test("[S2] a room of which nothing is known is as all are at first", async () => {
    expect(await calling().call("info", { channel: room })).toMatchObject({ title: "", state: "open", role: "viewer", pins: [] });
  });
});

describe("what only staff may ask", () => {
  const methods = ["sanctions", "grants", "held", "reports", "events", "words", "dry-run"];

  test("[M5] [M6] is refused to everybody else with 103, and to who is banned with 1100", async () => {
    const { call } = calling();
    for (const method of methods) await expect(call(method, { channel: room })).rejects.toMatchObject({ reply: { code: 103 } });
    const owner = calling(committed, { role: "owner" });
    owner.world.card = new RoomState();
    owner.world.card.sanctions.set("banned", "kim", undefined);
    for (const method of methods)
      await expect(owner.call(method, { channel: room }), method).rejects.toMatchObject({ reply: { code: 1100 } });
  });

  test("[M6] a moderator has the lists of what is so now", async () => {
    const { call, world } = calling(committed, { role: "moderator" });
    const state = new RoomState();
    const say = (offset: number, type: EventType, data: object, author = "lee") => {
      const line = lineAt(offset, { type, data: { ...data }, author });
      world.lines.set(offset, line);
      state.apply(publicationOf(line));
    };
    say(1, "posted", { text: "rude" });
    say(2, "moderated", { action: "mute", user: "lee" });
    say(3, "granted", { user: "park", role: "member" });
    say(4, "held", { text: "hm" });
    say(5, "reported", { offset: 1, user: "lee" });
    world.card = state;
    expect(await call("sanctions", { channel: room, kind: "muted" })).toMatchObject({ sanctions: [{ user: "lee", event: {} }] });
    expect(await call("grants", { channel: room })).toMatchObject({ grants: [{ user: "park", role: "member", event: {} }] });
    expect(await call("held", { channel: room })).toMatchObject({ held: [{ event: { data: { text: "hm" } } }] });
    expect(await call("reports", { channel: room })).toMatchObject({
      reports: [{ event: {}, message: { data: { text: "rude" } } }],
    });
  });
});

test("[M5] a room's list of words is put only when the room has an act that tells who did it, and why", async () => {
  const rules = [{ pattern: "turnip", match: "word", action: "hold" }];
  const { call, commands, done } = calling(committed, { role: "moderator" });
  expect(await call("words", { channel: room, rules, reason: "a raid" })).toEqual({ rules, allow: [] });
  expect(commands).toMatchObject([
    { by: { user: "kim" }, action: { type: "configure", settings: { wordsChangedAt: 1_000_000 }, reason: "a raid" } },
  ]);
  expect(done).toEqual([[roomKey(room), { v: 1, rules, allow: [] }]]);
  const refusal = { code: 103, message: "permission denied", temporary: false };
  const declined = calling({ v: 1, kind: "refused", refusal }, { role: "moderator" });
  await expect(declined.call("words", { channel: room, rules })).rejects.toMatchObject({ reply: { code: 103 } });
  expect(declined.done).toEqual([]);
});

test("[S2] every method looks first whether there is such a room, and those that are of none do not", async () => {
  const { call, world } = calling(committed, { role: "owner" });
  const asking = [
    ...Object.keys(fields),
    "settings",
    "send",
    "hearts",
    "typing",
    "info",
    "replay",
    "words",
    "events",
    "sanctions",
  ];
  for (const method of asking) await call(method, { channel: room }).catch(() => {});
  expect(world.checked).toEqual(asking.map(() => room));
  for (const method of ["block", "unblock", "blocks"]) await call(method, { user: "lee" });
  await expect(call("dance", { channel: room })).rejects.toMatchObject({ reply: { code: 104 } });
  expect(world.checked).toHaveLength(asking.length);
});

test("[N6] whom one blocks is one's own, whatever the room", async () => {
  const { call, done, world } = calling();
  expect(await call("block", { user: "lee" })).toEqual({});
  expect(await call("unblock", { user: "lee" })).toEqual({});
  expect(await call("blocks")).toEqual({ users: ["lee"] });
  expect(done).toEqual([
    ["block", "kim", "lee"],
    ["unblock", "kim", "lee"],
  ]);
  world.blocksFit = false;
  expect(await call("block", { user: "park" })).toMatchObject({ refused: { code: 1114 } });
  for (const wrong of [undefined, {}, { user: "" }, { user: 5 }])
    await expect(call("block", wrong)).rejects.toMatchObject({ reply: { code: 107 } });
});
