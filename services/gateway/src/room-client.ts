/** Asks a room, wherever its owner is. */
import { type Bus, NoResponders } from "@madang/bus";
import {
  ErrorCode,
  limits,
  type MemberId,
  type ProtocolError,
  type RoomCommand,
  type RoomId,
  type RoomReply,
  rendezvous,
  subjects,
} from "@madang/contracts";
import { pause } from "@madang/runtime";
import { ReplyError } from "./reply-error.ts";

export type RoomAnswer = Exclude<RoomReply, { kind: "moved" }>;

export interface RoomClientOptions {
  bus: Pick<Bus, "request">;
  /** Live room services. */
  members: () => MemberId[];
  /** Monotonic, ms. */
  now?: () => number;
  pause?: (ms: number) => Promise<void>;
}

export class RoomClient {
  readonly #options: Required<RoomClientOptions>;

  constructor(options: RoomClientOptions) {
    this.#options = { now: () => performance.now(), pause, ...options };
  }

  /**
   * The owner's answer. Nobody there: the next candidate at once. `moved`, or no answer: the candidates are looked up again and asked
   * with the same message id, which the room recognises if it had stored it.
   *
   * @throws ReplyError 1000 when nobody took the command, 1002 when somebody may have
   */
  async ask(room: RoomId, command: RoomCommand): Promise<RoomAnswer> {
    const { now, pause } = this.#options;
    const deadline = now() + limits.commandDeadlineMs;
    const body = Buffer.from(JSON.stringify(command));
    let failure: ProtocolError = ErrorCode.roomUnavailable;
    for (let round = 0; ; round++) {
      for (const member of rendezvous(room, this.#options.members())) {
        const left = deadline - now();
        if (left <= 0) throw new ReplyError(failure);
        const reply = await this.#try(room, member, { body, timeoutMs: Math.min(left, limits.roomRequestMs) });
        if (reply === "nobody") continue;
        if (reply !== "silence" && reply.kind !== "moved") return reply;
        // From here on a copy of the command may be stored, or lie in a mailbox, or in a batch of a former owner.
        failure = ErrorCode.outcomeUnknown;
        break;
      }
      const wait = limits.roomRetryMs * Math.min(8, 2 ** round);
      if (now() + wait >= deadline) throw new ReplyError(failure);
      await pause(wait);
    }
  }

  async #try(
    room: RoomId,
    member: MemberId,
    { body, timeoutMs }: { body: Uint8Array; timeoutMs: number },
  ): Promise<RoomReply | "nobody" | "silence"> {
    try {
      const reply = await this.#options.bus.request(subjects.command(member, room), body, { timeoutMs });
      return JSON.parse(Buffer.from(reply).toString("utf8"));
    } catch (error) {
      return error instanceof NoResponders ? "nobody" : "silence";
    }
  }
}
