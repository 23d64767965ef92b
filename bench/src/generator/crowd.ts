/**
 * Many who watch. One in a hundred is read as soon as something comes, and tells how late it was. The others are read in rounds, ten a
 * second: one read then takes all frames since the last one, and the generator stays cheaper than the server it loads.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { countComments, now, timesIn } from "../comment.ts";
import { Latencies } from "../statistics.ts";
import type { ProtocolName } from "./protocols.ts";
import { Viewer } from "./viewer.ts";

/** One in so many; of small rooms more, since fewer get anything. Coprime with round numbers of rooms, so that viewers of many are looked at. */
const sampledShare = { oneRoom: 101, manyRooms: 11 };
const sampledAtLeast = 20;
const roundMs = 100;
const turnsOfRound = 20;
const joinAtOnce = 50;
/** Without any delivery for this long, what is missing will not come. */
const quietMs = 2_000;

export interface Seen {
  readonly frames: number;
  readonly comments: number;
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
  #frames = 0;
  #comments = 0;
  #lost = 0;
  #lastAt = 0;
  #latencies = new Latencies();

  /** So many viewers, spread evenly over the rooms. */
  async join({
    count,
    rooms,
    ...where
  }: {
    protocol: ProtocolName;
    authority: string;
    count: number;
    rooms: number;
  }): Promise<void> {
    setInterval(() => this.#readNext(), roundMs / turnsOfRound).unref();
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
    }
  }

  /** Starts counting anew. */
  begin(): void {
    this.#frames = 0;
    this.#comments = 0;
    this.#latencies = new Latencies();
    this.#lastAt = now();
  }

  /** What was seen since, once it is all there or no more comes. */
  async settle(expected: number): Promise<Seen> {
    while (this.#comments < expected && now() - this.#lastAt < quietMs) await sleep(10);
    const { p50, p99 } = this.#latencies.summary();
    const samples = this.#latencies.count;
    return { frames: this.#frames, comments: this.#comments, p50, p99, samples, lost: this.#lost };
  }

  #sampled(to: { protocol: ProtocolName; authority: string; room: number }): Viewer {
    return new Viewer({
      ...to,
      onLost: () => this.#lost++,
      onMessages: (bytes, count) => {
        this.#lastAt = now();
        this.#frames += count;
        const times = timesIn(bytes);
        this.#comments += times.length;
        for (const time of times) this.#latencies.add(this.#lastAt - time);
      },
    });
  }

  #inRounds(to: { protocol: ProtocolName; authority: string; room: number }, index: number): Viewer {
    const turn = this.#turns[index % turnsOfRound];
    const viewer: Viewer = new Viewer({
      ...to,
      onLost: () => this.#lost++,
      onMessages: (bytes, count) => {
        this.#lastAt = now();
        this.#frames += count;
        this.#comments += countComments(bytes);
      },
      pauses: () => {
        turn?.add(viewer);
        return true;
      },
    });
    return viewer;
  }

  #readNext(): void {
    const turn = this.#turns[this.#turn++ % turnsOfRound];
    for (const viewer of turn ?? []) viewer.read();
    turn?.clear();
  }
}
