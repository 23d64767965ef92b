/** Messages that have begun and not ended. Who leaves one open for too long holds memory for nothing, and is closed. */
import type { Socket } from "node:net";
import { limits } from "@madang/contracts";
import { FrameBorders } from "./frame-borders.ts";

export interface OpenMessagesOptions<T> {
  withinMs: number;
  /** Called once for each. */
  onOverdue: (who: T) => void;
  /** Monotonic, ms. */
  now?: () => number;
}

export class OpenMessages<T> {
  readonly #options: Required<OpenMessagesOptions<T>>;
  /** Since when, the oldest first. Hardly anybody is in here: most bytes come as whole messages. */
  readonly #open = new Map<T, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: OpenMessagesOptions<T>) {
    this.#options = { now: () => performance.now(), ...options };
    this.#timer = setInterval(() => this.look(), limits.overdueLookMs).unref();
  }

  /** Reads along on a socket. The function returned forgets it. */
  follow(who: T, socket: Pick<Socket, "on"> | undefined): () => void {
    const borders = new FrameBorders();
    socket?.on("data", (bytes: Buffer) => this.#note(who, { ended: borders.read(bytes), inside: borders.inside }));
    return () => void this.#open.delete(who);
  }

  /** Tells of those that are overdue. */
  look(): void {
    const before = this.#options.now() - this.#options.withinMs;
    for (const [who, since] of this.#open) {
      if (since > before) return;
      this.#open.delete(who);
      this.#options.onOverdue(who);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #note(who: T, { ended, inside }: { ended: boolean; inside: boolean }): void {
    // Another one that began is as new as can be.
    if (ended || !inside) this.#open.delete(who);
    if (inside && !this.#open.has(who)) this.#open.set(who, this.#options.now());
  }
}
