import { type Line, limits, RoomId } from "@madang/contracts";
import { eventAt, eventually, seeded } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import type { Viewer } from "./fan-out.ts";
import { payloadOf } from "./frame.ts";
import { RoomView } from "./room-view.ts";
import { type Piece, Rotation } from "./rotation.ts";
import { noRow, SocketTable } from "./socket-table.ts";
import { recipient } from "./test-viewer.ts";

const room = RoomId.parse("live:rotation");

function setUp({ onArrived = () => {} } = {}) {
  const took: number[] = [];
  const rotation = new Rotation({
    room,
    view: new RoomView(),
    isBlocked: () => false,
    sockets: new SocketTable(),
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

function viewer(onFrame: () => void = () => {}) {
  const frames: number[][] = [];
  const one: Viewer = {
    ...recipient(),
    info: {} as never,
    wantsJoinLeave: false,
    row: noRow,
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

describe("a hand that goes round the viewers", () => {
  test("gives each viewer every piece that was added while they were there, once, in order, whoever comes and goes (seeds 1 to 60)", async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seeded(seed);
      const { rotation, took } = setUp();
      let offset = 0;
      const all: { one: ReturnType<typeof viewer>; from: number; upTo: number | undefined }[] = [];
      const leave = (of: (typeof all)[number]) => {
        if (rotation.leave(of.one)) of.upTo = offset;
      };
      const join = () => {
        const one = viewer(() => {
          // Who is found to be slow leaves in the middle of it, and so may somebody else.
          if (random.chance(0.01)) leave(random.chance(0.5) ? mine : random.pick(all));
        });
        const mine: (typeof all)[number] = { one, from: offset + 1, upTo: undefined };
        all.push(mine);
        rotation.join(one);
      };
      for (let n = random.int(4 * limits.fanOutSlice); n >= 0; n--) join();
      for (let step = 0; step < 60; step++) {
        if (random.chance(0.5)) rotation.add(piece(++offset));
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

  test("has brought a piece to all once it is where it was when the piece was added", async () => {
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

  test("stands still once all are gone, and goes on for who comes after", () => {
    const { rotation } = setUp();
    const [kim, lee] = [viewer(), viewer()];
    for (let n = 0; n < limits.fanOutSlice; n++) rotation.join(n === 0 ? kim : viewer());
    rotation.add(piece(1));
    for (const one of [...rotation.viewers]) rotation.leave(one);
    expect([rotation.size, rotation.leave(kim)]).toEqual([0, false]);
    rotation.join(lee);
    rotation.add(piece(2));
    expect(lee.frames).toEqual([[2]]);
  });
});
