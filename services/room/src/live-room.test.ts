/** What acts, hearts and counters are worth once an actor, its log, its snapshots and its card have been through the worst. */
import { type Action, decodeBatch, ErrorCode, eventsOf, limits, RoomCommand, roomKey, UserId } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { AppendUnanswered, LogFull, LogUnavailable, RoomLog } from "@madang/log";
import type { StoredRoomState } from "@madang/room-state";
import { afterEach, describe, expect, test, vi } from "vitest";
import { committed, room, world } from "./test-world.ts";

type World = ReturnType<typeof world>;

const kim = UserId.parse("kim");
const everything = Number.MAX_SAFE_INTEGER;

async function cardOf({ cards }: World): Promise<StoredRoomState | undefined> {
  const there = await cards.get(roomKey(room));
  return there && JSON.parse(Buffer.from(there.value).toString());
}

async function snapshotOf({ snapshots }: World): Promise<Record<string, unknown> & { room: StoredRoomState }> {
  return (await snapshots.load(room))?.state as never;
}

/** The totals that a later owner goes on from: it counts one more. */
async function heartsAt(at: World): Promise<number> {
  const heir = at.service("counter");
  expect(await heir.hearts(["counter", crypto.randomUUID(), 1])).toMatchObject({ kind: "counted", counts: [1] });
  await heir.rooms.drain(5_000);
  return ((await snapshotOf(at)).room.totals.hearts.heart ?? 0) - 1;
}

const counted = (...counts: number[]) => ({ v: 1, kind: "counted", counts });

afterEach(() => void vi.useRealTimers());

