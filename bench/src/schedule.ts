/** When comments come: at random, as from many people who don't know of each other, and the same for every stack that gets the same seed. */
import { seeded } from "@madang/devkit";

export interface Schedule {
  /** When the first moment is, by `now` of comment.ts. */
  readonly start: number;
  /** Of each comment, ms after the start, rising. */
  readonly at: readonly number[];
  /** Of each comment, which room. */
  readonly rooms: readonly number[];
}

/** Arrivals of a Poisson process within so many seconds. */
export function poisson(options: { perSecond: number; seconds: number; seed: number; rooms?: number }): Omit<Schedule, "start"> {
  const random = seeded(options.seed);
  const at: number[] = [];
  const rooms: number[] = [];
  for (let time = 0; ; ) {
    time += (-Math.log(1 - random.next()) * 1000) / options.perSecond;
    if (time >= options.seconds * 1000) return { at, rooms };
    at.push(time);
    rooms.push(random.int(options.rooms ?? 1));
  }
}

/** As many as are asked for, at random within the time: what a Poisson process is like when its count is known. In one room. */
export function scattered({ count, seconds, seed }: { count: number; seconds: number; seed: number }): Omit<Schedule, "start"> {
  const random = seeded(seed);
  const at = Array.from({ length: count }, () => random.next() * seconds * 1000).sort((a, b) => a - b);
  return { at, rooms: at.map(() => 0) };
}

/** One for each room, evenly. */
export function oneEach({ perSecond, rooms }: { perSecond: number; rooms: number }): Omit<Schedule, "start"> {
  const all = Array.from({ length: rooms }, (_, room) => room);
  return { at: all.map((room) => (room * 1000) / perSecond), rooms: all };
}
