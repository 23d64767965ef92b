/** What a room is like, after its owner died at the worst time. */
import { type Action, ErrorCode, UserId } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { LogUnavailable } from "@madang/log";
import { describe, expect, test, vi } from "vitest";
import { cardOf, committed, counted, everything, kim, room, snapshotOf, type World, world } from "./test-world.ts";

describe("what a room is like", () => {
  /** Everything that can be set, by acts, in a new room. The head is 18 then. */
  async function furnished(at: World) {
    const it = at.service();
    await it.send("1", { text: "one" }, "lee");
    await it.send("2", { text: "two" }, "lee");
    at.words.judge = () => ({ action: "hold", matches: [] });
    await it.send("3", { text: "held" }, "lee");
    at.words.judge = () => ({ action: undefined, matches: [] });
    const acts: Action[] = [
      { type: "mute", user: kim },
      { type: "ban", user: UserId.parse("bad"), seconds: 3_600 },
      { type: "shadow", user: UserId.parse("sly") },
      { type: "grant", user: UserId.parse("mo"), role: "moderator" },
      { type: "pin", offset: 1 },
      { type: "delete", offset: 2 },
      { type: "purge", user: UserId.parse("spammer") },
      { type: "report", offset: 1 },
      { type: "room", title: "Show", state: "open" },
      { type: "gift", user: kim, amount: 700, currency: "KRW" },
      { type: "lockdown", seconds: 0 },
      { type: "configure", settings: { slowModeMs: 60_000, links: false } },
    ];
    for (const [i, action] of acts.entries()) expect(await it.act(`a${i}`, action)).toMatchObject({ kind: "committed" });
    // Two that are paced from now on.
    await it.send("4", { text: "four" }, "lee");
    expect(await it.hearts(["lee", "h1", 5])).toEqual(counted(5));
    return it;
  }

  /** At another owner. */
  async function expectFurnished(at: World, storeHead?: () => Promise<{ epoch: string; offset: number }>) {
    const it = at.service("heir", storeHead);
    expect(await it.send("k", {}, "kim")).toMatchObject({ refusal: { code: ErrorCode.muted.code } });
    expect(await it.send("b", {}, "bad")).toMatchObject({ refusal: { code: ErrorCode.banned.code, retryAfterMs: 3_600_000 } });
    expect(await it.send("l", {}, "lee")).toMatchObject({ refusal: { code: ErrorCode.slowMode.code, retryAfterMs: 60_000 } });
    expect(await it.send("s", { text: "see www.x.com" }, "sam")).toMatchObject({ refusal: { code: ErrorCode.noLinks.code } });
    const mo = { user: UserId.parse("mo"), info: { user: UserId.parse("mo"), client: "c" as never }, role: "viewer" as const };
    expect(await it.act("w", { type: "unpin", offset: 1 }, mo)).toMatchObject({ kind: "committed" });
    expect(await it.act("r", { type: "resolve", offset: 11 }, mo)).toMatchObject({ kind: "committed" });
    expect(await it.act("d", { type: "deny", offset: 3 }, mo)).toMatchObject({ kind: "committed" });
    // Each act is known again.
    expect(await it.act("a0", { type: "mute", user: kim })).toEqual(committed(4, true));
    expect(await it.hearts(["lee", "h1", 5])).toEqual(counted(5));
    await it.rooms.drain(5_000);
    const { room: state } = await snapshotOf(at);
    expect(state).toMatchObject({
      title: "Show",
      life: "open",
      settings: { slowModeMs: 60_000, links: false },
      sanctions: [
        ["kim", "muted", null],
        ["bad", "banned", 1_000_000 + 3_600_000],
        ["sly", "shadowed", null],
      ],
      grants: [["mo", "moderator"]],
      changes: { changed: [[2, { kind: "deleted", by: "site" }]], purged: [["spammer", 9]] },
      totals: { comments: 3, hearts: { heart: 5 }, gifts: 1, amounts: { KRW: 700 } },
      pins: [],
      held: [],
      reports: [],
    });
  }

  test("[G25] holds after a crash", async () => {
    const at = world();
    await furnished(at);
    await expectFurnished(at);
  });

  test("[G25] holds after a crash with a snapshot from the middle of it", async () => {
    const at = world();
    const { act } = at.service("first");
    await act("early", { type: "room", title: "Old", startsAt: 1 });
    await eventually(async () => expect((await at.snapshots.load(room))?.head).toBe(1));
    const it = at.service("second");
    for (const user of ["a", "b"]) await it.act(`mute ${user}`.replace(" ", "-"), { type: "mute", user: UserId.parse(user) });
    const heir = at.service("third");
    for (const user of ["a", "b"])
      expect(await heir.send("x", {}, user)).toMatchObject({ refusal: { code: ErrorCode.muted.code } });
  });

  test("[G25] holds after it was passivated, its records purged since", async () => {
    const at = world();
    const it = await furnished(at);
    await it.rooms.drain(5_000);
    at.records.forget(room, everything);
    await expectFurnished(at, async () => ({ epoch: "e", offset: 16 }));
  });

  test("[G25] holds by its card where records were purged that no snapshot knows", async () => {
    const at = world();
    const save = vi.spyOn(at.snapshots, "save").mockRejectedValue(new LogUnavailable("away"));
    const it = await furnished(at);
    expect(await it.act("last", { type: "mute", user: UserId.parse("late") })).toEqual(committed(17));
    save.mockRestore();
    at.records.forget(room, everything);
    const heir = at.service("heir", async () => ({ epoch: "e", offset: 17 }));
    expect(await heir.send("x", {}, "late")).toMatchObject({ refusal: { code: ErrorCode.muted.code } });
    expect(await heir.send("y", {}, "bad")).toMatchObject({ refusal: { code: ErrorCode.banned.code } });
    await heir.rooms.drain(5_000);
    expect((await cardOf(at))?.totals).toMatchObject({ hearts: { heart: 5 }, gifts: 1, comments: 3 });
  });
});

test("[G25] what a room is like holds by its card where the log has a hole after the snapshot", async () => {
  const at = world();
  const first = at.service("first");
  await first.send("1", {}, "lee");
  await eventually(async () => expect((await at.snapshots.load(room))?.head).toBe(1));
  await first.act("d", { type: "delete", offset: 1 });
  await first.act("m", { type: "mute", user: kim });
  const purged = (await at.records.last(room))?.sequence ?? 0;
  await first.send("2", {}, "lee");
  at.records.forget(room, purged);
  const heir = at.service("heir");
  expect(await heir.send("x")).toMatchObject({ refusal: { code: ErrorCode.muted.code } });
  expect(await heir.act("n", { type: "mute", user: UserId.parse("sam") })).toEqual(committed(5));
  expect((await cardOf(at))?.changes.changed).toEqual([[1, { kind: "deleted", by: "site" }]]);
});