describe("an act", () => {
  test("[G24] is answered when the card shows it, and not before; nor is its repeat", async () => {
    const at = world();
    const { act, send } = at.service();
    await send("1");
    const hold = Promise.withResolvers<void>();
    at.cards.held = hold.promise;
    const answers: string[] = [];
    const both = ["first", "repeat"].map((name) =>
      act("m", { type: "mute", user: kim }).then((reply) => [answers.push(name), reply][1]),
    );
    // The room goes on meanwhile.
    expect(await send("2", {}, "lee")).toEqual(committed(3));
    const late = act("m", { type: "mute", user: kim }).then((reply) => [answers.push("late"), reply][1]);
    await send("3", {}, "lee");
    expect(answers).toEqual([]);
    hold.resolve();
    expect(await Promise.all([...both, late])).toEqual([committed(2), committed(2, true), committed(2, true)]);
    expect((await cardOf(at))?.sanctions).toEqual([["kim", "muted", null]]);
  });

  test("[G24] whose card cannot be written is unknown, its repeat is answered once it can, and the room goes on all the while", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const at = world();
    const { act, send } = at.service();
    await send("1");
    at.cards.trouble = new LogUnavailable("away");
    const first = act("m", { type: "mute", user: kim });
    await vi.advanceTimersByTimeAsync(limits.cardMs);
    expect(await first).toEqual({ v: 1, kind: "unknown" });
    expect(await send("x")).toMatchObject({ refusal: { code: ErrorCode.muted.code } });
    expect(await send("2", {}, "lee")).toEqual(committed(3));
    const repeat = act("m", { type: "mute", user: kim });
    at.cards.trouble = undefined;
    await vi.advanceTimersByTimeAsync(limits.logRetryLongestMs);
    expect(await repeat).toEqual(committed(2, true));
    expect((await cardOf(at))?.sanctions).toHaveLength(1);
  });

  test("[G24] that was committed is on the card before the next owner serves, though the former one died in between", async () => {
    const at = world();
    const before = at.service();
    await before.send("1");
    at.cards.held = new Promise(() => {});
    void before.act("m", { type: "mute", user: kim });
    await eventually(async () => expect((await at.records.last(room))?.sequence).toBe(3));
    at.cards.held = undefined;
    expect(await at.service("you").send("2", {}, "lee")).toEqual(committed(3));
    expect((await cardOf(at))?.sanctions).toHaveLength(1);
  });

  test.each([new LogUnavailable("away"), new RangeError("too large")])(
    "[G24] whose card cannot be written (%s) keeps no next owner from serving",
    async (trouble) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
      const at = world();
      const before = at.service();
      await before.send("1");
      at.cards.trouble = trouble;
      void before.act("m", { type: "mute", user: kim });
      await vi.advanceTimersByTimeAsync(limits.cardMs);
      const next = at.service("you");
      const sent = next.send("2", {}, "lee");
      await vi.advanceTimersByTimeAsync(limits.cardMs);
      expect(await sent).toEqual(committed(3));
      expect(await next.send("3")).toMatchObject({ refusal: ErrorCode.muted });
      at.cards.trouble = undefined;
      await vi.advanceTimersByTimeAsync(limits.logRetryLongestMs);
      expect((await cardOf(at))?.sanctions).toHaveLength(1);
    },
  );

  test("[G24] that was never committed no card shows", async () => {
    const at = world();
    const { act, send } = at.service();
    await send("1");
    at.records.trouble = new LogFull("full");
    expect(await act("m", { type: "mute", user: kim })).toMatchObject({ kind: "refused" });
    at.records.trouble = undefined;
    await eventually(async () => expect(await send("2")).toEqual(committed(2)));
    expect(await cardOf(at)).toBeUndefined();
  });

  test("[G24] of an owner that was fenced is not on the card, and the card stays the newer owner's", async () => {
    const at = world();
    const [former, next] = [at.service("a"), at.service("b")];
    await former.send("1");
    await next.act("n", { type: "pin", offset: 1 });
    expect(await former.act("m", { type: "mute", user: kim })).toEqual({ v: 1, kind: "moved" });
    expect(await cardOf(at)).toMatchObject({ pins: [1], sanctions: [] });
    expect(await next.send("2")).toEqual(committed(3));
  });

  test("[G24] of the next owner stays on the card when a former one wakes that hung since its claim", async () => {
    const at = world();
    const hold = Promise.withResolvers<void>();
    const get = vi.spyOn(at.cards, "get").mockImplementationOnce(async (key) => {
      await hold.promise;
      return at.cards.get(key);
    });
    const former = at.service("a");
    const late = former.send("1");
    await eventually(() => expect(get).toHaveBeenCalled());
    const next = at.service("b");
    expect(await next.act("m", { type: "mute", user: kim })).toEqual(committed(1));
    hold.resolve();
    expect(await late).toEqual({ v: 1, kind: "moved" });
    expect((await cardOf(at))?.sanctions).toHaveLength(1);
  });

  test("[G7] an approval is in one batch: never one of its two events without the other", async () => {
    const at = world();
    const { act, send } = at.service();
    at.words.judge = () => ({ action: "hold", matches: [] });
    expect(await send("h", { text: "hm" })).toEqual({ ...committed(1), held: true });
    at.words.judge = () => ({ action: undefined, matches: [] });
    // A snapshot that is due waits for the append on its way, and whatever comes after it in the mailbox waits for that snapshot: the first
    // one comes right after the first answer, and there is none after it until something else is answered.
    await eventually(async () => expect((await at.snapshots.load(room))?.head).toBe(1));
    at.records.held = [];
    const first = send("first");
    await eventually(() => expect(at.records.held?.length).toBe(1));
    const add = vi.spyOn(RoomLog.prototype, "add");
    // So many before it that one place is left in their batch.
    const full = Array.from({ length: limits.batchEvents - 1 }, (_, i) => send(`m${i}`));
    const approval = act("a", { type: "approve", offset: 1 });
    await eventually(() => expect(add.mock.calls.map(({ length }) => length)).toContain(2));
    expect(add).toHaveBeenCalledTimes(limits.batchEvents);
    add.mockRestore();
    const { held } = at.records;
    at.records.held = undefined;
    for (const go of held) go();
    await Promise.all([first, ...full]);
    const answered = await approval;
    expect(answered).toEqual(committed(limits.batchEvents + 3));
    const last = await at.records.last(room);
    expect(eventsOf(decodeBatch(last?.body ?? new Uint8Array())).map(({ type }) => type)).toEqual(["posted", "approved"]);
    expect(await act("a", { type: "approve", offset: 1 })).toEqual(committed(limits.batchEvents + 3, true));
  });

  test("[M1] that is repeated needs nothing to be found out: it is answered though nobody can be asked", async () => {
    const at = world();
    const { act, send } = at.service();
    await send("1");
    expect(await act("p", { type: "pin", offset: 1 })).toEqual(committed(2));
    at.finding.held = Promise.reject(new LogUnavailable("away"));
    at.finding.held.catch(() => {});
    expect(await act("q", { type: "pin", offset: 1 })).toEqual({ v: 1, kind: "refused", refusal: ErrorCode.roomUnavailable });
    expect(await act("p", { type: "pin", offset: 1 })).toEqual(committed(2, true));
  });

  test("[G24] what is found out for one act keeps nobody waiting, and so many wait at a time", async () => {
    const at = world();
    const { act, send } = at.service();
    await send("1");
    const hold = Promise.withResolvers<void>();
    at.finding.held = hold.promise;
    const acts = Array.from({ length: limits.targetsAtOnce + 1 }, (_, i) => act(`p${i}`, { type: "pin", offset: 1 }));
    expect(await send("2")).toEqual(committed(2));
    expect(await acts.at(-1)).toMatchObject({ refusal: { code: ErrorCode.roomUnavailable.code } });
    hold.resolve();
    for (const reply of await Promise.all(acts.slice(0, -1))) expect(reply).toMatchObject({ kind: "committed" });
  });
});

