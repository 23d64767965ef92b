import { type Line, limits, type Position } from "@madang/contracts";
import { eventAt, type LineParts, lineAt } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import type { Feed } from "./feed.ts";
import { prepareRecovery, recovered } from "./recovery.ts";
import { RoomView } from "./room-view.ts";
import { recipient } from "./test-viewer.ts";

const lineOf = (offset: number, bytes = 10): Line => eventAt(offset, Buffer.alloc(bytes, "x"));
const upTo = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** A feed at `head` whose ring begins at `oldest`, until it recalls all before it. */
function world({ head, oldest = head + 1, bytes = 10 }: { head: number; oldest?: number; bytes?: number }) {
  const state = { position: { offset: head, epoch: "e" } as Position, behind: 0, waiting: 0, oldest, recalls: 0 };
  const feed = {
    view: new RoomView(),
    get position() {
      return { ...state.position, offset: state.position.offset - state.waiting };
    },
    get head() {
      return state.position;
    },
    recent: (from: number, to: number) =>
      from > to ? [] : from < state.oldest ? undefined : upTo(from, to).map((offset) => lineOf(offset, bytes)),
    recall: async () => {
      state.recalls++;
      state.oldest = 1;
    },
    recheck: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      state.position = { ...state.position, offset: state.position.offset + state.behind };
      state.behind = 0;
    },
    flush: async () => {
      state.waiting = 0;
    },
  } as unknown as Feed;
  const recover = async (offset: number, epoch = "e") => {
    await prepareRecovery(feed, { offset, epoch });
    return recovered(feed, { offset, epoch }, recipient())?.lines;
  };
  return { state, recover };
}
const offsets = (lines: readonly Line[] | undefined) => lines?.map(({ offset }) => offset);

describe("recovery", () => {
  test("[S5] brings exactly what was missed, from the ring, from the past, or from both", async () => {
    expect(offsets(await world({ head: 50, oldest: 1 }).recover(45))).toEqual(upTo(46, 50));
    expect(offsets(await world({ head: 50 }).recover(45))).toEqual(upTo(46, 50));
    expect(offsets(await world({ head: 500, oldest: 400 }).recover(120))).toEqual(upTo(121, 500));
    expect(offsets(await world({ head: 50, oldest: 1 }).recover(50))).toEqual([]);
  });

  test("[S5] asks the past only for what the ring does not have, and could be recovered", async () => {
    for (const [from, recalls] of [
      [450, 0],
      [120, 1],
    ] as const) {
      const { state, recover } = world({ head: 500, oldest: 400 });
      await recover(from);
      expect(state.recalls).toBe(recalls);
    }
    const { state, recover } = world({ head: 1_500, oldest: 1_400 });
    await recover(499);
    expect(state.recalls).toBe(0);
  });

  test("[S6] has its bound of 1,000 lines, to the line", async () => {
    expect(offsets(await world({ head: 1_500 }).recover(500))).toHaveLength(1_000);
    expect(await world({ head: 1_500 }).recover(499)).toBeUndefined();
  });

  test("[S6] has its bound of 256 KiB, wherever the lines are", async () => {
    const fits = limits.recoveryBytes / 1024;
    for (const oldest of [1, 150, 2_000]) {
      expect(offsets(await world({ head: 300, oldest, bytes: 1024 }).recover(300 - fits))).toHaveLength(fits);
      expect(await world({ head: 300, oldest, bytes: 1024 }).recover(300 - fits - 1)).toBeUndefined();
    }
  });

  test("[S5] [S6] a client that is ahead of its gateway is waited for, and one ahead of the room is not recovered", async () => {
    const lagging = world({ head: 3, oldest: 1 });
    lagging.state.behind = 2;
    expect(offsets(await lagging.recover(5))).toEqual([]);
    expect(await world({ head: 3, oldest: 1 }).recover(5)).toBeUndefined();
    const hot = world({ head: 5, oldest: 1 });
    hot.state.waiting = 2;
    expect(offsets(await hot.recover(5))).toEqual([]);
  });

  test("[S6] knows only its own epoch, and the beginning of all", async () => {
    expect(await world({ head: 3, oldest: 1 }).recover(1, "another")).toBeUndefined();
    expect(offsets(await world({ head: 3, oldest: 1 }).recover(0, ""))).toEqual([1, 2, 3]);
    expect(await world({ head: 3, oldest: 1 }).recover(1, "")).toBeUndefined();
  });

  test("[V2] [V3] [S6] brings what is for its reader, whose bytes alone count, and says what was sampled out", () => {
    const parts = (offset: number): LineParts => ({ author: "lee", lane: offset % 2 === 0 ? "skipped" : "all" });
    const line = (offset: number): Line => ({ ...lineAt(offset, parts(offset)), line: Buffer.alloc(30_000) });
    const feed = {
      view: new RoomView(),
      position: { offset: 16, epoch: "e" },
      recent: (from: number, to: number) => upTo(from, to).map(line),
    } as unknown as Feed;
    const from = { offset: 0, epoch: "e" };
    const part = recovered(feed, from, recipient());
    expect(offsets(part?.lines)).toEqual([1, 3, 5, 7, 9, 11, 13, 15]);
    expect(part?.skip).toEqual({ skip: { from: 2, to: 16, count: 8, reason: "sampled" }, offset: 16 });
    expect(recovered(feed, from, recipient("lee"))).toBeUndefined();
  });
});
