import type { ActorNow, OperateOverview } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { columns, keptMs, mostPoints, type Point, pointOf, withPoint } from "./figures.ts";

const actor = (room: string, live: ActorNow["live"], stream = "ROOMS_0") =>
  ({ room, stream, member: "r", state: "running", waiting: 0, restarts: 0, ...(live === undefined ? {} : { live }) }) as ActorNow;
const busy = (room: string, commentsPerS: number, commitP50Ms?: number, commitP99Ms?: number) =>
  actor(room, {
    offset: 1,
    viewers: 10,
    commentsPerS,
    ...(commitP50Ms === undefined ? {} : { commitP50Ms }),
    ...(commitP99Ms === undefined ? {} : { commitP99Ms }),
  });
const streams = [
  { stream: "ROOMS_0", lagMs: 5, lagRecords: 1 },
  { stream: "ROOMS_1", lagMs: 700, lagRecords: 40 },
  { stream: "ROOMS_2" },
] as OperateOverview["streams"];

describe("a point of the charts", () => {
  test("adds up comments and viewers, and has the slowest commit and the stream that is furthest behind", () => {
    const point = pointOf({ rooms: [busy("a", 9, 2, 8), busy("b", 1, 30, 90), actor("c", undefined)], streams }, 7);
    expect(point).toMatchObject({ at: 7, commentsPerS: 10, viewers: 20, commitP99Ms: 90, lagMs: 700, lagRecords: 41 });
  });

  test("has the latency in the middle of all comments, not of all rooms", () => {
    expect(pointOf({ rooms: [busy("a", 9, 2), busy("b", 1, 30), busy("c", 1, 50)], streams }, 0).commitP50Ms).toBe(2);
    expect(pointOf({ rooms: [busy("a", 1, 2), busy("b", 9, 30)], streams }, 0).commitP50Ms).toBe(30);
  });

  test("says nothing of what nobody could say", () => {
    const point = pointOf({ rooms: [busy("a", 0)], streams: [] }, 0);
    expect([point.commitP50Ms, point.commitP99Ms, point.lagMs, point.lagRecords]).toEqual(Array(4).fill(undefined));
  });

  test("has each room with the lag of its own stream", () => {
    const rooms = [actor("a", { offset: 1, viewers: 3, commentsPerS: 2 }, "ROOMS_1")];
    expect(pointOf({ rooms, streams }, 0).rooms.get("a")).toMatchObject({
      viewers: 3,
      commentsPerS: 2,
      lagMs: 700,
      lagRecords: 40,
    });
  });
});

const at = (ms: number, commentsPerS = 1): Point => ({ at: ms, commentsPerS, rooms: new Map(), streams: new Map() });

describe("the points that are kept", () => {
  test("are of the last ten minutes", () => {
    const points = withPoint([at(0), at(1_000), at(500_000)], at(keptMs + 500));
    expect(points.map((point) => point.at)).toEqual([1_000, 500_000, keptMs + 500]);
  });

  test("are never more than there is room for, however fast they come", () => {
    let points: readonly Point[] = [];
    for (let n = 0; n < 2 * mostPoints; n++) points = withPoint(points, at(n));
    expect([points.length, points[0]?.at, points.at(-1)?.at]).toEqual([mostPoints, mostPoints, 2 * mostPoints - 1]);
  });

  test("are let go where the clock has gone back", () => {
    expect(withPoint([at(5_000), at(9_000)], at(6_000)).map((point) => point.at)).toEqual([5_000, 6_000]);
  });
});

describe("columns for a chart", () => {
  test("break where nobody looked, and where there is no such figure", () => {
    const points = [at(0, 1), at(2_000, 2), at(60_000, 3)];
    expect(columns(points, undefined, ["commentsPerS", "lagMs"])).toEqual({
      times: [0, 2, 2.001, 60],
      values: [
        [1, 2, null, 3],
        [null, null, null, null],
      ],
    });
    expect(columns(points.slice(0, 1), "a-room", ["viewers"])).toEqual({ times: [0], values: [[null]] });
  });
});
