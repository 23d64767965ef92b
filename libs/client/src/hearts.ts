/** Sends the hearts of a room once a second. */
import { type Caller, newId, problemOf, problemOfRefusal, type Refused } from "./caller.ts";
import { HeartSum } from "./heart-sum.ts";
import type { Problem } from "./model.ts";

const everyMs = 1_000;
/** Within it a repeat counts once (the room remembers ids for two minutes). Later nobody can say whether they were counted. */
const repeatWithinMs = 100_000;

export interface HeartsTold {
  /** So many of one's own were counted. */
  counted(kind: string, count: number): void;
  /** So many were not, or nobody can say. */
  lost(count: number, problem: Problem): void;
  changed(): void;
}

export class Hearts {
  readonly #sum = new HeartSum();
  readonly #room: string;
  readonly #caller: Caller;
  readonly #told: HeartsTold;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(room: string, caller: Caller, told: HeartsTold) {
    this.#room = room;
    this.#caller = caller;
    this.#told = told;
  }

  get pending(): number {
    return this.#sum.pending;
  }

  add(kind: string, count: number): void {
    if (this.#sum.add(kind, count) === 0) return;
    this.#told.changed();
    this.#timer ??= setTimeout(() => this.#send(), everyMs);
  }

  #send(): void {
    this.#timer = undefined;
    for (const { id, kind, count } of this.#sum.take(newId)) {
      void this.#caller
        .ask<{ counted: number } | Refused>("hearts", { channel: this.#room, id, kind, count }, repeatWithinMs)
        .then(
          (answer) => {
            if ("refused" in answer) this.#told.lost(count, problemOfRefusal(answer));
            else this.#told.counted(kind, answer.counted);
          },
          (failure) => this.#told.lost(count, problemOf(failure)),
        )
        .finally(() => {
          this.#sum.settle(id);
          this.#told.changed();
        });
    }
    if (this.#sum.waiting) this.#timer = setTimeout(() => this.#send(), everyMs);
  }
}
