import { type Line, limits, type Position } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import type { Feed } from "./feed.ts";
import { recover } from "./recovery.ts";

const lineOf = (offset: number, bytes = 10): Line => ({ offset, line: Buffer.alloc(bytes, "x") });
const upTo = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** A feed at `head` whose ring begins at `oldest`; everything before is in the past, in pages of 100. */
function world({ head, oldest = head + 1, bytes = 10 }: { head: number; oldest?: number; bytes?: number }) {
  const state = { position: { offset: head, epoch: "e" } as Position, behind: 0, pages: 0 };
  const feed = {
    room: "live:a",
    get position() {
      return state.position;
    },
    get oldest() {
      return oldest > state.position.offset ? undefined : oldest;
    },
    recent: (from: number, to: number) =>
      from > to ? [] : from < oldest ? undefined : upTo(from, to).map((offset) => lineOf(offset, bytes)),
    recheck: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      state.position = { ...state.position, offset: state.position.offset + state.behind };
      state.behind = 0;
    },
  } as unknown as Feed;
  const past = {
    page: async ({ from, to }: { from: number; to: number }) => {
      state.pages++;
      return upTo(from, Math.min(to, from + 99)).map((offset) => lineOf(offset, bytes));
    },
  };
  return { state, recover: (offset: number, epoch = "e") => recover({ feed, past, from: { offset, epoch } }) };
}
const offsets = (lines: readonly Line[] | undefined) => lines?.map(({ offset }) => offset);

describe("recovery", () => {
  test("[S5] brings exactly what was missed, from the ring, from the past, or from both", async () => {
    expect(offsets(await world({ head: 50, oldest: 1 }).recover(45))).toEqual(upTo(46, 50));
    expect(offsets(await world({ head: 50 }).recover(45))).toEqual(upTo(46, 50));
    expect(offsets(await world({ head: 500, oldest: 400 }).recover(120))).toEqual(upTo(121, 500));
    expect(offsets(await world({ head: 50, oldest: 1 }).recover(50))).toEqual([]);
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
  });

  test("[S6] knows only its own epoch, and the beginning of all", async () => {
    expect(await world({ head: 3, oldest: 1 }).recover(1, "another")).toBeUndefined();
    expect(offsets(await world({ head: 3, oldest: 1 }).recover(0, ""))).toEqual([1, 2, 3]);
    expect(await world({ head: 3, oldest: 1 }).recover(1, "")).toBeUndefined();
  });
});
