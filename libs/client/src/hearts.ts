/** Sends the hearts of a room once a second. */
import { type Caller, newId, problemOf, problemOfRefusal, type Refused } from "./caller.ts";
import { type HeartBatch, HeartSum } from "./heart-sum.ts";
import type { Problem } from "./model.ts";
import { OwnHearts } from "./own-hearts.ts";

const everyMs = 1_000;
/** Within it a repeat counts once (the room remembers ids for two minutes). Later nobody can say whether they were counted. */
const repeatWithinMs = 100_000;

export interface HeartsTold {
  /** So many were not, or nobody can say. */
  lost(count: number, problem: Problem): void;
  changed(): void;
}

export class Hearts {
  readonly #sum = new HeartSum();
  readonly #own = new OwnHearts();
  readonly #room: string;
  readonly #caller: Caller;
  readonly #told: HeartsTold;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(room: string, caller: Caller, told: HeartsTold) {
    this.#room = room;
    this.#caller = caller;
    this.#told = told;
  }

  /** How many were tapped that the totals do not have yet. */
  get pending(): number {
    return this.#sum.waiting + this.#own.pending;
  }

  /** The totals have grown by so many. @returns by how many of others */
  grew(growth: Readonly<Record<string, number>>): Record<string, number> {
    return this.#own.grew(growth);
  }

  add(kind: string, count: number): void {
    if (this.#sum.add(kind, count) === 0) return;
    this.#told.changed();
    this.#timer ??= setTimeout(() => this.#send(), everyMs);
  }

  #send(): void {
    this.#timer = undefined;
    for (const batch of this.#sum.take(newId)) void this.#ask(batch);
    if (this.#sum.waiting > 0) this.#timer = setTimeout(() => this.#send(), everyMs);
  }

  async #ask(batch: HeartBatch): Promise<void> {
    const { id, kind, count } = batch;
    this.#own.sent(batch);
    let counted = 0;
    try {
      const answer = await this.#caller.ask<{ counted: number } | Refused>(
        "hearts",
        { channel: this.#room, id, kind, count },
        repeatWithinMs,
      );
      if ("refused" in answer) this.#told.lost(count, problemOfRefusal(answer));
      else counted = answer.counted;
    } catch (failure) {
      this.#told.lost(count, problemOf(failure));
    }
    this.#own.settle(id, count - counted);
    this.#told.changed();
  }
}
