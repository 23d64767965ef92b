import { ErrorCode, limits, type Role, RoomId, type Speaker, type UserId } from "@madang/contracts";
import { eventAt, type LineParts, lineAt } from "@madang/devkit";
import { RoomState } from "@madang/room-state";
import { describe, expect, test } from "vitest";
import { rangeOf, readHistory } from "./history.ts";
import { RoomView } from "./room-view.ts";

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
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

describe("a page for its reader", () => {
  const room = RoomId.parse("live:readers");
  /** A room of so many lines, of which those are for all that `open` says; nobody watches it here. */
  function gatewayOf(head: number, parts: (offset: number) => LineParts, card?: object) {
    const pages: [number, number][] = [];
    const page = async ({ from, to, reverse }: { from: number; to: number; reverse: boolean }) => {
      pages.push([from, to]);
      // Pages of so many at the most.
      const [first, last] = reverse ? [Math.max(from, to - 699), to] : [from, Math.min(to, from + 699)];
      return Array.from({ length: last - first + 1 }, (_, i) => lineAt(first + i, parts(first + i)));
    };
    const gateway = {
      hub: { get: () => undefined },
      log: { position: async () => ({ offset: head, epoch: "e" }) },
      past: { page },
      cards: { read: async () => card && Buffer.from(JSON.stringify(card)) },
      blocks: { hold: () => ({ users: new Set(["park"]), loaded: Promise.resolve(), release: () => {} }) },
      now: () => 1_000,
    };
    const read = async (request: object, reader?: Speaker) => {
      const { lines } = await readHistory(gateway as never, room, { limit: -1, ...request }, reader);
      return lines.map(({ offset }) => offset);
    };
    return { read, pages, gateway };
  }
  const speaker = (user: string, role: Role = "viewer") => ({ user: user as UserId, role });

  test("[V2] [V9] leaves out what is not for them, and whom they block; the site's own server reads all", async () => {
    const lanes: LineParts[] = [
      { author: "lee" },
      { author: "lee", lane: "shadow" },
      { author: "kim", lane: "skipped" },
      { author: "park" },
      { lane: "moderators" },
    ];
    const { read } = gatewayOf(5, (offset) => lanes[offset - 1] ?? {});
    expect(await read({}, speaker("kim"))).toEqual([1, 3]);
    expect(await read({ reverse: true }, speaker("lee"))).toEqual([2, 1]);
    expect(await read({}, speaker("mod", "moderator"))).toEqual([1, 2, 3, 5]);
    expect(await read({})).toEqual([1, 2, 3, 4, 5]);
  });

  test("[V10] in a flood finds as many as were asked for in a thousand lines, in either direction", async () => {
    const { read, pages } = gatewayOf(5_000, (offset) => ({ lane: offset % 100 === 0 ? "all" : "skipped" }));
    expect(await read({ limit: 5 }, speaker("kim"))).toEqual([100, 200, 300, 400, 500]);
    expect(await read({ limit: 5, reverse: true }, speaker("kim"))).toEqual([5_000, 4_900, 4_800, 4_700, 4_600]);
    expect(await read({ limit: 50, since: { offset: 500 } }, speaker("kim"))).toEqual(upTo(6, 15).map((n) => n * 100));
    expect(pages[0]).toEqual([1, 5]);
  });

  test("[H2] [V10] has at least one line if there is any for its reader, however far it lies", async () => {
    const { read } = gatewayOf(9_000, (offset) => ({ lane: offset === 8_765 ? "all" : "shadow", author: "lee" }));
    expect(await read({ limit: 1 }, speaker("kim"))).toEqual([8_765]);
    expect(await read({ since: { offset: 8_765 } }, speaker("kim"))).toEqual([]);
    expect(await read({ reverse: true, since: { offset: 8_765 } }, speaker("kim"))).toEqual([]);
  });

  test("[V6] reads as it does now, by the room's card where nobody watches it here", async () => {
    const state = new RoomState();
    for (const { line } of [lineAt(3, { type: "deleted", data: { offset: 2, user: "lee" } })])
      state.apply(JSON.parse(Buffer.from(line).toString()));
    const { gateway } = gatewayOf(3, () => ({ author: "lee" }), state.toStored());
    const { lines } = await readHistory(gateway as never, room, { limit: 2 }, speaker("kim"));
    expect(lines.map(({ line }) => Buffer.from(line).includes('"deleted":"true"'))).toEqual([false, true]);
  });

  test("[V5] is not for who is banned", async () => {
    const card = { ...new RoomState().toStored(), offset: 3, sanctions: [["kim", "banned", 2_000]] };
    const { read } = gatewayOf(3, () => ({}), card);
    await expect(read({}, speaker("kim"))).rejects.toMatchObject({ reply: ErrorCode.banned });
    expect(await read({}, speaker("lee"))).toHaveLength(3);
  });
});
