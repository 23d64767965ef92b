import { defaultSettings, type EventType, type JsonObject, limits, type Publication } from "@madang/contracts";
import { lineAt, type Random, seeded } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { RoomState, StoredRoomState } from "./room-state.ts";

function event(offset: number, type: EventType, data: JsonObject = {}, author = "", tags = {}): Publication {
  return JSON.parse(Buffer.from(lineAt(offset, { type, data, author, tags }).line).toString());
}

function after(...events: [EventType, JsonObject?, string?, object?][]): RoomState {
  const state = new RoomState();
  for (const [n, [type, data, author, tags]] of events.entries()) state.apply(event(n + 1, type, data, author, tags));
  return state;
}

describe("the state of a room", () => {
  test("begins as by default, open", () => {
    const state = new RoomState();
    expect([state.life, state.settings, state.shards, state.offset]).toEqual(["open", defaultSettings, 1, 0]);
    expect(state.grantOf("kim")).toBe("viewer");
  });

  test("its life: scheduled, opened, closed, with the times of the first opening and the last close", () => {
    const state = after(["scheduled", { title: "공연", startsAt: 5_000 }], ["opened"], ["closed"]);
    expect(state).toMatchObject({ life: "ended", title: "공연", startsAt: 5_000, openedAt: 1_000, closedAt: 1_000 });
    state.apply(event(4, "opened", {}, "", { time: "9000" }));
    expect([state.life, state.openedAt]).toEqual(["open", 1_000]);
  });

  test("settings change one by one, and none is taken that is out of bounds", () => {
    const state = after(
      ["configured", { settings: { slowModeMs: 5_000 } }],
      ["configured", { settings: { links: false }, title: "t" }],
    );
    expect(state.settings).toEqual({ ...defaultSettings, slowModeMs: 5_000, links: false });
    expect([state.title, state.life]).toEqual(["t", "open"]);
    state.apply(event(3, "configured", { settings: { slowModeMs: -1 } }));
    expect(state.settings.slowModeMs).toBe(5_000);
  });

  test("sanctions are set and undone, each of its kind", () => {
    const state = after(
      ["moderated", { action: "mute", user: "kim", until: 9_000 }],
      ["moderated", { action: "ban", user: "lee" }],
      ["moderated", { action: "shadow", user: "kim" }],
      ["moderated", { action: "unmute", user: "kim" }],
    );
    const { sanctions } = state;
    expect([sanctions.is("muted", "kim", 0), sanctions.is("shadowed", "kim", 0), sanctions.is("banned", "lee", 0)]).toEqual([
      ...[false, true, true],
    ]);
    state.apply(event(5, "moderated", { action: "unban", user: "lee" }));
    state.apply(event(6, "moderated", { action: "something of a later version", user: "lee" }));
    expect(sanctions.count(0)).toBe(1);
  });

  test("roles are granted, and taken by granting that of a viewer", () => {
    const state = after(["granted", { user: "kim", role: "moderator" }], ["granted", { user: "lee", role: "member" }]);
    expect([state.grantOf("kim"), state.grantOf("lee")]).toEqual(["moderator", "member"]);
    // The higher one counts of that and the token's; the site's own server may do everything.
    expect(state.roleOf({ user: "kim" })).toBe("moderator");
    expect(state.roleOf({ user: "kim", role: "owner" })).toBe("owner");
    expect(state.roleOf({ user: "lee", role: "viewer" })).toBe("member");
    expect(state.roleOf({ user: "" })).toBe("owner");
    state.apply(event(3, "granted", { user: "kim", role: "viewer" }));
    expect([...state.grants]).toEqual([["lee", "member"]]);
  });

  test("[M6] who has a role, is muted, held or reported is known by the event that says so, also after it was stored", () => {
    const state = after(
      ["granted", { user: "kim", role: "member" }],
      ["granted", { user: "kim", role: "moderator" }],
      ["moderated", { action: "mute", user: "lee" }],
      ["held", {}],
      ["reported", { offset: 9, user: "lee" }],
      ["granted", { user: "park", role: "member" }],
      ["granted", { user: "park", role: "viewer" }],
    );
    for (const one of [state, RoomState.restore(JSON.parse(JSON.stringify(state.toStored())))]) {
      expect([one.grantedAt("kim"), one.grantedAt("park")]).toEqual([2, 0]);
      expect(one.sanctions.list(0)).toMatchObject([{ user: "lee", offset: 3 }]);
      expect([[...one.held.keys()], [...one.reports]]).toEqual([[4], [[5, 9]]]);
    }
    const { granted: _, sanctioned: __, ...former } = state.toStored();
    const known = RoomState.restore(JSON.parse(JSON.stringify(former)));
    expect([known.grantOf("kim"), known.grantedAt("kim")]).toEqual(["moderator", 0]);
  });

  test("pins: the last three, in their order, without those that were deleted", () => {
    const state = after(...Array.from({ length: 9 }, (): [EventType] => ["posted"]));
    const pin = (offset: number, at: number) => state.apply(event(offset, "pinned", { offset: at }));
    for (const at of [1, 2, 3, 4]) pin(9 + at, at);
    expect(state.pins).toEqual([2, 3, 4].slice(-limits.pins));
    pin(14, 2);
    expect(state.pins).toEqual([3, 4, 2]);
    state.apply(event(15, "unpinned", { offset: 4 }));
    state.apply(event(16, "deleted", { offset: 3, user: "kim" }));
    expect(state.pins).toEqual([2]);
  });

  test("what was deleted, purged or edited, and is back", () => {
    const state = after(
      ["posted", {}, "kim"],
      ["posted", {}, "kim"],
      ["deleted", { offset: 1, user: "kim" }],
      ["purged", { user: "kim", upTo: 3 }],
      ["edited", { offset: 2, data: { text: "new" } }, "kim"],
    );
    const line = lineAt(2, { author: "kim" });
    expect(Buffer.from(state.changes.view(line).line).toString()).toContain('"deleted":"true"');
    state.apply(event(6, "restored", { user: "kim" }));
    expect(JSON.parse(Buffer.from(state.changes.view(line).line).toString())).toMatchObject({
      data: { text: "new" },
      tags: { edited: "5" },
    });
    expect(state.changes.isDeleted(1)).toBe(true);
    state.apply(event(7, "restored", { offset: 1 }));
    expect(state.changes.isDeleted(1)).toBe(false);
  });

  test("a purge unpins what its user said, and nothing else", () => {
    const by = (user: string) => ({ message: { data: { text: "hi" }, info: { user } } });
    const state = after(["pinned", { offset: 1, ...by("kim") }], ["pinned", { offset: 2, ...by("lee") }]);
    const again = RoomState.restore(state.toStored());
    again.apply(event(3, "purged", { user: "kim", upTo: 2 }));
    expect(again.pins).toEqual([2]);
  });

  test("held messages wait until they are let through or denied; the oldest are given up", () => {
    const state = after(
      ["held", {}, "kim"],
      ["held", {}, "lee"],
      ["held", {}, "choi"],
      ["denied", { offset: 2 }],
      ["posted", {}, "kim", { held: "1" }],
      ["approved", { offset: 1 }],
    );
    expect([...state.held]).toEqual([[3, "choi"]]);
    // A denied one may still be let through, also by who has learnt it from a card.
    const again = RoomState.restore(state.toStored());
    for (const it of [state, again]) expect([1, 2, 3, 4].filter((offset) => it.mayShow(offset))).toEqual([2, 3]);
    expect(again.apply(event(7, "approved", { offset: 2 }))).toBe(true);
    expect(again.mayShow(2)).toBe(false);
    expect(state.totals.comments).toBe(1);
    for (let n = 0; n < limits.heldWaiting; n++) state.apply(event(7 + n, "held", {}, "park"));
    expect([state.held.size, state.held.has(3)]).toEqual([limits.heldWaiting, false]);
  });

  test("of denied messages so many are remembered", () => {
    const state = new RoomState();
    for (let offset = 1; offset <= 2 * limits.deniedRemembered + 2; offset += 2) {
      state.apply(event(offset, "held", {}, "kim"));
      state.apply(event(offset + 1, "denied", { offset }));
    }
    expect([1, 3].map((offset) => state.mayShow(offset))).toEqual([false, true]);
    expect(state.toStored().denied).toHaveLength(limits.deniedRemembered);
  });

  test("reports wait until they are resolved; the oldest are given up", () => {
    const state = after(
      ["posted"],
      ["reported", { offset: 1, user: "kim" }, "lee"],
      ["reported", { offset: 1, user: "kim" }, "choi"],
    );
    state.apply(event(4, "resolved", { offset: 2 }));
    expect(state.toStored().reports).toEqual([3]);
    for (let n = 0; n < limits.reportsWaiting; n++) state.apply(event(5 + n, "reported", { offset: 1, user: "kim" }));
    expect([state.toStored().reports.length, state.isReport(3)]).toEqual([limits.reportsWaiting, false]);
  });

  test("gifts, messages and parts of the audience are counted", () => {
    const state = after(
      ["gifted", { user: "kim", amount: 500, currency: "KRW" }],
      ["resharded", { shards: 4 }],
      ["posted"],
      ["posted"],
    );
    expect([state.totals.gifts, state.shards, state.totals.comments, state.offset]).toEqual([1, 4, 2, 4]);
    state.passed(5);
    expect([state.totals.comments, state.offset]).toEqual([3, 5]);
  });

  test("says whether anything but head and totals of what was said has changed", () => {
    const state = new RoomState();
    const changed = (type: EventType, data: JsonObject = {}, tags = {}) =>
      state.apply(event(state.offset + 1, type, data, "", tags));
    expect([changed("posted"), changed("rewound"), changed("lost")]).toEqual([false, false, false]);
    expect([changed("denied", { offset: 99 }), changed("resolved", { offset: 99 })]).toEqual([false, false]);
    expect([changed("held"), changed("approved", { offset: 6 })]).toEqual([true, true]);
    expect([changed("pinned", { offset: 1 }), changed("moderated", { action: "ban", user: "kim" })]).toEqual([true, true]);
    expect(changed("something of a later version" as EventType)).toBe(false);
  });

  test("a stored state of another version is refused", () => {
    expect(() => RoomState.restore({ ...new RoomState().toStored(), v: 2 })).toThrow();
    expect(() => RoomState.restore("nothing")).toThrow();
  });

  test("stored at any moment, it goes on as if nothing had happened (seeds 1 to 40)", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seeded(seed);
      const lived = new RoomState();
      let stored = new RoomState();
      for (let offset = 1; offset <= 400; offset++) {
        const one = anyEvent(random, offset);
        const [here, there] = [lived.apply(one), stored.apply(structuredClone(one))];
        expect(there, `seed ${seed}, offset ${offset}`).toBe(here);
        if (random.chance(0.1)) stored = RoomState.restore(StoredRoomState.parse(JSON.parse(JSON.stringify(stored.toStored()))));
      }
      expect(stored.toStored(), `seed ${seed}`).toEqual(lived.toStored());
      for (let offset = 1; offset <= 400; offset++) {
        const line = lineAt(offset, { author: `u${offset % 5}` });
        expect(stored.changes.view(line).line, `seed ${seed}`).toEqual(lived.changes.view(line).line);
      }
    }
  });

  test("at its fullest it fits into one value of the bucket", () => {
    const state = new RoomState();
    let offset = 0;
    const next = (type: EventType, data: JsonObject, author = "") => state.apply(event(++offset, type, data, author));
    const user = (n: number) => `anon_${String(n).padStart(16, "0")}`;
    for (let n = 0; n < limits.sanctions; n++) next("moderated", { action: "ban", user: user(n), until: 1_795_388_430_570 });
    for (let n = 0; n < limits.grants; n++) next("granted", { user: user(n), role: "moderator" });
    for (let n = 0; n < limits.changesRemembered; n++) next("deleted", { offset: 1_000_000 + n, user: "kim" });
    for (let n = 0; n < 50; n++) next("edited", { offset: n + 1, data: { text: "글".repeat(2_000) } });
    for (let n = 0; n < limits.purgesRemembered; n++) next("purged", { user: user(n), upTo: 1_000_000 });
    for (let n = 0; n < limits.deniedRemembered; n++) {
      next("held", {}, user(n));
      next("denied", { offset });
    }
    for (let n = 0; n < limits.heldWaiting; n++) next("held", {}, user(n));
    for (let n = 0; n < limits.reportsWaiting; n++) next("reported", { offset: 1, user: user(n) });
    for (let n = 0; n < limits.supportersRemembered; n++) next("gifted", { user: user(n), currency: "KRW", amount: 1_000_000 });
    expect(Buffer.byteLength(JSON.stringify(state.toStored()))).toBeLessThan(limits.cardBytes);
  });
});

