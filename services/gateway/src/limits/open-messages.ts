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

interface OpenMessage {
  readonly borders: FrameBorders;
  /** When it was begun. */
  readonly since: number;
}

export class OpenMessages<T> {
  readonly #options: Required<OpenMessagesOptions<T>>;
  /** The oldest first. Hardly anybody is in here: most bytes come as whole messages. */
  readonly #open = new Map<T, OpenMessage>();
  /** Told of: they are being closed. */
  readonly #overdue = new Set<T>();
  readonly #timer: NodeJS.Timeout;
  /** For the next who has nothing open. */
  #spare = new FrameBorders();

  constructor(options: OpenMessagesOptions<T>) {
    this.#options = { now: () => performance.now(), ...options };
    this.#timer = setInterval(() => this.look(), limits.overdueLookMs).unref();
  }

  /** Reads along on a socket. The function returned forgets it. */
  follow(who: T, socket: Pick<Socket, "on"> | undefined): () => void {
    socket?.on("data", (bytes: Buffer) => this.#read(who, bytes));
    return () => {
      this.#open.delete(who);
      this.#overdue.delete(who);
    };
  }

  /** Tells of those that are overdue. */
  look(): void {
    const before = this.#options.now() - this.#options.withinMs;
    for (const [who, { since }] of this.#open) {
      if (since > before) return;
      this.#open.delete(who);
      this.#overdue.add(who);
      this.#options.onOverdue(who);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #read(who: T, bytes: Buffer): void {
    if (this.#overdue.has(who)) return;
    const open = this.#open.get(who);
    const borders = open?.borders ?? this.#spare;
    const ended = borders.read(bytes);
    if (open !== undefined && !ended && borders.inside) return;
    this.#open.delete(who);
    if (!borders.inside) return;
    // Another one that began is as new as can be.
    this.#open.set(who, { borders, since: this.#options.now() });
    if (borders === this.#spare) this.#spare = new FrameBorders();
  }
}
