/** Hearts, acknowledged by an owner that then dies. */
import { ErrorCode, limits } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { AppendUnanswered, LogFull, LogUnavailable } from "@madang/log";
import { afterEach, describe, expect, test, vi } from "vitest";
import { counted, everything, heartsAt, room, snapshotOf, world } from "./test-world.ts";

afterEach(() => void vi.useRealTimers());

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
