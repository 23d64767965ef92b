/**
 * Many who watch. One in a hundred is read as soon as something comes, and tells how late it was. The others are read in rounds, ten a
 * second: one read then takes all frames since the last one, and the generator stays cheaper than the server it loads.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { countComments, countOf, now, timesIn } from "../comment.ts";
import { payloadsOf } from "../frames.ts";
import { Latencies } from "../statistics.ts";
import type { Order } from "./order.ts";
import type { ProtocolName } from "./protocols.ts";
import { Reading, staffPrefix } from "./reading.ts";
import { countSkipped } from "./skips.ts";
import { Viewer } from "./viewer.ts";

/** One in so many; of small rooms more, since fewer get anything. Coprime with round numbers of rooms, so that viewers of many are looked at. */
const sampledShare = { oneRoom: 101, manyRooms: 11 };
const sampledAtLeast = 20;
const roundMs = 100;
const turnsOfRound = 20;
const joinAtOnce = 50;
/** Without any delivery for this long, what is missing will not come. */
const quietMs = 2_000;

interface Joining {
  readonly protocol: ProtocolName;
  readonly authority: string;
  /** They get a sample of a flood, and what is declared to them in place of the rest is counted. */
  readonly sampled?: boolean;
}

/** Of one viewer, since the counting began. */
interface Tally {
  comments: number;
  /** As declared. */
  skipped: number;
  /** Comments by staff. */
  ofStaff: number;
}

export interface Seen {
  readonly frames: number;
  readonly comments: number;
  /** What was declared to be left out. */
  readonly skipped: number;
  /** Of one viewer, both together: the least and the most that anybody has. */
  readonly least: number;
  readonly most: number;
  /** Comments by staff that one viewer has: the same two. */
  readonly leastOfStaff: number;
  readonly mostOfStaff: number;
  /** Offsets that did not rise, of those that are looked at. */
  readonly outOfPlace: number;
  readonly p50: number;
  readonly p99: number;
  readonly samples: number;
  /** Connections that the server ended. */
  readonly lost: number;
}

export class Crowd {
  readonly #viewers: Viewer[] = [];
  /** Those that wait for their turn to be read. */
  readonly #turns: Set<Viewer>[] = Array.from({ length: turnsOfRound }, () => new Set());
  #turn = 0;
  readonly #order: Order;
  readonly #tallies: Tally[] = [];
  readonly #readings: Reading[] = [];
  #reading: NodeJS.Timeout | undefined;
  #frames = 0;
  #lost = 0;
  #lastAt = 0;
  #latencies = new Latencies();

  constructor(order: Order) {
    this.#order = order;
  }

  /** So many viewers, spread evenly over the rooms; at most `perS` a second, if that is given. */
  async join({
    count,
    rooms,
    perS = Infinity,
    ...where
  }: Joining & { count: number; rooms: number; perS?: number }): Promise<void> {
    const startedAt = performance.now();
    this.#reading ??= setInterval(() => this.#readNext(), roundMs / turnsOfRound).unref();
    const every = Math.max(
      1,
      Math.min(rooms === 1 ? sampledShare.oneRoom : sampledShare.manyRooms, Math.floor(count / sampledAtLeast)),
    );
    for (let begun = 0; begun < count; begun += joinAtOnce) {
      const some = Array.from({ length: Math.min(joinAtOnce, count - begun) }, (_, place) => {
        const index = begun + place;
        const to = { ...where, room: index % rooms };
        return index % every === 0 ? this.#sampled(to) : this.#inRounds(to, index);
      });
      this.#viewers.push(...some);
      await Promise.all(some.map(({ joined }) => joined));
      const early = ((begun + some.length) / perS) * 1000 - (performance.now() - startedAt);
      if (early > 0) await sleep(early);
    }
  }

  /** Starts counting anew. */
  begin(): void {
    this.#frames = 0;
    for (const tally of this.#tallies) Object.assign(tally, nothing);
    this.#latencies = new Latencies();
    this.#lastAt = now();
  }

  /** What was seen since, once it is all there or no more comes. */
  async settle(expected: number): Promise<Seen> {
    const tallies = this.#tallies;
    const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
    const least = (of: (tally: Tally) => number) => tallies.reduce((found, tally) => Math.min(found, of(tally)), Infinity);
    const most = (of: (tally: Tally) => number) => tallies.reduce((found, tally) => Math.max(found, of(tally)), 0);
    while (sum(both) < expected && now() - this.#lastAt < quietMs) await sleep(10);
    return {
      frames: this.#frames,
      comments: sum(({ comments }) => comments),
      skipped: sum(({ skipped }) => skipped),
      least: least(both),
      most: most(both),
      leastOfStaff: least(({ ofStaff }) => ofStaff),
      mostOfStaff: most(({ ofStaff }) => ofStaff),
      outOfPlace: this.#readings.reduce((total, { outOfPlace }) => total + outOfPlace, 0),
      ...this.#latencies.summary(),
      samples: this.#latencies.count,
      lost: this.#lost,
    };
  }

  #sampled(to: Joining & { room: number }): Viewer {
    const count = this.#counting(to);
    const reading = new Reading({ order: this.#order });
    this.#readings.push(reading);
    return new Viewer({
      ...to,
      onLost: () => this.#lost++,
      onMessages: (bytes, frames) => {
        count(bytes, frames);
        for (const time of timesIn(bytes)) this.#latencies.add(this.#lastAt - time);
        if (to.sampled) for (const payload of payloadsOf(bytes)) reading.read(payload.toString());
      },
    });
  }

  #inRounds(to: Joining & { room: number }, index: number): Viewer {
    const turn = this.#turns[index % turnsOfRound];
    const viewer: Viewer = new Viewer({
      ...to,
      onLost: () => this.#lost++,
      onMessages: this.#counting(to),
      pauses: () => {
        turn?.add(viewer);
        return true;
      },
    });
    return viewer;
  }

  /** What one viewer does with what it reads. */
  #counting({ sampled = false }: Joining): (bytes: Buffer, frames: number) => void {
    const tally = { ...nothing };
    this.#tallies.push(tally);
    return (bytes, frames) => {
      this.#lastAt = now();
      this.#frames += frames;
      tally.comments += countComments(bytes);
      if (!sampled) return;
      tally.skipped += countSkipped(bytes);
      tally.ofStaff += countOf(bytes, byStaff);
    };
  }

  #readNext(): void {
    const turn = this.#turns[this.#turn++ % turnsOfRound];
    for (const viewer of turn ?? []) viewer.read();
    turn?.clear();
  }
}

/** In the `info` of what they say. */
const byStaff = Buffer.from(`"user":"${staffPrefix}`);
const nothing: Tally = { comments: 0, skipped: 0, ofStaff: 0 };
const both = ({ comments, skipped }: Tally) => comments + skipped;
