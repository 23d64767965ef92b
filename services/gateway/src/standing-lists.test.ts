import { type Line, limits, RoomId } from "@madang/contracts";
import { lineAt } from "@madang/devkit";
import { RoomState } from "@madang/room-state";
import { describe, expect, test } from "vitest";
import { HistoryUnavailable } from "./past.ts";
import { grantsOf, heldOf, reportsOf, sanctionsOf } from "./standing-lists.ts";

const room = RoomId.parse("live:a");

/** A room that this gateway follows, with its past. */
function site() {
  const state = new RoomState();
  const lines = new Map<number, Line>();
  const world = { away: false, now: 1_000 };
  const gateway = {
    now: () => world.now,
    hub: { get: () => ({ live: true, view: { state }, recent: () => undefined }) },
    cards: { read: async () => undefined },
    past: {
      page: async ({ from }: { from: number }) => {
        if (world.away) throw new HistoryUnavailable("away");
        const line = lines.get(from);
        return line === undefined ? "lost" : [line];
      },
    },
  } as never;
  const say = (type: string, data: object, author = "mod") => {
    const offset = lines.size + 1;
    const line = lineAt(offset, { type: type as never, data: { ...data }, author });
    lines.set(offset, line);
    state.apply(JSON.parse(Buffer.from(line.line).toString()));
    return offset;
  };
  return { gateway, say, world, lines, state };
}

describe("who is muted, banned or shadowed", () => {
  test("[M6] is told with until when, and the event that says who did it, when and why; what is over or undone is not", async () => {
    const { gateway, say } = site();
    say("moderated", { action: "mute", user: "kim", until: 5_000, reason: "loud" });
    say("moderated", { action: "ban", user: "lee" });
    say("moderated", { action: "shadow", user: "kim" });
    say("moderated", { action: "mute", user: "over", until: 1_000 });
    say("moderated", { action: "ban", user: "undone" });
    say("moderated", { action: "unban", user: "undone" });
    const { sanctions, ...more } = await sanctionsOf(gateway, room, {});
    expect(more).toEqual({});
    expect(sanctions).toMatchObject([
      {
        ...{ user: "kim", kind: "muted", until: 5_000, offset: 1 },
        event: { offset: 1, info: { user: "mod" }, data: { reason: "loud" }, tags: { type: "moderated", time: "1000" } },
      },
      { user: "kim", kind: "shadowed", until: null, offset: 3, event: { offset: 3 } },
      { user: "lee", kind: "banned", until: null, offset: 2, event: { offset: 2 } },
    ]);
    expect((await sanctionsOf(gateway, room, { user: "lee" })).sanctions).toHaveLength(1);
    expect((await sanctionsOf(gateway, room, { kind: "shadowed" })).sanctions).toMatchObject([{ user: "kim" }]);
  });

  test("[M6] is told while nobody can tell why, and where nobody knows it any more", async () => {
    const { gateway, say, world, lines } = site();
    say("moderated", { action: "mute", user: "kim" });
    world.away = true;
    expect((await sanctionsOf(gateway, room, {})).sanctions).toEqual([{ user: "kim", kind: "muted", until: null, offset: 1 }]);
    world.away = false;
    lines.clear();
    expect((await sanctionsOf(gateway, room, {})).sanctions).toEqual([{ user: "kim", kind: "muted", until: null, offset: 1 }]);
  });

  test("[M6] is told page by page, each user on one of them", async () => {
    const { gateway, say } = site();
    const users = Array.from({ length: 25 }, (_, n) => `u${String(n).padStart(2, "0")}`);
    for (const user of users.toReversed()) for (const action of ["mute", "shadow"]) say("moderated", { action, user });
    const seen: object[] = [];
    let pages = 0;
    for (let after: string | undefined; ; pages++) {
      const { sanctions, next } = await sanctionsOf(gateway, room, { limit: 10, ...(after === undefined ? {} : { after }) });
      seen.push(...sanctions);
      if (next === undefined) break;
      expect(sanctions).toHaveLength(20);
      after = next;
    }
    expect(pages).toBe(2);
    expect(seen.map((one) => (one as { user: string }).user)).toEqual(users.flatMap((user) => [user, user]));
  });

  test("[M6] a page has bounds, and who has which role is told likewise", async () => {
    const { gateway, say } = site();
    for (let n = 0; n < limits.standingListed + 1; n++) {
      say("moderated", { action: "ban", user: `u${n}`, reason: "x".repeat(5_000) });
      say("granted", { user: `u${n}`, role: "member" });
    }
    const { sanctions, next } = await sanctionsOf(gateway, room, {});
    expect(sanctions.length).toBeGreaterThan(40);
    expect(Buffer.byteLength(JSON.stringify(sanctions))).toBeLessThan(limits.historyBytes + 1_000);
    expect(next).toBe((sanctions.at(-1) as { user: string }).user);
    const { grants, next: further } = await grantsOf(gateway, room, {});
    expect(grants).toHaveLength(limits.standingListed);
    expect(grants[0]).toMatchObject({ user: "u0", role: "member", offset: 2, event: { info: { user: "mod" } } });
    expect((await grantsOf(gateway, room, { after: further })).grants).toHaveLength(1);
  });
});

