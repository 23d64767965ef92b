import { type Line, limits, type Role, RoomId } from "@madang/contracts";
import { eventAt, eventually, lineAt, seeded } from "@madang/devkit";
import { Rate } from "@madang/runtime";
import { describe, expect, test, vi } from "vitest";
import { FanOut, type FanOutOptions } from "./fan-out.ts";
import { payloadOf } from "./frame.ts";
import { RoomView } from "./room-view.ts";
import { SocketTable } from "./socket-table.ts";
import { recipient, viewer } from "./test-viewer.ts";
import type { Viewer } from "./viewer.ts";

const room = RoomId.parse("live:fan-out");
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const lines = (from: number, to: number): Line[] => upTo(from, to).map((offset) => eventAt(offset));

/** `heat`: lines times viewers per second of the gateway. */
function setUp({ heat = 0, windowMs = 30, times }: { heat?: number; windowMs?: number; times?: FanOutOptions["times"] } = {}) {
  const load = new Rate(limits.rateOverMs);
  load.add((heat * limits.rateOverMs) / 1_000, performance.now());
  const shown: number[] = [];
  const view = new RoomView();
  const onShown = (some: readonly Line[]) => void shown.push(...some.map(({ offset }) => offset));
  const sockets = new SocketTable();
  const fanOut = new FanOut({ room, load, windowMs, view, isBlocked: () => false, onShown, sockets, times });
  return { fanOut, shown, view };
}

/** Enough lines at once to make any room lively. */
const lively = Math.ceil((limits.windowLinesPerS.full * limits.rateOverMs) / 1_000);

