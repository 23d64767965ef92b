/** Signs of life. Many want to know the same at once, when a member hangs or is gone: it is asked once for all of them. */
import { limits, type MemberId, subjects } from "@madang/contracts";
import type { Bus } from "./bus.ts";

export class Pings {
  readonly #bus: Pick<Bus, "request">;
  readonly #asked = new Map<MemberId, Promise<boolean>>();

  constructor(bus: Pick<Bus, "request">) {
    this.#bus = bus;
  }

  /** False: it is gone, which is known at once, or did not answer within `limits.memberPingMs`. */
  answers(member: MemberId): Promise<boolean> {
    let answer = this.#asked.get(member);
    if (answer === undefined) {
      answer = this.#bus.request(subjects.ping(member), new Uint8Array(), { timeoutMs: limits.memberPingMs }).then(
        () => true,
        () => false,
      );
      this.#asked.set(member, answer);
      void answer.then(() => this.#asked.delete(member));
    }
    return answer;
  }
}