describe("what a room declines", () => {
  test("[G1] [G23] is declined before anything is looked up, or anybody asked about it", async () => {
    const at = world();
    const { act, send } = at.service();
    await send("1", {}, "lee");
    await act("m", { type: "mute", user: kim });
    await act("r", { type: "configure", settings: { review: { url: "http://127.0.0.1:1/", failOpen: true } } });
    const fetched = vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("not there"));
    at.finding.held = new Promise(() => {});
    const lee = { user: UserId.parse("lee"), info: { user: UserId.parse("lee"), client: "c" as never }, role: "viewer" as const };
    for (let i = 0; i <= limits.targetsAtOnce; i++)
      expect(await act(`p${i}`, { type: "pin", offset: 1 }, lee)).toMatchObject({ refusal: ErrorCode.permissionDenied });
    expect(await send("2")).toMatchObject({ refusal: ErrorCode.muted });
    expect(fetched).not.toHaveBeenCalled();
    expect(await send("3", {}, "lee")).toMatchObject({ kind: "committed" });
    expect(fetched).toHaveBeenCalledOnce();
    fetched.mockRestore();
  });

  test("[G26] is declined by its owner alone: a former one, which has not heard that it is one, asks the log first", async () => {
    const at = world();
    const [former, next] = [at.service("a"), at.service("b")];
    await former.act("m", { type: "mute", user: kim });
    expect(await former.send("x")).toMatchObject({ refusal: { code: ErrorCode.muted.code } });
    expect(await next.act("u", { type: "unmute", user: kim })).toEqual(committed(2));
    at.pass(limits.ownerSureMs);
    expect(await former.send("x")).toEqual({ v: 1, kind: "moved" });
    expect(await next.send("x")).toEqual(committed(3));
  });

  test("[G26] by one who cannot ask is unavailable, and by one who has just heard needs no asking", async () => {
    const at = world();
    const { act, send } = at.service();
    await act("m", { type: "mute", user: kim });
    const last = vi.spyOn(at.records, "last");
    await send("x");
    expect(last).not.toHaveBeenCalled();
    at.pass(limits.ownerSureMs);
    await Promise.all([send("x"), send("y"), send("z")]);
    expect(last).toHaveBeenCalledTimes(1);
    at.pass(limits.ownerSureMs);
    last.mockRejectedValueOnce(new LogUnavailable("away"));
    expect(await send("x")).toEqual({ v: 1, kind: "refused", refusal: ErrorCode.roomUnavailable });
    expect(await send("x")).toMatchObject({ refusal: { code: ErrorCode.muted.code } });
  });
});

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

