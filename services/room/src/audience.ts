/**
 * How many watch a room, on all gateways: the sum of what each has said last. One that is silent for `limits.audienceForgottenMs` has no
 * viewers any more.
 */
import { limits, type Audience as Report } from "@madang/contracts";
import { HyperLogLog } from "@madang/room-state";

interface Heard {
  readonly clients: number;
  /** While they can be named. */
  readonly users: readonly string[] | undefined;
  readonly sketch: HyperLogLog | undefined;
  /** Monotonic, ms. */
  readonly at: number;
}

export class Audience {
  readonly #gateways = new Map<string, Heard>();

  /** `now`: monotonic, ms. @throws RangeError: its sketch is none */
  hear(gateway: string, report: Report, now: number): void {
    const { clients, users, sketch } = report;
    // In the order in which they were heard.
    this.#gateways.delete(gateway);
    if (clients === 0) return;
    const decoded = sketch === undefined ? undefined : HyperLogLog.decode(sketch);
    this.#gateways.set(gateway, { clients, users, sketch: decoded, at: now });
  }

  /** When the next one is forgotten, if it is not heard of before. */
  get forgetsAt(): number | undefined {
    const [oldest] = this.#gateways.values();
    return oldest && oldest.at + limits.audienceForgottenMs;
  }

  /** Connections alone, which costs next to nothing. */
  viewers(now: number): number {
    let viewers = 0;
    for (const { clients, at } of this.#gateways.values()) if (now - at < limits.audienceForgottenMs) viewers += clients;
    return viewers;
  }

  /** Connections, and different users: exact as long as every gateway can name them. */
  count(now: number): { viewers: number; users: number } {
    for (const [gateway, { at }] of this.#gateways) if (now - at >= limits.audienceForgottenMs) this.#gateways.delete(gateway);
    const reports = [...this.#gateways.values()];
    const viewers = reports.reduce((sum, { clients }) => sum + clients, 0);
    if (reports.every(({ users }) => users !== undefined))
      return { viewers, users: new Set(reports.flatMap(({ users }) => users ?? [])).size };
    const all = new HyperLogLog();
    for (const { users, sketch } of reports) {
      for (const user of users ?? []) all.add(user);
      if (sketch !== undefined) all.merge(sketch);
    }
    return { viewers, users: Math.min(viewers, all.count()) };
  }
}
