/** How many were not let in, told in one line now and then: a raid must not fill the log. */
import { limits } from "@madang/contracts";
import type { Logger } from "@madang/runtime";

export class RefusedNews<Why extends string = string> {
  readonly #logger: Logger;
  readonly #counts = new Map<Why, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(why: Why): void {
    this.#counts.set(why, (this.#counts.get(why) ?? 0) + 1);
    // The first at once, so that somebody who looks for the reason finds it.
    if (this.#timer !== undefined) return;
    this.#tell();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, limits.refusedToldMs).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #tell(): void {
    if (this.#counts.size === 0) return;
    this.#logger.warn({ refused: Object.fromEntries(this.#counts) }, "connections refused");
    this.#counts.clear();
  }
}
