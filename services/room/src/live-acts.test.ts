/** What acts, and what is declined, are worth once an actor, its log, its snapshots and its card have been through the worst. */
import { decodeBatch, ErrorCode, eventsOf, limits, RoomCommand, UserId } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { LogFull, LogUnavailable, RoomLog } from "@madang/log";
import { afterEach, describe, expect, test, vi } from "vitest";
import { cardOf, committed, kim, room, world } from "./test-world.ts";

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

test("a command of a former gateway, which knows no acts, is understood", () => {
  const old = { v: 1, command: "send", author: "kim", id: "1", info: { user: "kim", client: "c" }, data: {} };
  expect(RoomCommand.safeParse(old).success).toBe(true);
});
