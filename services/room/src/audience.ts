/** How many watch a room, on all gateways: the sum of what each has said last. One that is silent for 15 s has no viewers any more. */
import { limits, type Audience as Report } from "@madang/contracts";
import { HyperLogLog } from "@madang/room-state";

interface Heard {
  readonly report: Report;
  /** Monotonic, ms. */
  readonly at: number;
}

export class Audience {
  readonly #gateways = new Map<string, Heard>();

  /** `now`: monotonic, ms. */
  hear(gateway: string, report: Report, now: number): void {
    if (report.clients === 0) this.#gateways.delete(gateway);
    else this.#gateways.set(gateway, { report, at: now });
  }

  /** Connections, and different users: exact as long as every gateway can name them. */
  count(now: number): { viewers: number; users: number } {
    for (const [gateway, { at }] of this.#gateways) if (now - at > limits.audienceForgottenMs) this.#gateways.delete(gateway);
    const reports = [...this.#gateways.values()].map(({ report }) => report);
    const viewers = reports.reduce((sum, { clients }) => sum + clients, 0);
    if (reports.every(({ users }) => users !== undefined))
      return { viewers, users: new Set(reports.flatMap(({ users }) => users ?? [])).size };
    const all = new HyperLogLog();
    for (const { users, sketch } of reports) {
      for (const user of users ?? []) all.add(user);
      if (sketch !== undefined) all.merge(HyperLogLog.decode(sketch));
    }
    return { viewers, users: Math.min(viewers, all.count()) };
  }
}