function anyEvent(random: Random, offset: number): Publication {
  const user = () => `u${random.int(5)}`;
  const before = () => 1 + random.int(offset);
  const until = () => (random.chance(0.5) ? {} : { until: 1_000 + random.int(5_000) });
  const sanction = () => ({
    action: random.pick(["mute", "unmute", "ban", "unban", "shadow", "unshadow"]),
    user: user(),
    ...until(),
  });
  const kinds: [EventType, () => JsonObject][] = [
    ["posted", () => ({ text: "hi" })],
    ["edited", () => ({ offset: before(), data: { text: `v${offset}` } })],
    ["deleted", () => ({ offset: before(), user: user() })],
    ["purged", () => ({ user: user(), upTo: before() })],
    ["restored", () => (random.chance(0.5) ? { user: user() } : { offset: before() })],
    ["pinned", () => ({ offset: before() })],
    ["unpinned", () => ({ offset: before() })],
    [
      "configured",
      () => ({ settings: random.pick([{ slowModeMs: random.int(9_000) }, { links: false }, { links: true }, { frozen: true }]) }),
    ],
    ["moderated", sanction],
    ["granted", () => ({ user: user(), role: random.pick(["viewer", "member", "moderator", "owner"]) })],
    ["scheduled", () => ({ title: `t${offset}`, startsAt: offset })],
    ["opened", () => ({})],
    ["closed", () => ({})],
    ["held", () => ({ text: "hm" })],
    ["approved", () => ({ offset: before() })],
    ["denied", () => ({ offset: before() })],
    ["reported", () => ({ offset: before(), user: user() })],
    ["resolved", () => ({ offset: before() })],
    ["gifted", () => ({ user: user(), amount: 1 + random.int(1_000), currency: random.pick(["KRW", "JPY"]) })],
    ["resharded", () => ({ shards: 1 + random.int(8) })],
    ["rewound", () => ({})],
  ];
  const [type, data] = random.pick(kinds);
  const tags = type === "posted" && random.chance(0.3) ? { held: String(before()) } : {};
  return event(offset, type, data(), user(), { time: String(1_000 + offset), ...tags });
}
