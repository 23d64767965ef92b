/** Those who watch a room: how many there are, the most there ever were, and into how many parts they are split. Pure. */
import { type Counters, limits, type Audience as Report } from "@madang/contracts";
import type { RoomState } from "@madang/room-state";
import { Audience } from "./audience.ts";

/** Parts are merged when all would fit into one part less, filled to this share: so that nobody is moved to and fro. */
const mergeBelow = 0.7;
/** Between two changes of the number of parts, ms. */
const settleMs = 30_000;

export class Crowd {
  readonly #audience = new Audience();
  readonly #state: RoomState;
  #changedAt: number;

  /** `now`: monotonic, ms. Who has just taken a room over has not heard of all who watch it. */
  constructor(state: RoomState, now: number) {
    this.#state = state;
    this.#changedAt = now;
  }

  hear(gateway: string, report: Report, now: number): void {
    this.#audience.hear(gateway, report, now);
  }

  /** When somebody is no viewer any more, if nobody says that they are; undefined: there are none. */
  get forgetsAt(): number | undefined {
    return this.#audience.forgetsAt;
  }

  /** `now`: monotonic, ms. */
  viewers(now: number): number {
    return this.#audience.viewers(now);
  }

  /** What everybody may know. `now`: monotonic, ms. */
  counters(now: number, { sampled }: { sampled: boolean }): Counters {
    const { totals } = this.#state;
    const { viewers, users } = this.#audience.count(now);
    totals.peak = Math.max(totals.peak, viewers);
    return this.#state.counters({ viewers, users, sampled });
  }

  /** Into how many parts the audience is to be split from now on; undefined: it stays as it is. */
  resharded(viewers: number, now: number): number | undefined {
    const { settings, shards } = this.#state;
    const wanted = partsFor(viewers, { capacity: settings.shardCapacity, shards });
    if (wanted === shards || now - this.#changedAt < settleMs) return undefined;
    this.#changedAt = now;
    return wanted;
  }
}

function partsFor(viewers: number, { capacity, shards }: { capacity: number; shards: number }): number {
  if (capacity === 0) return 1;
  if (viewers > capacity * shards) return Math.min(limits.shards, Math.ceil(viewers / capacity));
  const fewer = Math.max(1, Math.ceil(viewers / (capacity * mergeBelow)));
  return Math.min(shards, fewer);
}
