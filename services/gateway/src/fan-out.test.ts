import { type Line, limits, RoomId } from "@madang/contracts";
import { eventAt, eventually } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { FanOut, type Viewer } from "./fan-out.ts";
import { payloadOf } from "./frame.ts";
import { Rate } from "./window.ts";

const room = RoomId.parse("live:fan-out");
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const lines = (from: number, to: number): Line[] => upTo(from, to).map((offset) => eventAt(offset));

/** `heat`: lines times viewers per second of the gateway. */
function setUp({ heat = 0, windowMs = 30 } = {}) {
  const load = new Rate();
  load.add((heat * limits.rateOverMs) / 1_000, performance.now());
  const shown: number[] = [];
  const fanOut = new FanOut({ room, load, windowMs, onShown: (some) => shown.push(...some.map(({ offset }) => offset)) });
  return { fanOut, shown };
}

function viewer(onFrame: () => void = () => {}) {
  const frames: number[][] = [];
  const one: Viewer & { left: boolean } = {
    info: {} as never,
    wantsJoinLeave: false,
    left: false,
    broadcast: (frame) => {
      const pushes = payloadOf(frame).toString().split("\n");
      frames.push(pushes.map((line) => JSON.parse(line).push.pub.offset));
      onFrame();
    },
    push: () => {},
    end: () => {},
  };
  return Object.assign(one, { frames });
}

/** Enough lines at once to make any room lively. */
const lively = Math.ceil((limits.windowLinesPerS.full * limits.rateOverMs) / 1_000);

describe("the fan-out of a room", () => {
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

  test("waits for nobody where the window is off", () => {
    const { fanOut } = setUp({ heat: 100_000, windowMs: 0 });
    const kim = viewer();
    fanOut.join(kim);
    fanOut.add(lines(1, lively));
    fanOut.add(lines(lively + 1, lively + 1));
    expect(kim.frames).toHaveLength(2);
  });

  test("[S4] sends in slices: others have their turn between, and what comes meanwhile is one frame for all", async () => {
    const { fanOut } = setUp();
    const many = Array.from({ length: limits.fanOutSlice * 3 + 1 }, () => viewer());
    for (const one of many) fanOut.join(one);
    const served = () => many.filter(({ frames }) => frames.length > 0).length;
    fanOut.add(lines(1, 1));
    expect(served()).toBe(limits.fanOutSlice);
    fanOut.add(lines(2, 2));
    fanOut.add(lines(3, 3));
    await new Promise(setImmediate);
    expect(served()).toBeGreaterThan(limits.fanOutSlice);
    await eventually(() => expect(many.every(({ frames }) => frames.length === 2)).toBe(true));
    for (const { frames } of many) expect(frames).toEqual([[1], [2, 3]]);
  });

  test("begins each frame with somebody else", async () => {
    const { fanOut } = setUp();
    const order: number[] = [];
    for (let n = 0; n < limits.fanOutSlice * 2; n++) fanOut.join(viewer(() => order.push(n)));
    fanOut.add(lines(1, 1));
    await fanOut.flush();
    await eventually(() => expect(order).toHaveLength(limits.fanOutSlice * 2));
    fanOut.add(lines(2, 2));
    expect(order[limits.fanOutSlice * 2]).toBe(limits.fanOutSlice);
  });

  test("[S4] [S5] whoever joins or leaves between two slices gets what is given out after, and nothing of what is on its way", async () => {
    const { fanOut, shown } = setUp();
    const many = Array.from({ length: limits.fanOutSlice + 2 }, () => viewer());
    for (const one of many) fanOut.join(one);
    fanOut.add(lines(1, 1));
    const [gone, late] = [many.at(-1) as ReturnType<typeof viewer>, viewer()];
    gone.left = true;
    fanOut.leave(gone);
    fanOut.join(late);
    expect(shown).toEqual([1]);
    fanOut.add(lines(2, 2));
    expect(shown).toEqual([1]);
    await eventually(() => expect(late.frames).toEqual([[2]]));
    expect(gone.frames).toEqual([]);
    expect(many[0]?.frames).toEqual([[1], [2]]);
  });

  test("[S10] finishes in one turn when it must, frames on their way included", () => {
    const { fanOut } = setUp();
    const many = Array.from({ length: limits.fanOutSlice * 2 }, () => viewer());
    for (const one of many) fanOut.join(one);
    fanOut.add(lines(1, 1));
    fanOut.add(lines(2, 2));
    fanOut.finish();
    for (const { frames } of many) expect(frames).toEqual([[1], [2]]);
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

  test("whoever waits for what a frame on its way holds back goes on when all ends", async () => {
    const { fanOut } = setUp();
    for (let n = 0; n <= limits.fanOutSlice; n++) fanOut.join(viewer());
    fanOut.add(lines(1, 1));
    fanOut.add(lines(2, 2));
    const flushed = fanOut.flush();
    fanOut.close();
    await flushed;
  });

  test("a mebibyte waits no longer, and is full behind a frame that is on its way", async () => {
    const { fanOut, shown } = setUp({ heat: 100_000, windowMs: 60_000 });
    const deaf = { ...viewer(), broadcast: () => {} };
    for (let n = 0; n <= limits.fanOutSlice; n++) fanOut.join({ ...deaf });
    const wide = (offset: number): Line => ({ offset, line: Buffer.alloc(limits.fanOutBytes / 4, "1") });
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
});
