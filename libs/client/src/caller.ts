/** Asks the server, and asks again until there is an answer: every call bears an id where it changes anything, so that it is done once. */
import type { Centrifuge } from "centrifuge";
import { backOffMs } from "./back-off.ts";
import { isTemporary, MadangError } from "./errors.ts";
import type { Problem } from "./model.ts";

/** How long a question is asked before its asker is told that there is no answer. */
export const askWithinMs = 15_000;

export interface Refused {
  readonly refused: { readonly code: number; readonly message: string; readonly retryAfterMs?: number };
}

export class Caller {
  readonly #centrifuge: Centrifuge;
  readonly #wakers = new Set<() => void>();

  constructor(centrifuge: Centrifuge) {
    this.#centrifuge = centrifuge;
    // A new connection is worth a try at once.
    centrifuge.on("connected", () => this.#wake());
    centrifuge.on("disconnected", () => this.#wake());
  }

  /** What the rpc answers. @throws MadangError where it is refused, or has no answer within the time, of which `isTemporary` is true */
  async ask<T>(method: string, data: object, withinMs = askWithinMs): Promise<T> {
    return this.repeat(async () => (await this.#centrifuge.rpc(method, data)).data as T, withinMs);
  }

  /** The same for any other question, such as a page of history. */
  async repeat<T>(question: () => Promise<T>, withinMs = askWithinMs): Promise<T> {
    const deadline = Date.now() + withinMs;
    for (let attempt = 0; ; attempt++) {
      try {
        return await question();
      } catch (failure) {
        const { code = 0, message = String(failure) } = failure as Partial<Problem>;
        const waitMs = backOffMs(attempt, Math.random);
        if (!isTemporary(code) || this.#centrifuge.state === "disconnected" || Date.now() + waitMs > deadline)
          throw new MadangError(code, message, { cause: failure });
        await this.#pause(waitMs);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#wakers.add(wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }
}

export function problemOf(failure: unknown): Problem {
  const { code = 0, message = String(failure) } = failure as Partial<Problem>;
  return { code, message };
}

export function problemOfRefusal({ refused: { code, message, retryAfterMs } }: Refused): Problem {
  return { code, message, ...(retryAfterMs === undefined ? {} : { retryAt: Date.now() + retryAfterMs }) };
}

/** Pages on plain HTTP beyond localhost have no `randomUUID`. */
export function newId(): string {
  return (
    globalThis.crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-")
  );
}
