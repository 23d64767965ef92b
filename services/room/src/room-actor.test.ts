import { settled } from "@madang/actor";
import { decodeBatch, ErrorCode, limits, type Position, type RoomReply } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { AppendUnanswered, LogFull, LogUnavailable, OutcomeUnknown, RolledBack } from "@madang/log";
import { describe, expect, test, vi } from "vitest";
import { NoTurn } from "./claim-turns.ts";
import { restartHelps } from "./room-actor.ts";
import { committed, room, world } from "./test-world.ts";

describe("a room's actor", () => {
  test("[R1] [R3] commits in the order of the commands and answers each with its place", async () => {
    const { send } = world().service();
    const replies = await Promise.all(Array.from({ length: 700 }, (_, i) => send(String(i))));
    expect(replies).toEqual(Array.from({ length: 700 }, (_, i) => committed(i + 1)));
  });

  test("[R2] a repeat of what is still on its way is answered when it is there, with the same place", async () => {
    const at = world();
    const { send } = at.service();
    await send("first");
    at.records.held = [];
    const answered: string[] = [];
    const both = [
      send("x").then((reply) => [answered.push("x"), reply][1]),
      send("x").then((reply) => [answered.push("repeat"), reply][1]),
    ];
    await eventually(() => expect(at.records.held).toHaveLength(1));
    expect(answered).toEqual([]);
    const { held } = at.records;
    at.records.held = undefined;
    for (const go of held) go();
    expect(await Promise.all(both)).toEqual([committed(2), committed(2, true)]);
  });

  test("[R5] [P6] goes on after a crash where its log ends, and knows what it had", async () => {
    const at = world();
    const before = at.service();
    for (let i = 1; i <= 10; i++) await before.send(String(i));
    const after = at.service("you");
    expect(await after.send("3")).toEqual(committed(3, true));
    expect(await after.send("new")).toEqual(committed(11));
  });

  test("[R4] the former owner answers moved, and nothing of it is lost or forked", async () => {
    const at = world();
    const [former, next] = [at.service("a"), at.service("b")];
    await former.send("1");
    await next.send("2");
    expect(await former.send("3")).toEqual({ v: 1, kind: "moved" });
    expect(await next.send("3")).toEqual(committed(3));
    expect(await next.send("1")).toEqual(committed(1, true));
  });

  test("[R5] [P6] a drained room leaves a snapshot, from which the next owner knows every id within the window", async () => {
    const at = world();
    const before = at.service();
    const count = limits.dedupeSegment * 2 + 100;
    await Promise.all(Array.from({ length: limits.mailboxSize }, (_, i) => before.send(String(i))));
    for (let i = limits.mailboxSize; i < count; i += 2_000) {
      await Promise.all(Array.from({ length: Math.min(2_000, count - i) }, (_, j) => before.send(String(i + j))));
    }
    await before.rooms.drain(5_000);
    const snapshot = await at.snapshots.load(room);
    expect(snapshot?.head).toBe(count);
    expect(JSON.stringify(snapshot).length).toBeLessThan(256 * 1024);
    // The records themselves are no longer needed.
    at.records.forget(room, Number.MAX_SAFE_INTEGER);
    const after = at.service("you", async () => ({ epoch: "e", offset: count }));
    for (const i of [0, 1, 4_095, 4_096, 8_191, 8_192, count - 1])
      expect(await after.send(String(i)), String(i)).toEqual(committed(i + 1, true));
    expect(await after.send("new")).toEqual(committed(count + 1));
    at.pass(limits.dedupeWindowMs + 2_000);
    expect(await after.send("0")).toEqual(committed(count + 2));
  });

  test("[P6] an unreadable snapshot is rebuilt from the log", async () => {
    const at = world();
    const before = at.service();
    for (let i = 1; i <= 5; i++) await before.send(String(i));
    await at.snapshots.save(room, { epoch: "e", generation: 1, head: 3, sequence: 3, batchId: "", state: { v: 99 } }, undefined);
    expect(await at.service("you").send("2")).toEqual(committed(2, true));
  });

  test("[R4] a member that was fenced or in doubt serves the room again", async () => {
    const at = world();
    const [one, two] = [at.service("one"), at.service("two")];
    await one.send("1");
    await two.send("2");
    expect(await one.send("3")).toEqual({ v: 1, kind: "moved" });
    await eventually(async () => expect(await one.send("3")).toEqual(committed(3)));
    at.records.trouble = new AppendUnanswered("no answer");
    expect(await one.send("4")).toEqual({ v: 1, kind: "unknown" });
    at.records.trouble = undefined;
    await eventually(async () => expect(await one.send("4")).toMatchObject({ kind: "committed", offset: 4 }));
    expect(await one.send("5")).toEqual(committed(5));
  });

  test("[R3] says that a message is not stored only where that is certain: nobody took it, and no doubt is left", async () => {
    const at = world();
    const { send } = at.service();
    await send("1");
    at.records.trouble = new LogUnavailable("no responders");
    expect(await send("2")).toEqual({ v: 1, kind: "refused", refusal: ErrorCode.roomUnavailable });
    at.records.trouble = undefined;
    await eventually(async () => expect(await send("2")).toEqual(committed(2)));
  });

  test("starts anew by itself after a bug, and with the next command after whatever the log may be in", () => {
    for (const error of [
      new NoTurn("busy"),
      new OutcomeUnknown("no answer"),
      new LogUnavailable("away"),
      new LogFull("full"),
      new RolledBack("back"),
    ])
      expect(restartHelps(error)).toBe(false);
    expect(restartHelps(new TypeError("undefined is not a function"))).toBe(true);
  });

  test("[P6] a snapshot never holds what is not committed: an id whose append was lost is new again", async () => {
    const at = world();
    const before = at.service();
    await before.send("kept");
    await eventually(async () => expect((await at.snapshots.load(room))?.head).toBe(1));
    await before.send("kept-too");
    at.records.held = [];
    void before.send("lost");
    // A drain asks for a snapshot while that append hangs; then the process is gone.
    await eventually(() => expect(at.records.held?.length).toBe(1));
    await before.rooms.drain(50);
    at.records.held = undefined;
    const after = at.service("you");
    expect(await after.send("lost")).toEqual(committed(3));
    expect(await after.send("kept-too")).toEqual(committed(2, true));
  });

  test("[R7] who leaves with an append in doubt does not call the room settled: the next claim hears the store, or waits for it", async () => {
    const at = world();
    await at.registry.markComplete();
    const before = at.service();
    expect(await before.send("kept")).toEqual(committed(1));
    at.records.late = [];
    const { late } = at.records;
    const doubtful = before.send("doubtful");
    await before.rooms.drain(5_000);
    expect(await doubtful).toEqual({ v: 1, kind: "unknown" });
    // It lands after all, is stored, and is purged.
    at.records.late = undefined;
    await late[0]?.();
    at.records.forget(room, Number.MAX_SAFE_INTEGER);
    const silent = at.service("you", () => Promise.reject(new Error("silence")));
    expect(await silent.send("next")).toEqual({ v: 1, kind: "refused", refusal: ErrorCode.roomUnavailable });
    expect(await at.service("you", async () => ({ epoch: "e", offset: 2 })).send("next")).toEqual(committed(3));
  });

  test("[R2] [R8] a message that was lost when the log was put back is new again when it is repeated, and that its heirs know, too", async () => {
    const at = world();
    const before = at.service();
    for (const id of ["kept", "stored", "lost"]) await before.send(id);
    await before.rooms.drain(5_000);
    const last = await at.records.last(room);
    at.records.rollBack(room, (last?.sequence ?? 0) - 2);
    const after = at.service("you", async () => ({ epoch: "e", offset: 2 }));
    const epoch = expect.not.stringMatching(/^e$/);
    expect(await after.send("lost")).toMatchObject({ kind: "committed", epoch, offset: 5, duplicate: false });
    expect(await after.send("kept")).toMatchObject({ kind: "committed", epoch, offset: 1, duplicate: true });
    expect(await after.send("stored")).toMatchObject({ kind: "committed", epoch, offset: 2, duplicate: true });
    expect(await at.service("heir").send("lost")).toMatchObject({ kind: "committed", offset: 5, duplicate: true });
  });

  test("[R8] a room in a new epoch answers nobody before its snapshot is saved", async () => {
    const at = world();
    const before = at.service();
    for (const id of ["kept", "lost"]) await before.send(id);
    await before.rooms.drain(5_000);
    const last = await at.records.last(room);
    at.records.rollBack(room, (last?.sequence ?? 0) - 1);
    const save = vi.spyOn(at.snapshots, "save").mockRejectedValue(new LogUnavailable("away"));
    const after = at.service("you");
    expect(await after.send("lost")).toEqual({ v: 1, kind: "refused", refusal: ErrorCode.roomUnavailable });
    save.mockRestore();
    const reply = await after.send("lost");
    expect(reply).toMatchObject({ kind: "committed", duplicate: false });
    expect(await at.snapshots.load(room)).toMatchObject({ epoch: reply.kind === "committed" && reply.epoch });
  });

  test("[R8] a room in a new epoch saves nothing again while nothing more happens", async () => {
    const at = world();
    const before = at.service();
    for (const id of ["kept", "lost"]) await before.send(id);
    await before.rooms.drain(5_000);
    const last = await at.records.last(room);
    at.records.rollBack(room, (last?.sequence ?? 0) - 1);
    const save = vi.spyOn(at.snapshots, "save");
    const after = at.service("you");
    // A repeat appends nothing.
    expect(await after.send("kept")).toMatchObject({ kind: "committed", offset: 1, duplicate: true });
    await after.rooms.drain(5_000);
    expect(save).toHaveBeenCalledTimes(1);
  });

  test.each(["is refused", "is not answered"])(
    "[R8] ids that were lost stay lost when the new epoch's claim is purged and its snapshot %s",
    async (how) => {
      const at = world();
      let stored: Position | undefined;
      const storeHead = async () => stored;
      const before = at.service("a", storeHead);
      for (const id of ["1", "2", "3"]) await before.send(id);
      stored = { epoch: "e", offset: 3 };
      const kept = (await at.records.last(room))?.sequence ?? 0;
      await before.send("lost");
      await before.rooms.drain(1_000);
      at.records.rollBack(room, kept);
      const save = vi
        .spyOn(at.snapshots, "save")
        .mockImplementation(() => (how === "is refused" ? Promise.reject(new OutcomeUnknown("away")) : new Promise(() => {})));
      void at.service("b", storeHead).send("lost");
      await eventually(async () => expect((await at.registry.load(room))?.epoch).not.toBe("e"));
      // Its claim is stored and purged, with all that was before it.
      const { epoch, head } = decodeBatch((await at.records.last(room))?.body ?? new Uint8Array());
      stored = { epoch, offset: head };
      at.records.forget(room, Number.MAX_SAFE_INTEGER);
      save.mockRestore();
      const heir = at.service("c", storeHead);
      expect(await heir.send("lost")).toMatchObject({ kind: "committed", duplicate: false });
      expect(await heir.send("3")).toMatchObject({ kind: "committed", offset: 3, duplicate: true });
    },
  );

  test("[R8] a room that lost some of its log is claimed once the store says what it has of that", async () => {
    const at = world();
    await at.registry.markComplete();
    const before = at.service();
    for (const id of ["kept", "lost"]) await before.send(id);
    await before.rooms.drain(5_000);
    const last = await at.records.last(room);
    at.records.rollBack(room, (last?.sequence ?? 0) - 1);
    const silent = at.service("you", () => Promise.reject(new Error("silence")));
    expect(await silent.send("lost")).toEqual({ v: 1, kind: "refused", refusal: ErrorCode.roomUnavailable });
  });

  test("[R7] a room with a record that nobody can read serves on, and knows what it can read", async () => {
    const at = world();
    const before = at.service();
    await before.send("1");
    await before.send("2");
    const last = await at.records.last(room);
    await at.records.append(room, { generation: 1, batchId: "poison", body: Buffer.from("poison") }, last?.sequence ?? 0);
    const after = at.service("you");
    const behind = 2 + limits.batchEvents + 1;
    expect(await after.send("3")).toMatchObject({ kind: "committed", offset: behind + 1, duplicate: false });
    expect(await after.send("2")).toMatchObject({ kind: "committed", offset: 2, duplicate: true });
    expect(await before.send("4")).toEqual({ v: 1, kind: "moved" });
    expect(await at.service("one more").send("3")).toMatchObject({ offset: behind + 1, duplicate: true });
  });

  test("[R6] refuses at once what would pile up behind a log that does not answer", async () => {
    const at = world();
    const { send } = at.service();
    await send("first");
    // The first snapshot is taken at once: it must not wait behind what follows.
    await eventually(async () => expect((await at.snapshots.load(room))?.head).toBe(1));
    at.records.held = [];
    const replies: RoomReply[] = [];
    for (let i = 0; i < limits.uncommittedEvents + 50; i++) {
      void send(`m${i}`).then((reply) => replies.push(reply));
      if (i % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => expect(replies).toHaveLength(50));
    for (const reply of replies) expect(reply).toMatchObject({ kind: "refused", refusal: { code: 1001, temporary: true } });
  });

  test("[L7] tells how far it is as long as it is awake, and is not asked any more when it sleeps", async () => {
    const { send, rooms, live } = world().service();
    await send("1");
    await send("2");
    expect([...live].map(([id, { position }]) => [id, position.offset])).toEqual([[room, 2]]);
    await rooms.drain(5_000);
    expect(live.size).toBe(0);
  });

  test("[R5] leaves a snapshot of its last event, though one of an earlier event is on its way", async () => {
    const at = world();
    const hold = Promise.withResolvers<void>();
    const save = at.snapshots.save.bind(at.snapshots);
    const saved: number[] = [];
    at.snapshots.save = async (id, snapshot, revision) => {
      saved.push(snapshot.head);
      await hold.promise;
      return save(id, snapshot, revision);
    };
    const { send, rooms } = at.service();
    await send("1");
    await eventually(() => expect(saved).toEqual([1]));
    await send("2");
    const drained = rooms.drain(5_000);
    // By now it is leaving, and whatever it would do before it waits is done.
    await new Promise(setImmediate);
    hold.resolve();
    await drained;
    expect((await at.snapshots.load(room))?.head).toBe(2);
  });

  test("does nothing while its first snapshot is on its way to a store that does not answer", async () => {
    const at = world();
    at.snapshots.save = () => new Promise(() => {});
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    try {
      const { send, rooms } = at.service();
      await send("1");
      await vi.advanceTimersByTimeAsync(1);
      await settled();
      await send("2");
      const { handled } = rooms.stats();
      for (let ms = 0; ms < 20; ms++) {
        await vi.advanceTimersByTimeAsync(1);
        await settled();
      }
      expect(rooms.stats().handled).toBe(handled);
    } finally {
      vi.useRealTimers();
    }
  });
});
