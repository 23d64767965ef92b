/** Clients and their gateway: it asks the candidates one after the other, always under the same message id, and keeps what it heard. */

import { NoResponders } from "@madang/bus";
import {
  decodeJson,
  type Epoch,
  encodeJson,
  limits,
  type MemberId,
  MessageId,
  type RoomId,
  RoomReply,
  rendezvous,
  type SendCommand,
  subjects,
  UserId,
} from "@madang/contracts";
import { backoff, pause } from "@madang/runtime";
import type { World } from "./world.ts";

export interface Acknowledged {
  readonly offset: number;
  readonly epoch: Epoch;
  readonly duplicate: boolean;
  /** Elapsed ms. */
  readonly at: number;
}

/** One message, however often it is sent. */
export interface Message {
  readonly room: RoomId;
  readonly author: UserId;
  readonly id: MessageId;
  /** When it was sent first: elapsed ms. */
  readonly sentAt: number;
  readonly acknowledged: Acknowledged[];
  /** Somebody may have it who did not say so: only a message of which that is not true can be refused for certain. */
  inDoubt: boolean;
  refused: boolean;
}

export class Sender {
  readonly messages: Message[] = [];
  readonly #world: World;
  readonly #suspects = new Map<MemberId, number>();

  constructor(world: World) {
    this.#world = world;
  }

  newMessage(room: RoomId): Message {
    const { random, time } = this.#world;
    const author = UserId.parse(`user${random.int(4)}`);
    const id = MessageId.parse(`m${this.messages.length + 1}`);
    const message = { room, author, id, sentAt: time.elapsed, acknowledged: [], inDoubt: false, refused: false };
    this.messages.push(message);
    return message;
  }

  /** One client's call: it ends within `withinMs`. True: acknowledged. */
  async send(message: Message, withinMs: number = limits.commandDeadlineMs): Promise<boolean> {
    const { time, network, gateway } = this.#world;
    const { room, author, id } = message;
    const deadline = time.elapsed + withinMs;
    const command: SendCommand = {
      v: 1,
      command: "send",
      author,
      id,
      info: { user: author, client: "c" as never },
      data: { text: id },
    };
    const body = encodeJson(command);
    const bus = network.bus(gateway);
    for (let round = 0; ; round++) {
      for (const member of this.#candidates(room)) {
        const left = deadline - time.elapsed;
        if (left <= 0) return false;
        let reply: RoomReply;
        try {
          const timeoutMs = Math.min(left, limits.roomRequestMs);
          reply = decodeJson(RoomReply, await bus.request(subjects.command(member, room), body, { timeoutMs }));
        } catch (error) {
          if (error instanceof NoResponders) continue;
          message.inDoubt = true;
          this.#suspects.set(member, time.elapsed + limits.memberSuspectMs);
          continue;
        }
        this.#suspects.delete(member);
        this.#world.note("gateway", () => `${id} from ${member}: ${JSON.stringify(reply)}`);
        if (reply.kind === "committed") {
          message.acknowledged.push({ offset: reply.offset, epoch: reply.epoch, duplicate: reply.duplicate, at: time.elapsed });
          return true;
        }
        if (reply.kind === "refused") {
          message.refused = true;
          return false;
        }
        message.inDoubt = true;
        if (reply.kind === "unknown") break;
        // `moved` says that somebody else is there.
        this.#suspects.clear();
      }
      await pause(backoff(round, { firstMs: limits.roomRetryMs, longestMs: limits.roomRetryLongestMs }));
      if (time.elapsed >= deadline) return false;
    }
  }

  #candidates(room: RoomId): MemberId[] {
    const { time, gateway } = this.#world;
    const ranked = rendezvous(room, this.#world.membersSeenBy(gateway));
    const suspected = (member: MemberId) => (this.#suspects.get(member) ?? 0) > time.elapsed;
    return [...ranked.filter((member) => !suspected(member)), ...ranked.filter(suspected)];
  }
}