describe("hearts", () => {
  test("[G19] that were acknowledged survive a crash, once each; a repeat to the next owner counts no more", async () => {
    const at = world();
    const { hearts } = at.service();
    expect(await hearts(["kim", "1", 3], ["lee", "1", 4])).toEqual(counted(3, 4));
    expect(await hearts(["kim", "2", 5])).toEqual(counted(5));
    expect(await at.service("you").hearts(["kim", "1", 3], ["kim", "3", 1])).toEqual(counted(3, 1));
    expect(await heartsAt(at)).toBe(13);
  });

  test("[G19] are acknowledged when their note is in the log, and not before; nor is a repeat", async () => {
    const at = world();
    const { hearts, send } = at.service();
    await send("1");
    at.records.held = [];
    const answers: string[] = [];
    const first = hearts(["kim", "1", 3]).then((reply) => [answers.push("first"), reply][1]);
    const repeat = hearts(["kim", "1", 3]).then((reply) => [answers.push("repeat"), reply][1]);
    await eventually(() => expect(at.records.held).toHaveLength(1));
    expect(answers).toEqual([]);
    const { held } = at.records;
    at.records.held = undefined;
    for (const go of held) go();
    expect(await Promise.all([first, repeat])).toEqual([counted(3), counted(3)]);
  });

  test("[G19] of a note that was in flight at the crash count once, whether it landed or not", async () => {
    for (const landed of [true, false]) {
      const at = world();
      const { hearts, send } = at.service();
      await send("1");
      at.records.late = [];
      const { late } = at.records;
      void hearts(["kim", "1", 3]);
      await eventually(() => expect(late.length).toBeGreaterThan(0));
      at.records.late = undefined;
      if (landed) await late[0]?.();
      expect(await at.service("you").hearts(["kim", "1", 3])).toEqual(counted(3));
      expect(await heartsAt(at), `landed: ${landed}`).toBe(3);
    }
  });

  test("[G19] of an unknown outcome count once when they are repeated to another owner", async () => {
    const at = world();
    const { hearts, send } = at.service();
    await send("1");
    at.records.trouble = new AppendUnanswered("no answer");
    expect(await hearts(["kim", "1", 3])).toEqual({ v: 1, kind: "unknown" });
    at.records.trouble = undefined;
    expect(await at.service("you").hearts(["kim", "1", 3])).toEqual(counted(3));
    expect(await heartsAt(at)).toBe(3);
  });

  test("[G19] that were refused are nowhere: not in the snapshot that the room leaves behind, either", async () => {
    const at = world();
    const { hearts, send, rooms } = at.service();
    await send("1");
    expect(await hearts(["kim", "0", 1])).toEqual(counted(1));
    at.records.held = [];
    const refused = hearts(["kim", "1", 3]);
    await eventually(() => expect(at.records.held?.length).toBe(1));
    const drained = rooms.drain(5_000);
    const { held } = at.records;
    at.records.held = undefined;
    at.records.trouble = new LogFull("full");
    for (const go of held) go();
    expect(await refused).toEqual({ v: 1, kind: "refused", refusal: ErrorCode.roomUnavailable });
    await drained;
    at.records.trouble = undefined;
    expect(await heartsAt(at)).toBe(1);
  });

  test("[G19] count once, though the snapshot is older than their note, or knows it", async () => {
    const at = world();
    const first = at.service();
    expect(await first.hearts(["kim", "1", 3])).toEqual(counted(3));
    await eventually(async () => expect((await snapshotOf(at)).room.totals.hearts).toEqual({ heart: 3 }));
    expect(await first.hearts(["kim", "2", 4])).toEqual(counted(4));
    expect((await snapshotOf(at)).room.totals.hearts).toEqual({ heart: 3 });
    expect(await heartsAt(at)).toBe(7);
    expect(await at.service("x").hearts(["kim", "1", 3], ["kim", "2", 4])).toEqual(counted(3, 4));
    expect(await heartsAt(at)).toBe(8);
  });

  test("[G19] are in the snapshot that an heir leaves which only read them, so that a purge takes nothing", async () => {
    const at = world();
    const first = at.service();
    await first.send("1");
    await eventually(async () => expect((await at.snapshots.load(room))?.head).toBe(1));
    expect(await first.hearts(["kim", "1", 3])).toEqual(counted(3));
    const heir = at.service("heir");
    // It appends nothing itself.
    expect(await heir.hearts(["kim", "1", 3])).toEqual(counted(3));
    await heir.rooms.drain(5_000);
    at.records.forget(room, everything);
    const next = at.service("next", async () => ({ epoch: "e", offset: 1 }));
    expect(await next.hearts(["kim", "1", 3], ["kim", "2", 1])).toEqual(counted(3, 1));
    await next.rooms.drain(5_000);
    expect((await snapshotOf(at)).room.totals.hearts).toEqual({ heart: 4 });
  });

  test("[G19] are saved again when a snapshot failed, though nothing more happens", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const at = world();
    const save = vi.spyOn(at.snapshots, "save").mockRejectedValue(new LogUnavailable("away"));
    const { hearts } = at.service();
    expect(await hearts(["kim", "1", 3])).toEqual(counted(3));
    await vi.advanceTimersByTimeAsync(1);
    await vi.waitFor(() => expect(save).toHaveBeenCalled());
    save.mockRestore();
    await vi.advanceTimersByTimeAsync(limits.snapshotEveryMs + 1);
    await vi.waitFor(async () => expect((await snapshotOf(at)).room.totals.hearts).toEqual({ heart: 3 }));
  });

  test("[G19] that a snapshot knows stay though the log that had them was put back", async () => {
    const at = world();
    const first = at.service();
    await first.send("1");
    expect(await first.hearts(["kim", "1", 3])).toEqual(counted(3));
    const kept = (await at.records.last(room))?.sequence ?? 0;
    expect(await first.hearts(["kim", "2", 4])).toEqual(counted(4));
    await first.rooms.drain(5_000);
    at.records.rollBack(room, kept);
    const heir = at.service("heir");
    expect(await heir.hearts(["kim", "2", 4], ["kim", "1", 3])).toEqual(counted(4, 3));
    expect(await heartsAt(at)).toBe(7);
  });
});

