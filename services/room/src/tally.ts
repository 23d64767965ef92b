/** What everybody is told of one room's numbers, and when: after something has changed them, and not more often than so. */
import { type Audience, type Counters, limits } from "@madang/contracts";
import { Crowd } from "./crowd.ts";
import type { Room } from "./room.ts";
import { Throttle } from "./throttle.ts";

export interface TallyOptions {
  room: Room;
  /** Tells everybody. */
  tell: (counters: Counters) => void;
  /** More watch than ever did: once in a while. */
  onPeak: () => void;
  /** The audience is to be split anew. */
  onReshard: (shards: number) => void;
  /** Server time, ms. */
  now: () => number;
}

export class Tally {
  readonly #options: TallyOptions;
  readonly #crowd: Crowd;
  readonly #telling: Throttle;
  readonly #peak: Throttle;
  /** What was told last. */
  #told = "";
  #forgetTimer: NodeJS.Timeout | undefined;

  constructor(options: TallyOptions) {
    this.#options = options;
    this.#crowd = new Crowd(options.room.state, performance.now());
    this.#telling = new Throttle(limits.countersEveryMs, () => this.#tell());
    this.#peak = new Throttle(limits.peakEveryMs, options.onPeak);
  }

  get counters(): Counters {
    const { room, now } = this.#options;
    return this.#crowd.counters(performance.now(), { sampled: room.sampled(now()) });
  }

  get viewers(): number {
    return this.#crowd.viewers(performance.now());
  }

  hear(gateway: string, audience: Audience): void {
    this.#crowd.hear(gateway, audience, performance.now());
    // It may be new here, or have missed what was told last.
    this.#told = "";
    this.#telling.ask();
    this.#forgetInTime();
  }

  /** Something has changed, and is told of within so many ms. */
  changed(withinMs = 0): void {
    this.#telling.ask(withinMs);
  }

  close(): void {
    this.#telling.close();
    this.#peak.close();
    clearTimeout(this.#forgetTimer);
  }

  /** Nobody says it when a gateway has died: its viewers are gone when it is not heard of for too long. */
  #forgetInTime(): void {
    const { forgetsAt } = this.#crowd;
    if (this.#forgetTimer !== undefined || forgetsAt === undefined) return;
    const forget = () => {
      this.#forgetTimer = undefined;
      // It was heard of meanwhile, or counting forgets it.
      if (performance.now() >= (this.#crowd.forgetsAt ?? Number.POSITIVE_INFINITY)) this.#tell();
      this.#forgetInTime();
    };
    this.#forgetTimer = setTimeout(forget, Math.max(1, Math.ceil(forgetsAt - performance.now()))).unref();
  }

  #tell(): void {
    const { room, tell, onReshard } = this.#options;
    // Before it is counted anew, which raises it.
    const { peak } = room.state.totals;
    const { counters } = this;
    const told = JSON.stringify(counters);
    if (told !== this.#told) tell(counters);
    this.#told = told;
    if (counters.peak > peak) this.#peak.ask();
    const shards = this.#crowd.resharded(counters.viewers, performance.now());
    if (shards !== undefined) onReshard(shards);
  }
}
