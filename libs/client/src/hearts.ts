/** Hearts of a room: one's own are sent once a second, and told from those of others when the totals grow. */
import { type Caller, newId, problemOf, problemOfRefusal, type Refused } from "./caller.ts";
import { growthOf, type HeartBatch, HeartSum } from "./heart-sum.ts";
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
  readonly #room: string;
  readonly #caller: Caller;
  readonly #told: HeartsTold;
  readonly #own = new OwnHearts();
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

  add(kind: string, count: number): void {
    if (this.#sum.add(kind, count) === 0) return;
    this.#told.changed();
    this.#timer ??= setTimeout(() => this.#send(), everyMs);
  }

  /** By how much those of others have grown between two totals, by kind. */
  ofOthers(before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): Record<string, number> {
    return this.#own.grew(growthOf(before, now));
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
