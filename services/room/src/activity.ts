/** How busy a room is, and how long its commits take. Pure. */
import { limits } from "@madang/contracts";
import { Rate } from "@madang/runtime";

export class Activity {
  readonly #comments = new Rate(limits.rateOverMs);
  /** The last ones: where the next goes, when each ended, and what it took. They grow with what happens: most rooms are small. */
  #next = 0;
  readonly #at: number[] = [];
  readonly #tookMs: number[] = [];

  /** An event is in the log, `tookMs` after it was decided on. `now`: monotonic, ms. */
  committed(now: number, { tookMs, comment }: { tookMs: number; comment: boolean }): void {
    if (comment) this.#comments.add(1, now);
    this.#at[this.#next] = now;
    this.#tookMs[this.#next] = tookMs;
    this.#next = (this.#next + 1) % limits.operateCommits;
  }

  /** `now`: monotonic, ms. */
  commentsPerS(now: number): number {
    return this.#comments.perSecond(now);
  }

  /** Half of the commits of the last minute took no longer, and 99 of 100. Undefined: there were none. `now`: monotonic, ms. */
  commitMs(now: number): { p50: number; p99: number } | undefined {
    const took = this.#tookMs.filter((_, index) => now - (this.#at[index] ?? 0) < limits.operateCommitsMs).sort((a, b) => a - b);
    const of = (share: number) => took[Math.ceil(share * took.length) - 1];
    const [p50, p99] = [of(0.5), of(0.99)];
    return p50 === undefined || p99 === undefined ? undefined : { p50, p99 };
  }
}
