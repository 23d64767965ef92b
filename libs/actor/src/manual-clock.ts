import type { Cancel, Clock } from "./clock.ts";

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Lets everything run that can run without time passing: promises, and the directory's turns (one per event-loop round). */
export async function settled(rounds = 6): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A clock that moves only when a test says so. */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(startAt = 0) {
    this.#now = startAt;
  }

  // Arrow functions, so that a test can hand out `clock.now` alone.
  readonly now = (): number => this.#now;

  readonly setTimer = (afterMs: number, fire: () => void): Cancel => {
    const timer = { at: this.#now + afterMs, fire };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  /** How many timers wait: a test of clean leaving expects 0. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves time and fires what falls due, in the order of time. What promises do in between comes later. */
  advance(byMs: number): void {
    const until = this.#now + byMs;
    for (let timer = this.#next(until); timer !== undefined; timer = this.#next(until)) this.#fire(timer);
    this.#now = until;
  }

  /** Like `advance`, and lets promises and turns run after each timer: a second of real life, without the second. */
  async pass(byMs: number): Promise<void> {
    const until = this.#now + byMs;
    await settled();
    for (let timer = this.#next(until); timer !== undefined; timer = this.#next(until)) {
      this.#fire(timer);
      await settled();
    }
    this.#now = until;
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.fire();
  }

  #next(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= until && (next === undefined || timer.at < next.at)) next = timer;
    return next;
  }
}
