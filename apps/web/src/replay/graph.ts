/** How a broadcast went, to be drawn: hearts as a line of hills, and where gifts and pins were. Parts of the whole, 0 to 1. */
import type { HeartsAt } from "@madang/client";
import { type Moment, momentsNear } from "./moments.ts";

export interface Hill {
  readonly at: number;
  readonly height: number;
}

export interface Mark {
  readonly kind: "gift" | "pin";
  /** ms from the start. */
  readonly atMs: number;
  /** Else it was somewhere near. */
  readonly exact: boolean;
}

export interface Graph {
  /** The hearts of each stretch, against those of the best one. */
  readonly hills: readonly Hill[];
  readonly marks: readonly Mark[];
  /** All hearts. */
  readonly total: number;
  /** Where the stretch with the most hearts begins, ms; none, where there were none. */
  readonly bestMs?: number;
}

/** `moments`: when gifts came and something was pinned; while that is not read, the totals tell it about. */
export function graphOf(totals: readonly HeartsAt[], lengthMs: number, moments?: readonly Moment[]): Graph {
  const steps = totals.slice(1).map((to, index) => {
    const from = totals[index] as HeartsAt;
    return { from, to, grown: Math.max(0, to.total - from.total) };
  });
  const most = Math.max(1, ...steps.map(({ grown }) => grown));
  const best = steps.find(({ grown }) => grown === most);
  return {
    // By the root: a few hearts are to be seen beside a storm of them.
    hills: steps.map(({ from, to, grown }) => ({
      at: (from.at + to.at) / 2 / Math.max(1, lengthMs),
      height: Math.sqrt(grown / most),
    })),
    marks: (moments ?? momentsNear(totals)).map(({ kind, at, exact }) => ({ kind, atMs: at, exact })),
    total: totals.at(-1)?.total ?? 0,
    ...(best === undefined ? {} : { bestMs: best.from.at }),
  };
}

/** An outline of the hills on a ground of `width` × `height`, from left to right. */
export function outlineOf(hills: readonly Hill[], width: number, height: number): string {
  const points = hills.map(({ at, height: part }) => `${round(at * width)} ${round(height - part * height)}`);
  const [first = `0 ${height}`] = points;
  return `M0 ${height} L0 ${first.split(" ")[1]} L${points.join(" L")} L${width} ${points.at(-1)?.split(" ")[1] ?? height} L${width} ${height} Z`;
}

const round = (value: number) => Math.round(value * 10) / 10;