describe("what waits for a moderator", () => {
  test("[M6] held messages come with their words and places, the oldest first, page by page, until they are decided on", async () => {
    const { gateway, say } = site();
    for (const text of ["one", "two", "three"]) say("held", { text }, "kim");
    say("denied", { offset: 2 });
    const { held, next } = await heldOf(gateway, room, { limit: 1 });
    expect(held).toMatchObject([{ offset: 1, user: "kim", event: { offset: 1, data: { text: "one" }, info: { user: "kim" } } }]);
    expect(next).toBe(1);
    const rest = await heldOf(gateway, room, { limit: 1, after: 1 });
    expect(rest).toMatchObject({ held: [{ offset: 3, event: { data: { text: "three" } } }] });
    expect(rest.next).toBeUndefined();
    say("approved", { offset: 1 });
    expect((await heldOf(gateway, room, {})).held).toHaveLength(1);
  });

  test("[M6] held messages of which an answer has no place for all go on with the next", async () => {
    const { gateway, say } = site();
    for (let n = 0; n < 40; n++) say("held", { text: "글".repeat(2_700) }, "kim");
    const first = await heldOf(gateway, room, {});
    expect(Buffer.byteLength(JSON.stringify(first.held))).toBeLessThan(limits.historyBytes + 1_000);
    const second = await heldOf(gateway, room, { after: first.next });
    expect([...first.held, ...second.held]).toMatchObject(Array.from({ length: 40 }, (_, n) => ({ offset: n + 1 })));
    expect(second.next).toBeUndefined();
  });

  test("[M6] reports come with what they are about as it reads now, until they are resolved", async () => {
    const { gateway, say } = site();
    const [first, second] = [say("posted", { text: "rude" }, "lee"), say("posted", { text: "fine" }, "lee")];
    say("reported", { offset: first, user: "lee", reason: "look" }, "kim");
    say("reported", { offset: second, user: "lee" }, "park");
    say("edited", { offset: first, data: { text: "less rude" } }, "lee");
    say("deleted", { offset: second, user: "lee" });
    expect(await reportsOf(gateway, room, {})).toMatchObject({
      reports: [
        {
          offset: 3,
          event: { info: { user: "kim" }, data: { reason: "look" } },
          message: { offset: 1, data: { text: "less rude" } },
        },
        { offset: 4, event: { info: { user: "park" } }, message: { offset: 2, data: {}, tags: { deleted: "true" } } },
      ],
    });
    say("resolved", { offset: 3 });
    expect((await reportsOf(gateway, room, {})).reports).toMatchObject([{ offset: 4 }]);
  });

  test("[M6] is not told without its words while the past cannot be read", async () => {
    const { gateway, say, world } = site();
    say("held", { text: "one" }, "kim");
    say("reported", { offset: 9, user: "lee" }, "kim");
    world.away = true;
    await expect(heldOf(gateway, room, {})).rejects.toBeInstanceOf(HistoryUnavailable);
    await expect(reportsOf(gateway, room, {})).rejects.toBeInstanceOf(HistoryUnavailable);
  });
});

test("[M2] what is asked wrongly is refused", async () => {
  const { gateway } = site();
  const wrong: [typeof sanctionsOf | typeof grantsOf | typeof heldOf | typeof reportsOf, object][] = [
    [sanctionsOf, { kind: "loud" }],
    [sanctionsOf, { limit: 0 }],
    [sanctionsOf, { after: 5 }],
    [grantsOf, { kind: "muted" }],
    [grantsOf, { limit: limits.standingListed + 1 }],
    [heldOf, { after: "kim" }],
    [reportsOf, { limit: "5" }],
  ];
  for (const [list, asked] of wrong)
    await expect(list(gateway, room, asked), JSON.stringify(asked)).rejects.toMatchObject({ reply: { code: 107 } });
});