describe("the fan-out of a room", () => {
  test("says how long a frame took, and ends the spans of what is in it, once its last viewer has it", async () => {
    const took: number[] = [];
    const { fanOut } = setUp({ times: { fanOut: (ms) => void took.push(ms) } });
    const crowd = Array.from({ length: limits.fanOutSlice + 1 }, () => viewer());
    for (const one of crowd) fanOut.join(one);
    const ended: number[] = [];
    const trace = {
      set: (_: string, viewers: unknown) => void ended.push(Number(viewers)),
      end: () => void ended.push(crowd.at(-1)?.frames.length ?? 0),
    };
    fanOut.add(lines(1, 1), trace);
    expect([took, ended]).toEqual([[], []]);
    await eventually(() => expect(ended).toEqual([crowd.length, 1]));
    expect(took).toEqual([expect.any(Number)]);
    // Nobody waits for a signal that comes alone.
    fanOut.tell('{"data":{},"offset":0}');
    await eventually(() => expect(crowd.at(-1)?.frames).toHaveLength(2));
    expect(took).toHaveLength(1);
  });

  test("ends the spans of what nobody watches", () => {
    const { fanOut } = setUp();
    const ended: unknown[] = [];
    fanOut.add(lines(1, 1), { set: (_, viewers) => void ended.push(viewers), end: () => void ended.push("end") });
    expect(ended).toEqual([0, "end"]);
  });

  test("[S4] gives lines out at once while the gateway is quiet", () => {
    const { fanOut, shown } = setUp();
    const kim = viewer();
    fanOut.join(kim);
    fanOut.add(lines(1, 2));
    fanOut.add(lines(3, 3));
    expect(kim.frames).toEqual([[1, 2], [3]]);
    expect(shown).toEqual([1, 2, 3]);
  });

  test("[S4] lets the lines of a lively room wait for each other while the gateway is hot, and gives them out in one frame", async () => {
    const { fanOut, shown } = setUp({ heat: 100_000 });
    const kim = viewer();
    fanOut.join(kim);
    fanOut.add(lines(1, lively));
    fanOut.add(lines(lively + 1, lively + 3));
    expect([kim.frames, shown, fanOut.waiting.length]).toEqual([[], [], lively + 3]);
    await eventually(() => expect(kim.frames).toEqual([upTo(1, lively + 3)]));
    expect(fanOut.waiting).toEqual([]);
  });

  test("[V3] what was sampled out is told with the next line that was not, or within a moment", async () => {
    const { fanOut } = setUp();
    const kim = viewer();
    fanOut.join(kim);
    const skipped = (offset: number) => lineAt(offset, { lane: "skipped", author: "lee" });
    for (const offset of [1, 2, 3]) fanOut.add([skipped(offset)]);
    expect(kim.frames).toEqual([]);
    fanOut.add([lineAt(4)]);
    expect(kim.frames).toEqual([[4, 4]]);
    fanOut.add([skipped(5)]);
    fanOut.add([skipped(6)]);
    await eventually(() => expect(kim.frames).toEqual([[4, 4], [6]]), { withinMs: limits.skipsWaitMs + 500 });
    // And then lines do not wait.
    fanOut.add([lineAt(7)]);
    expect(kim.frames.at(-1)).toEqual([7]);
  });

  test("[S4] lines wait longer while most of the flood is left out, and no longer once it is over", () => {
    vi.useFakeTimers();
    try {
      const { fanOut } = setUp({ heat: 1_000_000, windowMs: 30 });
      const kim = viewer();
      fanOut.join(kim);
      let offset = 0;
      const next = () => lineAt(++offset);
      fanOut.add(Array.from({ length: lively }, next));
      vi.advanceTimersByTime(29);
      expect(kim.frames).toHaveLength(0);
      vi.advanceTimersByTime(1);
      expect(kim.frames).toHaveLength(1);
      const skipped = () => lineAt(++offset, { lane: "skipped", author: "lee" });
      fanOut.add([...Array.from({ length: 2 * lively }, skipped), next()]);
      vi.advanceTimersByTime(30 * limits.sampledWindows - 1);
      expect(kim.frames).toHaveLength(1);
      vi.advanceTimersByTime(1);
      expect(kim.frames).toHaveLength(2);
      fanOut.add(Array.from({ length: 2 * lively }, next));
      vi.advanceTimersByTime(30);
      expect(kim.frames).toHaveLength(3);
    } finally {
      vi.useRealTimers();
    }
  });

  test("waits for nobody where the window is off", () => {
    const { fanOut } = setUp({ heat: 100_000, windowMs: 0 });
    const kim = viewer();
    fanOut.join(kim);
    fanOut.add(lines(1, lively));
    fanOut.add(lines(lively + 1, lively + 1));
    expect(kim.frames).toHaveLength(2);
  });

  test("[S4] sends in slices: others have their turn between, and what comes meanwhile is in the frames of those still to come", async () => {
    const { fanOut } = setUp();
    const many = Array.from({ length: limits.fanOutSlice * 3 + 1 }, () => viewer());
    for (const one of many) fanOut.join(one);
    const served = () => many.filter(({ frames }) => frames.length > 0);
    fanOut.add(lines(1, 1));
    const first = served();
    expect(first).toHaveLength(limits.fanOutSlice);
    fanOut.add(lines(2, 2));
    fanOut.add(lines(3, 3));
    await new Promise(setImmediate);
    expect(served()).toHaveLength(2 * limits.fanOutSlice);
    await eventually(() => expect(many.every(({ frames }) => frames.flat().length === 3)).toBe(true));
    for (const one of many) expect(one.frames).toEqual(first.includes(one) ? [[1], [2, 3]] : [[1, 2, 3]]);
  });

  test("begins each frame with somebody else", async () => {
    const { fanOut } = setUp();
    const order: number[] = [];
    const crowd = limits.fanOutSlice * 2;
    for (let n = 0; n < crowd; n++) fanOut.join(viewer(() => order.push(n)));
    fanOut.add(lines(1, 1));
    await eventually(() => expect(order).toHaveLength(crowd));
    fanOut.add(lines(2, 2));
    expect(order[crowd]).toBe(((order[0] ?? 0) + limits.fanOutSlice) % crowd);
  });

  test("[S4] [S5] who joins while lines go round gets those after them, and who leaves gets none any more", async () => {
    const { fanOut, shown } = setUp();
    const many = Array.from({ length: limits.fanOutSlice + 2 }, () => viewer());
    for (const one of many) fanOut.join(one);
    fanOut.add(lines(1, 1));
    const [gone, waits] = many.filter(({ frames }) => frames.length === 0);
    const late = viewer();
    fanOut.leave(gone as Viewer);
    fanOut.join(late);
    expect(shown).toEqual([1]);
    fanOut.add(lines(2, 2));
    expect(shown).toEqual([1, 2]);
    await eventually(() => expect(late.frames).toEqual([[2]]));
    expect(gone?.frames).toEqual([]);
    expect(waits?.frames.flat()).toEqual([1, 2]);
  });

  test("[S10] finishes in one turn when it must, frames on their way included", () => {
    const { fanOut } = setUp();
    const many = Array.from({ length: limits.fanOutSlice * 2 }, () => viewer());
    for (const one of many) fanOut.join(one);
    fanOut.add(lines(1, 1));
    fanOut.add(lines(2, 2));
    fanOut.finish();
    for (const { frames } of many) expect(frames.flat()).toEqual([1, 2]);
  });

  test("a window that opens while a frame is on its way is not cut short by its end", async () => {
    const { fanOut } = setUp({ heat: 100_000, windowMs: 60_000 });
    for (let n = 0; n <= limits.fanOutSlice; n++) fanOut.join(viewer());
    fanOut.add(lines(1, 1));
    fanOut.add(lines(2, 1 + lively));
    for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
    expect(fanOut.waiting.length).toBe(lively);
    fanOut.close();
  });

  test("whoever waits behind all that may be on its way goes on when all ends", async () => {
    const { fanOut } = setUp();
    for (let n = 0; n <= limits.fanOutSlice; n++) fanOut.join({ ...viewer(), broadcast: () => {} });
    fanOut.add([eventAt(1, Buffer.alloc(limits.fanOutBytes, "1"))]);
    fanOut.add(lines(2, 2));
    expect(fanOut.waiting).toHaveLength(1);
    const flushed = fanOut.flush();
    fanOut.close();
    await flushed;
  });

  test("a mebibyte waits no longer, and is all that may wait behind another that is on its way", async () => {
    const { fanOut, shown } = setUp({ heat: 100_000, windowMs: 60_000 });
    const deaf = { ...viewer(), broadcast: () => {} };
    for (let n = 0; n <= limits.fanOutSlice; n++) fanOut.join({ ...deaf });
    const wide = (offset: number): Line => eventAt(offset, Buffer.alloc(limits.fanOutBytes / 4, "1"));
    fanOut.add(lines(1, lively));
    expect(shown).toEqual([]);
    for (let n = 1; n <= 4; n++) fanOut.add([wide(lively + n)]);
    expect(shown).toEqual(upTo(1, lively + 4));
    expect(fanOut.full).toBe(false);
    for (let n = 5; n <= 8; n++) fanOut.add([wide(lively + n)]);
    expect(fanOut.full).toBe(true);
    await fanOut.flush();
    expect(fanOut.full).toBe(false);
    fanOut.close();
  });

  /** What a viewer got, by frame: offsets of lines, and types of what is none. */
  function reader(user: string, role: Role = "viewer") {
    const frames: (number | string)[][] = [];
    const one: Viewer = {
      ...viewer(),
      ...recipient(user, { role }),
      broadcast: (frame) => {
        const pubs = payloadOf(frame)
          .toString()
          .split("\n")
          .map((line) => JSON.parse(line).push.pub);
        frames.push(pubs.map(({ offset, tags }) => (tags.type === "posted" ? offset : tags.type)));
      },
    };
    return Object.assign(one, { frames });
  }
  const counters = (n: number) => `{"data":{"viewers":${n}},"tags":{"type":"counters"}}`;

  test("[V2] [V3] gives each viewer their own lines in order, and declares what was sampled out", () => {
    const { fanOut } = setUp();
    const [kim, lee, mod] = [reader("kim"), reader("lee"), reader("mod", "moderator")];
    for (const one of [kim, lee, mod]) fanOut.join(one);
    const skipped = (offset: number, author: string) => lineAt(offset, { lane: "skipped", author });
    fanOut.add([lineAt(1), skipped(2, "lee"), lineAt(3), skipped(4, "choi")]);
    fanOut.add([lineAt(5, { lane: "moderators" })]);
    expect(kim.frames).toEqual([[1, 3, "skip"]]);
    expect(lee.frames).toEqual([[1, 2, 3, "skip"]]);
    expect(mod.frames).toEqual([[1, 2, 3, 4], [5]]);
  });

  test("[V3] received and declared are all there was, for every viewer, in any flood (seeds 1 to 20)", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seeded(seed);
      const { fanOut } = setUp({ heat: random.chance(0.5) ? 100_000 : 0, windowMs: 1 });
      const users = Array.from({ length: 12 }, (_, n) => `u${n}`);
      const got = new Map(users.map((user) => [user, { count: 0, own: 0, last: 0, rises: true }]));
      const total = new Map(users.map((user) => [user, 0]));
      for (const user of users) {
        const seen = got.get(user) as { count: number; own: number; last: number; rises: boolean };
        const broadcast: Viewer["broadcast"] = (frame) => {
          for (const line of payloadOf(frame).toString().split("\n")) {
            const { data, info, offset, tags } = JSON.parse(line).push.pub;
            if (offset < seen.last) seen.rises = false;
            seen.last = offset;
            seen.count += tags.type === "skip" ? data.count : 1;
            if (info?.user === user && tags.type === "posted") seen.own++;
          }
        };
        fanOut.join({ ...viewer(), ...recipient(user), broadcast });
      }
      for (let offset = 1; offset <= 300; ) {
        const some: Line[] = [];
        for (let n = random.int(9); n >= 0; n--, offset++) {
          const author = random.pick(users);
          total.set(author, (total.get(author) ?? 0) + 1);
          some.push(lineAt(offset, { author, lane: random.chance(0.8) ? "skipped" : "all" }));
        }
        fanOut.add(some);
        if (random.chance(0.2)) await new Promise(setImmediate);
        if (offset > 300) await eventually(() => expect(fanOut.waiting).toEqual([]));
        if (offset > 300)
          for (const [user, seen] of got)
            expect(seen, `seed ${seed}, ${user}`).toMatchObject({ count: offset - 1, own: total.get(user), rises: true });
      }
    }
  });

  test("[V6] what is taken away while it waits is gone before anybody has seen it", async () => {
    const { fanOut, view, shown } = setUp({ heat: 100_000 });
    const texts: string[] = [];
    fanOut.join({ ...viewer(), broadcast: (frame) => void texts.push(payloadOf(frame).toString()) });
    fanOut.add(Array.from({ length: lively }, (_, n) => lineAt(n + 1, { author: "lee", data: { text: "rude" } })));
    view.apply([lineAt(lively + 1, { type: "purged", data: { user: "lee", upTo: lively } })]);
    await eventually(() => expect(texts).toHaveLength(1));
    expect(texts[0]).not.toContain("rude");
    expect(texts[0]?.split('"deleted":"true"')).toHaveLength(lively + 1);
    expect(shown).toHaveLength(lively);
  });

  test("[V7] counters ride with the lines that are due, go alone where none are, and the newest counts", async () => {
    const quiet = setUp();
    const kim = reader("kim");
    quiet.fanOut.join(kim);
    quiet.fanOut.tell(counters(1));
    quiet.fanOut.add(lines(1, 1).map(({ offset }) => lineAt(offset)));
    expect(kim.frames).toEqual([["counters"], [1]]);
    const hot = setUp({ heat: 100_000 });
    const texts: string[] = [];
    hot.fanOut.join({ ...viewer(), broadcast: (frame) => void texts.push(payloadOf(frame).toString()) });
    hot.fanOut.add(upTo(1, lively).map((offset) => lineAt(offset)));
    hot.fanOut.tell(counters(2));
    hot.fanOut.tell(counters(3));
    hot.fanOut.add([lineAt(lively + 1)]);
    await eventually(() => expect(texts).toHaveLength(1));
    expect(texts[0]).not.toContain('"viewers":2');
    expect(texts[0]?.split("\n").at(-1)).toContain('"viewers":3');
    // Counters alone wait for lines as long as lines would wait for others.
    hot.fanOut.tell(counters(4));
    expect(texts).toHaveLength(1);
    hot.fanOut.add([lineAt(lively + 2)]);
    await eventually(() => expect(texts).toHaveLength(2));
    expect(texts[1]?.split("\n")).toHaveLength(2);
  });

  test("[V7] counters that come while a frame is on its way are in it for those still to come, and the others get them alone", async () => {
    const { fanOut } = setUp();
    const crowd = Array.from({ length: limits.fanOutSlice * 2 }, (_, n) => reader(`u${n}`));
    for (const one of crowd) fanOut.join(one);
    fanOut.add([lineAt(1)]);
    const first = crowd.filter(({ frames }) => frames.length > 0);
    fanOut.tell(counters(1));
    fanOut.tell(counters(2));
    await eventually(() => expect(crowd.every(({ frames }) => frames.flat().includes("counters"))).toBe(true));
    for (const one of crowd) expect(one.frames).toEqual(first.includes(one) ? [[1], ["counters"]] : [[1, "counters"]]);
  });
});
