/** Signs of life. Many want to know the same at once, when a member hangs or is gone: it is asked once for all of them. */
import { limits, type MemberId, subjects } from "@madang/contracts";
import { pause } from "@madang/runtime";
import { type Bus, NoResponders } from "./bus.ts";

export interface PingsOptions {
  bus: Pick<Bus, "request" | "connected" | "changes">;
  /** How long nobody must have listened for a member until it counts as gone. Shorter may be one that connects anew. */
  goneMs: number;
  /** Monotonic, ms. */
  now?: () => number;
  pause?: (ms: number) => Promise<void>;
}

export class Pings {
  readonly #options: Required<PingsOptions>;
  readonly #asked = new Map<MemberId, Promise<boolean>>();

  constructor(options: PingsOptions) {
    this.#options = { now: () => performance.now(), pause, ...options };
  }

  /**
   * False: it hangs, and did not answer within `limits.memberPingMs`; or it is gone, and nobody has listened for it for so long. Who
   * asks and was not connected all the while has seen nothing, and takes it for alive.
   */
  answers(member: MemberId): Promise<boolean> {
    let answer = this.#asked.get(member);
    if (answer === undefined) {
      answer = this.#ask(member);
      this.#asked.set(member, answer);
      void answer.then(() => this.#asked.delete(member));
    }
    return answer;
  }

  async #ask(member: MemberId): Promise<boolean> {
    const { bus, goneMs, now, pause } = this.#options;
    const before = bus.changes;
    const goneAt = now() + goneMs;
    for (;;) {
      try {
        await bus.request(subjects.ping(member), new Uint8Array(), { timeoutMs: limits.memberPingMs });
        return true;
      } catch (error) {
        if (!bus.connected || bus.changes !== before) return true;
        if (!(error instanceof NoResponders) || now() >= goneAt) return false;
      }
      await pause(limits.memberPingEveryMs);
    }
  }
}