describe("counters", () => {
  const watching = (clients: number) => ({ room, clients, users: ["kim"] });

  async function awake() {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const at = world();
    const it = at.service();
    await it.send("1");
    return { at, ...it, hear: (gateway: string, clients: number) => it.live.get(room)?.hear(gateway, watching(clients)) };
  }

  test("[G22] are told after what changes them, at most twice a second, however much does", async () => {
    const { send, hear, hearts, told } = await awake();
    for (let i = 0; i < 100; i++) {
      await send(`m${i}`);
      await hearts(["kim", `h${i}`, 1]);
      hear("g", i + 1);
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(told.length).toBeGreaterThanOrEqual(9);
    expect(told.length).toBeLessThanOrEqual(11);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told.at(-1)).toMatchObject({ viewers: 100, peak: 100, comments: 101, hearts: { heart: 100 } });
    const before = told.length;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told).toHaveLength(before);
  });

  test("[V7] are told again to a gateway that says how many watch there: it may be new, or have missed them", async () => {
    const { hear, told } = await awake();
    hear("a", 1);
    await vi.advanceTimersByTimeAsync(10_000);
    const before = told.length;
    hear("a", 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toHaveLength(before + 1);
    expect(told.at(-1)).toEqual(told.at(-2));
  });

  test("[G21] are right within 15 s of the last word of a gateway that died, though nobody says anything", async () => {
    const { hear, told } = await awake();
    hear("a", 500);
    hear("b", 20);
    for (let ms = 0; ms < 14_000; ms += 5_000) {
      await vi.advanceTimersByTimeAsync(5_000);
      if (ms < 5_000) hear("b", 20);
    }
    await vi.advanceTimersByTimeAsync(0);
    expect(told.at(-1)).toMatchObject({ viewers: 20, peak: 520 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told.at(-1)).toMatchObject({ viewers: 0, peak: 520 });
  });

  test("[G21] a peak is noted, and known after a crash", async () => {
    const { at, hear } = await awake();
    vi.spyOn(at.snapshots, "save").mockRejectedValue(new LogUnavailable("away"));
    hear("a", 300);
    await vi.advanceTimersByTimeAsync(1_000);
    hear("a", 400);
    await vi.advanceTimersByTimeAsync(limits.peakEveryMs + 1_000);
    hear("a", 10);
    vi.useRealTimers();
    const heir = at.service("heir");
    await heir.send("2");
    await eventually(() => expect(heir.told.at(-1)).toMatchObject({ peak: 400, viewers: 0 }), {
      withinMs: limits.commentsToldWithinMs + 3_000,
    });
  });

  test("[G18] an audience that outgrows its room is split by an event, and by one only", async () => {
    const { at, act, hear, send, told } = await awake();
    await act("c", { type: "configure", settings: { shardCapacity: 100 } });
    await vi.advanceTimersByTimeAsync(30_000);
    hear("a", 350);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await send("2")).toEqual(committed(4));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told.at(-1)).toMatchObject({ shards: 4 });
    const heir = at.service("heir");
    expect(await heir.send("3")).toEqual(committed(5));
    await vi.advanceTimersByTimeAsync(limits.commentsToldWithinMs + 1_000);
    expect(heir.told.at(-1)).toMatchObject({ shards: 4 });
  });
});

