/** Pings every session once per interval, spread evenly, and closes those that do not answer. */
import { limits } from "@madang/contracts";
import type { Session } from "./session.ts";

/** A second each: finer ones spread no load worth it, and cost twice the CPU, as every few pings wake an idle process. */
const slots = 25;

export class Heartbeat {
  readonly #slots: Set<Pinged>[] = Array.from({ length: slots }, () => new Set());
  readonly #timer: NodeJS.Timeout;
  readonly #pongAfter: number;
  #tick = 0;
  #added = 0;

  constructor({ intervalMs }: { intervalMs: number }) {
    // In ticks; at least one, and before the next ping.
    this.#pongAfter = Math.max(1, Math.min(slots - 1, Math.round((limits.pongTimeoutMs / limits.pingIntervalMs) * slots)));
    this.#timer = setInterval(() => this.#beat(), intervalMs / slots).unref();
  }

  /** Adds a session; the function returned takes it out again. */
  add(session: Pinged): () => void {
    // Each to the next slot: thousands that come at once, as after a gateway's death, are not all pinged at once for ever after.
    const slot = this.#slots[this.#added++ % slots];
    slot?.add(session);
    return () => slot?.delete(session);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    this.#tick++;
    for (const session of this.#slots[(this.#tick + slots - this.#pongAfter) % slots] ?? []) session.expectPong();
    for (const session of this.#slots[this.#tick % slots] ?? []) session.ping();
  }
}

type Pinged = Pick<Session, "ping" | "expectPong">;
