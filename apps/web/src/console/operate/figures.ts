/** The figures of the last ten minutes, as they were seen from this page: what the charts are drawn from. Nothing keeps more than this. */
import type { ActorNow, OperateOverview } from "@madang/contracts";

export const keptMs = 600_000;
/** A point every 2 s, and a few that came at once. */
export const mostPoints = 330;
/** What lies further apart is not joined by a line: nobody looked meanwhile. */
const gapMs = 12_000;

/** Of one room, or of all together. What nobody could say is absent. */
export interface Figures {
  readonly commentsPerS?: number | undefined;
  readonly viewers?: number | undefined;
  readonly commitP50Ms?: number | undefined;
  readonly commitP99Ms?: number | undefined;
  readonly lagMs?: number | undefined;
  readonly lagRecords?: number | undefined;
}

export interface Point extends Figures {
  /** By the clock of this page, in ms since 1970. */
  readonly at: number;
  readonly rooms: ReadonlyMap<string, Figures>;
  /** The lags alone. */
  readonly streams: ReadonlyMap<string, Figures>;
}

/** In all, and of each of the busiest rooms. */
export function pointOf({ rooms, streams }: Pick<OperateOverview, "rooms" | "streams">, at: number): Point {
  const lags = new Map(streams.map(({ stream, lagMs, lagRecords }) => [stream, { lagMs, lagRecords }]));
  const awake = rooms.flatMap(({ live }) => (live === undefined ? [] : [live]));
  return {
    at,
    commentsPerS: sum(awake.map(({ commentsPerS }) => commentsPerS)),
    viewers: sum(awake.map(({ viewers }) => viewers)),
    commitP50Ms: middle(awake),
    commitP99Ms: most(awake.map(({ commitP99Ms }) => commitP99Ms)),
    lagMs: most(streams.map(({ lagMs }) => lagMs)),
    lagRecords: streams.some(({ lagRecords }) => lagRecords !== undefined)
      ? sum(streams.map(({ lagRecords = 0 }) => lagRecords))
      : undefined,
    rooms: new Map(rooms.map(({ room, stream, live }) => [room, { ...live, ...lags.get(stream) }])),
    streams: lags,
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

function most(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** The half of all comments is committed faster than this: the rooms' middles, each counting as much as it has comments. */
function middle(rooms: readonly NonNullable<ActorNow["live"]>[]): number | undefined {
  const known = rooms
    .flatMap(({ commitP50Ms, commentsPerS }) => (commitP50Ms === undefined ? [] : [{ commitP50Ms, weight: commentsPerS + 1e-6 }]))
    .toSorted((a, b) => a.commitP50Ms - b.commitP50Ms);
  let left = sum(known.map(({ weight }) => weight)) / 2;
  for (const { commitP50Ms, weight } of known) {
    left -= weight;
    if (left <= 0) return commitP50Ms;
  }
  return known.at(-1)?.commitP50Ms;
}

/** With one more, and without those that are too old or too many. The points before stay as they are. */
export function withPoint(points: readonly Point[], point: Point): readonly Point[] {
  const kept = points.filter(({ at }) => at > point.at - keptMs && at <= point.at);
  return [...kept.slice(Math.max(0, kept.length - mostPoints + 1)), point];
}

export function figuresAt(point: Point, room: string | undefined): Figures {
  return room === undefined ? point : (point.rooms.get(room) ?? {});
}

/** Times in seconds since 1970, and the values of each figure, for a chart; `null` where there is none, and where nobody looked. */
export function columns(
  points: readonly Point[],
  room: string | undefined,
  figures: readonly (keyof Figures)[],
): { times: number[]; values: (number | null)[][] } {
  const times: number[] = [];
  const values: (number | null)[][] = figures.map(() => []);
  let last: number | undefined;
  for (const point of points) {
    if (last !== undefined && point.at - last > gapMs) {
      times.push((last + 1) / 1_000);
      for (const column of values) column.push(null);
    }
    last = point.at;
    times.push(point.at / 1_000);
    const here = figuresAt(point, room);
    for (const [n, figure] of figures.entries()) values[n]?.push(here[figure] ?? null);
  }
  return { times, values };
}
