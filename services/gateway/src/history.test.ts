import { limits, RoomId } from "@madang/contracts";
import { eventAt } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { rangeOf, readHistory } from "./history.ts";
import { RoomView } from "./room-view.ts";

const range = (asked: Partial<Parameters<typeof rangeOf>[0]>) => {
  const found = rangeOf({ head: 10, since: undefined, reverse: false, limit: 3, ...asked });
  return found && [found.from, found.to];
};

describe("[H1] the range of a page", () => {
  test("forwards from the beginning, or after a place", () => {
    expect(range({})).toEqual([1, 3]);
    expect(range({ since: 0 })).toEqual([1, 3]);
    expect(range({ since: 8 })).toEqual([9, 10]);
    expect(range({ since: 10 })).toBeUndefined();
    expect(range({ since: 99 })).toBeUndefined();
  });

  test("backwards from the end, or before a place", () => {
    expect(range({ reverse: true })).toEqual([8, 10]);
    expect(range({ reverse: true, since: 8 })).toEqual([5, 7]);
    expect(range({ reverse: true, since: 2 })).toEqual([1, 1]);
    expect(range({ reverse: true, since: 1 })).toBeUndefined();
    expect(range({ reverse: true, since: 99 })).toEqual([8, 10]);
  });

  test("is empty in an empty room and without a limit", () => {
    expect(range({ head: 0 })).toBeUndefined();
    expect(range({ head: 0, reverse: true })).toBeUndefined();
    expect(range({ limit: 0 })).toBeUndefined();
  });
});

describe("a page of what the gateway has", () => {
  const room = RoomId.parse("live:page");
  const lineOf = (offset: number) => eventAt(offset, Buffer.alloc(8_000, "1"));
  const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const feed = {
    live: true,
    view: new RoomView(),
    position: { offset: 90, epoch: "e" },
    head: { offset: 100, epoch: "e" },
    recent: (from: number, to: number) => upTo(from, to).map(lineOf),
  };
  const page = async (request: { reverse?: boolean; since?: { offset: number } }) => {
    const gateway = { hub: { get: () => feed }, log: {}, past: {} };
    const { lines, result } = await readHistory(gateway as never, room, { limit: -1, ...request });
    return { offsets: lines.map(({ offset }) => offset), result };
  };
  const fits = Math.floor(limits.historyBytes / 8_000);

  test("[H3] has the newest, be they given out or not", async () => {
    const { offsets, result } = await page({ since: { offset: 88 } });
    expect(offsets).toEqual(upTo(89, 100));
    expect(result).toEqual({ offset: 100, epoch: "e" });
  });

  test("[H2] ends at 256 KiB, at whichever end it goes on", async () => {
    expect((await page({ since: { offset: 10 } })).offsets).toEqual(upTo(11, 10 + fits));
    expect((await page({ reverse: true })).offsets).toEqual(upTo(101 - fits, 100).toReversed());
  });
});