test("a command of a former gateway, which knows no acts, is understood", () => {
  const old = { v: 1, command: "send", author: "kim", id: "1", info: { user: "kim", client: "c" }, data: {} };
  expect(RoomCommand.safeParse(old).success).toBe(true);
});

describe("a gift", () => {
  const hourMs = 3_600_000;
  const gift = { type: "gift", user: kim, amount: 700, currency: "KRW" } as const;
  const notNow = { v: 1, kind: "refused", refusal: ErrorCode.historyUnavailable };

  /** A room whose first event, a gift, was purged before any snapshot knew it. */
  async function purged() {
    const at = world();
    const save = vi.spyOn(at.snapshots, "save").mockRejectedValue(new LogUnavailable("away"));
    const first = at.service("first");
    expect(await first.act("pay-1", gift)).toEqual(committed(1));
    await first.rooms.drain(5_000);
    save.mockRestore();
    at.records.forget(room, everything);
    return { at, heir: at.service("heir", async () => ({ epoch: "e", offset: 1 })) };
  }

  test("[G27] counts once, when it is told of again an hour later and to the next owner, with the store away", async () => {
    const at = world();
    const { act, send, rooms } = at.service();
    await send("1");
    expect(await act("pay-1", gift)).toEqual(committed(2));
    at.pass(hourMs);
    expect(await act("pay-1", gift)).toEqual(committed(2, true));
    // One that finds it in the log, and one that finds it in a snapshot.
    const heir = at.service("heir");
    expect(await heir.act("pay-1", gift)).toEqual(committed(2, true));
    expect(await heir.act("pay-2", gift)).toEqual(committed(3));
    await heir.rooms.drain(5_000);
    at.records.forget(room, everything);
    at.pass(hourMs);
    const last = at.service("last", async () => ({ epoch: "e", offset: 3 }));
    for (const [id, offset] of Object.entries({ "pay-1": 2, "pay-2": 3 }))
      expect(await last.act(id, gift)).toEqual(committed(offset, true));
    await last.rooms.drain(5_000);
    expect((await snapshotOf(at)).room.totals).toMatchObject({ gifts: 2, amounts: { KRW: 1_400 } });
    await rooms.drain(5_000);
  });

  test("[G27] that was purged before a snapshot knew it is where the store says, and is not taken before it can say", async () => {
    const { at, heir } = await purged();
    expect(await heir.act("pay-1", gift)).toEqual(notNow);
    at.store.gift = async () => ({ upTo: 0 });
    expect(await heir.act("pay-1", gift)).toEqual(notNow);
    at.store.gift = async (id) => ({ upTo: 1, ...(id === "pay-1" ? { offset: 1 } : {}) });
    expect(await heir.act("pay-1", gift)).toEqual(committed(1, true));
    expect(await heir.act("pay-2", gift)).toEqual(committed(2));
    // Of what came since, the room knows by itself.
    at.store.gift = async () => undefined;
    at.pass(hourMs);
    expect(await heir.act("pay-2", gift)).toEqual(committed(2, true));
    expect(await heir.act("pay-3", gift)).toEqual(notNow);
  });

  test("[G27] counts once when it is told of twice while the store is asked, and nobody else waits for that", async () => {
    const { at, heir } = await purged();
    const asked = Promise.withResolvers<{ upTo: number }>();
    at.store.gift = () => asked.promise;
    const both = [heir.act("pay-2", gift), heir.act("pay-2", gift)];
    expect(await heir.send("x")).toEqual(committed(2));
    asked.resolve({ upTo: 1 });
    expect(await Promise.all(both)).toEqual([committed(3), committed(3, true)]);
  });

  test("[G27] of a room that a former version has saved is where the store says", async () => {
    const at = world();
    const before = at.service();
    await before.act("pay-1", gift);
    await before.rooms.drain(5_000);
    const { revision, ...snapshot } = (await at.snapshots.load(room)) as NonNullable<
      Awaited<ReturnType<typeof at.snapshots.load>>
    >;
    const { gifts: _, ...state } = snapshot.state as Record<string, unknown>;
    await at.snapshots.save(room, { ...snapshot, state }, revision);
    at.pass(hourMs);
    const heir = at.service("heir");
    expect(await heir.act("pay-1", gift)).toEqual(notNow);
    at.store.gift = async () => ({ offset: 1, upTo: 1 });
    expect(await heir.act("pay-1", gift)).toEqual(committed(1, true));
  });

  test("[G27] is known from a sealed segment; where that is gone, the store is asked", async () => {
    const at = world();
    const before = at.service();
    const count = limits.giftSegment + 10;
    await Promise.all(Array.from({ length: count }, (_, i) => before.act(`pay-${i}`, gift)));
    await before.rooms.drain(5_000);
    at.pass(hourMs);
    const heir = at.service("heir");
    for (const i of [0, count - 1]) expect(await heir.act(`pay-${i}`, gift)).toEqual(committed(i + 1, true));
    await heir.rooms.drain(5_000);
    vi.spyOn(at.gifts, "get").mockResolvedValue(undefined);
    const last = at.service("last");
    expect(await last.act(`pay-${count - 1}`, gift)).toEqual(committed(count, true));
    expect(await last.act("pay-0", gift)).toEqual(notNow);
    at.store.gift = async () => ({ offset: 1, upTo: count });
    expect(await last.act("pay-0", gift)).toEqual(committed(1, true));
  });
});
