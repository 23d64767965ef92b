/** Signs of life. Many want to know the same at once, when a member hangs or is gone: it is asked once for all of them. */
import { limits, type MemberId, subjects } from "@madang/contracts";
import { pause } from "@madang/runtime";
import { type Bus, NoResponders } from "./bus.ts";

export interface PingsOptions {
  bus: Pick<Bus, "request" | "connected" | "changes">;
  /** Whether the broker itself is well. Leave out where nothing hangs on the answer: a member that nobody listens for is then gone. */
  steady?: () => Promise<boolean>;
  /** Monotonic, ms. */
  now?: () => number;
  pause?: (ms: number) => Promise<void>;
}

export class Pings {
  readonly #options: Required<PingsOptions>;
  readonly #asked = new Map<MemberId, Promise<boolean>>();

  constructor(options: PingsOptions) {
    this.#options = { steady: () => Promise.resolve(true), now: () => performance.now(), pause, ...options };
  }

  /**
   * False: it hangs, and did not answer within `limits.memberPingMs`; or it is gone, and nobody listens for it. While the broker is not
   * well that may be a member that connects anew, since its server went, and counts only after `limits.memberGoneMs`. Who asks and was
   * not connected all the while has seen nothing, and takes it for alive.
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
    const { bus, steady, now, pause } = this.#options;
    const before = bus.changes;
    const goneAt = now() + limits.memberGoneMs;
    for (;;) {
      try {
        await bus.request(subjects.ping(member), new Uint8Array(), { timeoutMs: limits.memberPingMs });
        return true;
      } catch (error) {
        const gone = error instanceof NoResponders && (now() >= goneAt || (await steady()));
        if (!bus.connected || bus.changes !== before) return true;
        if (gone || !(error instanceof NoResponders)) return false;
      }
      await pause(limits.memberPingEveryMs);
    }
  }
}
