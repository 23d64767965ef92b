import { type Line, limits, RoomId } from "@madang/contracts";
import { eventAt, eventually, seeded } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { RoomView } from "./room-view.ts";
import { type Piece, Rotation, type RotationOptions } from "./rotation.ts";
import { type Row, SocketTable } from "./socket-table.ts";
import { viewer } from "./test-viewer.ts";
import type { Viewer } from "./viewer.ts";
import { ViewerFrames } from "./viewer-frames.ts";

const room = RoomId.parse("live:rotation");

function setUp({ onArrived = () => {}, sockets = new SocketTable() as RotationOptions["sockets"] } = {}) {
  const took: number[] = [];
  const view = new RoomView();
  const rotation = new Rotation({
    framesOf: (lines, signals) => new ViewerFrames({ room, lines, signals, view, isBlocked: () => false }),
    sockets,
    times: { fanOut: (ms) => void took.push(ms) },
    now: () => performance.now(),
    onArrived,
  });
  return { rotation, took };
}

const piece = (...offsets: number[]): Piece => {
  const lines: Line[] = offsets.map((offset) => eventAt(offset));
  return { lines, bytes: 10 * lines.length, signal: undefined, since: 0, traces: undefined };
};

describe("a hand that goes round the viewers", () => {
  test("gives who stays every piece once and in order, and who leaves a beginning of them, whoever comes and goes (seeds 1 to 200)", async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(seed);
      let offset = 0;
      // As a fan-out does with what had to wait.
      const onArrived = () => {
        if (random.chance(0.2) && rotation.size > 0) rotation.add(piece(++offset));
      };
      const { rotation, took } = setUp({ onArrived });
      // Small rooms, in which many leave while somebody is served, and large ones.
      const [crowd, slow] = seed % 2 === 0 ? [7, 0.2] : [4 * limits.fanOutSlice, 0.01];
      const all: { one: ReturnType<typeof viewer>; from: number; upTo: number | undefined }[] = [];
      const leave = (of: (typeof all)[number]) => {
        const upTo = offset;
        if (rotation.leave(of.one)) of.upTo = upTo;
      };
      const join = () => {
        const one = viewer(() => {
          // Who is found to be slow leaves in the middle of it, and so may somebody else.
          if (random.chance(slow)) leave(random.chance(0.5) ? mine : random.pick(all));
        });
        const mine: (typeof all)[number] = { one, from: offset + 1, upTo: undefined };
        all.push(mine);
        rotation.join(one);
      };
      for (let n = random.int(crowd); n >= 0; n--) join();
      for (let step = 0; step < 60; step++) {
        if (random.chance(0.5) && rotation.size > 0) rotation.add(piece(++offset));
        if (random.chance(0.3)) join();
        if (random.chance(0.3)) for (let n = random.int(40); n >= 0; n--) leave(random.pick(all));
        if (random.chance(0.03)) for (const one of all) leave(one);
        if (random.chance(0.05)) rotation.finish();
        if (random.chance(0.5)) await new Promise(setImmediate);
      }
      rotation.finish();
      for (const { one, from, upTo } of all) {
        const got = one.frames.flat();
        // Who left may not have had the last ones; nobody misses one in between.
        expect(got, `seed ${seed}`).toEqual(Array.from({ length: got.length }, (_, i) => from + i));
        if (upTo === undefined) expect(got.at(-1) ?? from - 1, `seed ${seed}`).toBe(offset);
        else expect(got.at(-1) ?? 0, `seed ${seed}`).toBeLessThanOrEqual(upTo);
      }
      expect(took.length).toBeLessThanOrEqual(offset);
    }
  });

  test("gives a frame for all to each row, asks nothing of its viewer, and rows move along when somebody leaves", async () => {
    const given: Row[] = [];
    const { rotation } = setUp({ sockets: { give: (row) => given.push(row) > 0 } });
    // More than the columns begin with.
    const crowd = Array.from({ length: 20 }, (_, n) => ({ ...viewer(() => expect.unreachable()), row: (n + 1) as Row }));
    for (const one of crowd) rotation.join(one);
    for (const index of [0, 7, 18]) rotation.leave(crowd[index] as Viewer);
    rotation.add(piece(1));
    await eventually(() => expect(given).toHaveLength(17));
    const rows = crowd.map(({ row }) => row);
    expect(given.toSorted((a, b) => a - b)).toEqual(rows.filter((_, n) => ![0, 7, 18].includes(n)));
  });

  test("asks a viewer whose row takes nothing now", () => {
    const { rotation } = setUp({ sockets: { give: () => false } });
    const kim = viewer();
    rotation.join(kim);
    rotation.add(piece(1));
    expect(kim.frames).toEqual([[1]]);
  });

  test("begins with the last of all, who is slow and leaves over it, and loses nobody a line", async () => {
    const { rotation } = setUp();
    const [kim, lee] = [viewer(), viewer()];
    const slow: ReturnType<typeof viewer> = viewer(() => slow.frames.length === 2 && rotation.leave(slow));
    for (const one of [kim, lee, slow]) rotation.join(one);
    for (const offset of [1, 2, 3]) rotation.add(piece(offset));
    expect([kim, lee, slow].map(({ frames }) => frames.flat())).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2],
    ]);
  });

  test("serves a slice in a turn, also where all whom it serves are slow and leave", async () => {
    const { rotation } = setUp();
    const crowd = Array.from({ length: 4 * limits.fanOutSlice }, () => {
      const one: ReturnType<typeof viewer> = viewer(() => rotation.leave(one));
      return one;
    });
    for (const one of crowd) rotation.join(one);
    rotation.add(piece(1));
    expect(crowd.filter(({ frames }) => frames.length > 0)).toHaveLength(limits.fanOutSlice);
    await eventually(() => expect(rotation.size).toBe(0));
    expect(crowd.every(({ frames }) => frames.length === 1)).toBe(true);
  });

  test("has brought a piece to all once nobody lacks it", async () => {
    const arrived: number[] = [];
    const crowd = Array.from({ length: 2 * limits.fanOutSlice }, () => viewer());
    const { rotation } = setUp({
      onArrived: () => void arrived.push(crowd.filter(({ frames }) => frames.flat().length === 2).length),
    });
    for (const one of crowd) rotation.join(one);
    rotation.add(piece(1));
    rotation.add(piece(2));
    await eventually(() => expect(arrived).toHaveLength(2));
    // All have the first one when half have both, in one frame, and then the others the second one.
    expect(arrived).toEqual([limits.fanOutSlice, 2 * limits.fanOutSlice]);
  });

  test("is full with what it may hold, until that has come round", async () => {
    let free = 0;
    const { rotation } = setUp({ onArrived: () => free++ });
    for (let n = 0; n <= limits.fanOutSlice; n++) rotation.join(viewer());
    rotation.add({ ...piece(1), bytes: limits.fanOutBytes });
    expect(rotation.full).toBe(true);
    await eventually(() => expect(free).toBe(1));
    expect(rotation.full).toBe(false);
  });

  test("tells no time of what nobody was there for", () => {
    const { rotation, took } = setUp();
    rotation.add(piece(1));
    expect(took).toEqual([]);
    rotation.join(viewer());
    rotation.add(piece(2));
    expect(took).toHaveLength(1);
  });

  test("stands still once all are gone, and goes on for who comes after", async () => {
    const { rotation } = setUp();
    const [kim, lee] = [viewer(), viewer()];
    for (let n = 0; n <= limits.fanOutSlice; n++) rotation.join(n === 0 ? kim : viewer());
    rotation.add(piece(1));
    for (const one of [...rotation.viewers]) rotation.leave(one);
    expect([rotation.size, rotation.leave(kim)]).toEqual([0, false]);
    rotation.join(lee);
    rotation.add(piece(2));
    await eventually(() => expect(lee.frames).toEqual([[2]]));
  });
});
