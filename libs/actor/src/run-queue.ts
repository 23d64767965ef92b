/** Something that can use a turn. It says how many messages it handled in it. */
export interface Runnable {
  run(): number;
}

/**
 * Who is next: one turn each, in the order in which they became ready, and after `perTick` messages the event loop gets
 * its turn. A turn never begins inside the call that made it necessary, so telling is safe from anywhere.
 */
export class RunQueue {
  readonly #perTick: number;
  #ready: Runnable[] = [];
  #coming: Runnable[] = [];
  #next = 0;
  #scheduled = false;

  constructor(perTick: number) {
    this.#perTick = perTick;
  }

  /** The caller keeps itself from being in it twice. */
  add(runnable: Runnable): void {
    this.#coming.push(runnable);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#tick);
  }

  readonly #tick = (): void => {
    this.#scheduled = false;
    try {
      for (let handled = 0; handled < this.#perTick; ) {
        const runnable = this.#take();
        if (runnable === undefined) return;
        // A turn without a message is work as well.
        handled += Math.max(1, runnable.run());
      }
    } finally {
      if (this.#next < this.#ready.length || this.#coming.length > 0) this.#schedule();
    }
  };

  /** Two arrays that change places: taking from the front of one array would move all others. */
  #take(): Runnable | undefined {
    if (this.#next === this.#ready.length) {
      this.#ready.length = 0;
      this.#next = 0;
      const empty = this.#ready;
      this.#ready = this.#coming;
      this.#coming = empty;
    }
    const runnable = this.#ready[this.#next];
    if (runnable !== undefined) this.#next += 1;
    return runnable;
  }
}
