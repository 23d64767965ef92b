/** Asks a room, wherever its owner is. */
import {
  decodeJson,
  encodeJson,
  limits,
  type MemberId,
  type RoomCommand,
  type RoomId,
  RoomReply,
  rendezvous,
  subjects,
} from "@madang/contracts";
import { backoff, currentTrace, pause } from "@madang/runtime";
import { NoResponders } from "./bus.ts";
import { Pings, type PingsOptions } from "./pings.ts";

/** `unavailable`: nobody took the command. `unknown`: somebody may have stored it, and nobody says so. */
export type RoomAnswer =
  | Extract<RoomReply, { kind: "committed" | "counted" | "refused" }>
  | { kind: "unavailable" }
  | { kind: "unknown" };

type Answer = RoomReply | "nobody" | "silence";

export interface RoomClientOptions {
  bus: PingsOptions["bus"];
  /** Live room services. */
  members: () => MemberId[];
  /** Signs of life. */
  pings?: Pick<Pings, "answers">;
  /** Monotonic, ms. */
  now?: () => number;
  pause?: (ms: number) => Promise<void>;
}

export class RoomClient {
  readonly #options: Required<RoomClientOptions>;
  /** Who did not answer, and until when that counts. */
  readonly #suspects = new Map<MemberId, number>();

  constructor(options: RoomClientOptions) {
    this.#options = { now: () => performance.now(), pause, pings: new Pings({ bus: options.bus }), ...options };
  }

  /**
   * The owner's answer, within `limits.commandDeadlineMs` or what is left of it. Nobody there, no answer in time, or `moved`: the next candidate at once, which
   * claims the room if those before it give no sign of life. After `unknown`, or when all have been asked, from the start again. It is
   * always the same message id, which the room recognises if it had stored it.
   */
  async ask(
    room: RoomId,
    command: RoomCommand,
    { withinMs = limits.commandDeadlineMs }: { withinMs?: number } = {},
  ): Promise<RoomAnswer> {
    const { now, pause } = this.#options;
    const deadline = now() + withinMs;
    const body = encodeJson(command);
    let failure: RoomAnswer = { kind: "unavailable" };
    for (let round = 0; ; round++) {
      for (const member of this.#suspectsLast(rendezvous(room, this.#options.members()))) {
        const left = deadline - now();
        if (left <= 0) return failure;
        const reply = await this.#try(room, member, { body, timeoutMs: Math.min(left, limits.roomRequestMs) });
        if (reply === "nobody") continue;
        if (reply === "silence") this.#suspects.set(member, now() + limits.memberSuspectMs);
        else this.#suspects.delete(member);
        if (reply !== "silence" && (reply.kind === "committed" || reply.kind === "counted")) return reply;
        if (reply !== "silence" && reply.kind === "refused") {
          // "Not now" comes from one that did not look whether an earlier try is stored.
          return reply.refusal.temporary && failure.kind === "unknown" ? failure : reply;
        }
        // From here on a copy of the command may be stored, or lie in a mailbox, or in a batch of a former owner.
        failure = { kind: "unknown" };
        if (reply === "silence") continue;
        if (reply.kind === "unknown") break;
        if (reply.owner !== undefined) this.#suspects.delete(reply.owner);
      }
      const wait = backoff(round, { firstMs: limits.roomRetryMs, longestMs: limits.roomRetryLongestMs });
      if (now() + wait >= deadline) return failure;
      await pause(wait);
    }
  }

  /** One that did not answer lately is asked after the others: it may hang, and count as alive for a while. */
  #suspectsLast(ranked: readonly MemberId[]): MemberId[] {
    const now = this.#options.now();
    for (const [member, until] of this.#suspects) if (until <= now) this.#suspects.delete(member);
    if (this.#suspects.size === 0) return [...ranked];
    const suspected = (member: MemberId) => this.#suspects.has(member);
    return [...ranked.filter((member) => !suspected(member)), ...ranked.filter(suspected)];
  }

  /** Its answer; or "silence", as soon as the member gives no sign of life any more. */
  async #try(room: RoomId, member: MemberId, request: { body: Uint8Array; timeoutMs: number }): Promise<Answer> {
    const answer = this.#request(room, member, request);
    const lost = Promise.withResolvers<"silence">();
    let looking = false;
    // Most answers are here long before.
    const timer = setInterval(async () => {
      if (looking) return;
      looking = true;
      if (!(await this.#options.pings.answers(member))) lost.resolve("silence");
      looking = false;
    }, limits.memberPingAfterMs);
    try {
      return await Promise.race([answer, lost.promise]);
    } finally {
      clearInterval(timer);
    }
  }

  async #request(room: RoomId, member: MemberId, { body, timeoutMs }: { body: Uint8Array; timeoutMs: number }): Promise<Answer> {
    try {
      const options = { timeoutMs, traceparent: currentTrace()?.traceparent };
      return decodeJson(RoomReply, await this.#options.bus.request(subjects.command(member, room), body, options));
    } catch (error) {
      // An answer that cannot be read tells no more than none.
      return error instanceof NoResponders ? "nobody" : "silence";
    }
  }
}
