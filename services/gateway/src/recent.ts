/** A room's latest lines, as many as anybody may recover: those that were given out here, and older ones, read once somebody needs them. */
import { type Line, limits, type RoomId } from "@madang/contracts";
import type { Past } from "./past.ts";
import { Ring } from "./ring.ts";

export interface RecentOptions {
  room: RoomId;
  past: Pick<Past, "page">;
  pause: (ms: number) => Promise<void>;
}

export class Recent {
  readonly #options: RecentOptions;
  readonly #ring = new Ring({ maxLines: limits.ringLines, maxBytes: limits.ringBytes });
  /** Once it was, the ring has all that a recovery may bring, and changes at its ends only. */
  #recall: "not-yet" | "done" | Promise<void> = "not-yet";
  /** Monotonic, ms. */
  #since = performance.now();
  #lives = 0;

  constructor(options: RecentOptions) {
    this.#options = options;
  }

  push(lines: readonly Line[]): void {
    this.#ring.push(lines);
  }

  /** The lines `from` … `to`, if all of them are here. */
  slice(from: number, to: number): readonly Line[] | undefined {
    return this.#ring.slice(from, to);
  }

  /** What is here counts no more: it belongs to another life of the log, or read otherwise when it came. */
  clear(): void {
    this.#lives++;
    this.#ring.clear();
    this.#recall = "not-yet";
    this.#since = performance.now();
  }

  /**
   * Reads the lines before those that are here, up to an offset. Once, however many ask: a thousand clients that lost their gateway come
   * back within a second. @throws HistoryUnavailable
   */
  async recall(offset: number): Promise<void> {
    if (this.#recall === "done") return;
    if (this.#recall === "not-yet") this.#recall = this.#read(offset);
    return this.#recall;
  }

  async #read(offset: number): Promise<void> {
    const { room, past, pause } = this.#options;
    const life = this.#lives;
    const from = Math.max(1, offset - limits.recoveryLines + 1);
    const before = () => (this.#ring.first ?? offset + 1) - 1;
    try {
      // What was there when we began is in the store by then, and nobody has to read it from the log, record by record.
      if (before() >= from) await pause(Math.max(0, limits.storedSoonMs - (performance.now() - this.#since)));
      while (before() >= from && life === this.#lives) {
        const lines = await past.page({ room, from, to: before(), reverse: true, maxBytes: limits.recoveryBytes });
        if (life !== this.#lives) return;
        if (lines === "lost" || !this.#ring.unshift(lines)) break;
      }
      if (life === this.#lives) this.#recall = "done";
    } catch (error) {
      if (life === this.#lives) this.#recall = "not-yet";
      throw error;
    }
  }
}
