/** A running stack with its viewers, loaded at one rate after the other. */
import { setTimeout as sleep } from "node:timers/promises";
import { now } from "./comment.ts";
import { type Metered, meter, type Usage } from "./cpu.ts";
import type { Seen } from "./generator/crowd.ts";
import { Generator } from "./generator.ts";
import { oneEach, poisson, type Schedule } from "./schedule.ts";
import type { Running } from "./stack.ts";

export const senderCount = 20;

export interface Load {
  readonly perSecond: number;
  readonly seconds: number;
  readonly seed: number;
}

export type Watched = Seen & { readonly published: number; readonly expected: number; readonly usage: Usage };

export class CrowdRun implements AsyncDisposable {
  readonly #running: Running;
  readonly #generator: Generator;
  readonly #viewers: number;
  readonly #rooms: number;

  /** Everybody has joined. */
  static async start(options: { running: Running; viewers: number; rooms?: number; pinned: boolean }): Promise<CrowdRun> {
    const { running, viewers, rooms = 1, pinned } = options;
    const { authority, protocol, feed } = running;
    const generator = new Generator({ pinned });
    const run = new CrowdRun({ running, generator, viewers, rooms });
    try {
      await generator.tell("join", { protocol, authority, count: viewers, rooms });
      if (feed.kind === "senders") await generator.tell("connect", { authority, count: senderCount, verb: feed.verb });
      return run;
    } catch (error) {
      await run[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(parts: { running: Running; generator: Generator; viewers: number; rooms: number }) {
    this.#running = parts.running;
    this.#generator = parts.generator;
    this.#viewers = parts.viewers;
    this.#rooms = parts.rooms;
  }

  /** Nobody talks. */
  async idle(seconds: number): Promise<Usage> {
    const stop = meter(this.#metered);
    await sleep(seconds * 1000);
    return stop();
  }

  /** Comments at random. */
  watch(load: Load): Promise<Watched> {
    return this.#watch(poisson({ ...load, rooms: this.#rooms }), load.seconds);
  }

  /** One comment in each room. */
  watchEach({ perSecond }: { perSecond: number }): Promise<Watched> {
    return this.#watch(oneEach({ perSecond, rooms: this.#rooms }), this.#rooms / perSecond);
  }

  async #watch(comments: Omit<Schedule, "start">, seconds: number): Promise<Watched> {
    const schedule = { start: now() + 50, ...comments };
    const published = schedule.at.length;
    // Rooms are the same size, give or take one.
    const expected = schedule.rooms.reduce((sum, room) => sum + this.#watching(room), 0);
    await this.#generator.tell("begin", undefined);
    const stop = meter(this.#metered);
    const { feed } = this.#running;
    if (feed.kind === "itself") await feed.publish(schedule);
    else await this.#generator.tell("follow", schedule);
    // A quiet end belongs to the time: cores are of the whole of it.
    const rest = schedule.start + seconds * 1000 - now();
    if (rest > 0) await sleep(rest);
    const seen = await this.#generator.tell("settle", expected);
    return { ...seen, published, expected, usage: stop() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#generator[Symbol.asyncDispose]();
  }

  get #metered(): Metered {
    const { names, roots } = this.#running;
    return { names, generators: [this.#generator.pid], ...(roots === undefined ? {} : { roots }) };
  }

  #watching(room: number): number {
    return Math.floor(this.#viewers / this.#rooms) + (room < this.#viewers % this.#rooms ? 1 : 0);
  }
}
