/** Clients and their gateway: it asks the candidates one after the other, always under the same id, and keeps what it heard. */

import { NoResponders } from "@madang/bus";
import {
  type Action,
  type Author,
  decodeJson,
  type Epoch,
  encodeJson,
  limits,
  type MemberId,
  MessageId,
  type RoomCommand,
  type RoomId,
  RoomReply,
  rendezvous,
  site,
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

/** What one message is about. */
export type Matter =
  | { readonly kind: "comment" }
  /** By a moderator. */
  | { readonly kind: "act"; readonly action: Action }
  | { readonly kind: "hearts"; readonly count: number }
  /** By the site's own server. */
  | { readonly kind: "gift" };

/** One message, however often it is sent. */
export interface Message {
  readonly room: RoomId;
  readonly author: Author;
  readonly id: MessageId;
  readonly matter: Matter;
  /** When it was sent first: elapsed ms. */
  readonly sentAt: number;
  readonly acknowledged: Acknowledged[];
  /** How many of its hearts count, as each answer said, and when: elapsed ms. */
  readonly counted: { readonly count: number; readonly at: number }[];
  /** It was acknowledged, and then declined. */
  forgotten: boolean;
  /** Somebody may have it who did not say so: only a message of which that is not true can be refused for certain. */
  inDoubt: boolean;
  /** Calls that have not ended. */
  underWay: number;
  refused: boolean;
}

const moderator = UserId.parse("mo");

const gift = { type: "gift", user: UserId.parse("giver"), amount: 1, currency: "KRW" } as const;

function commandOf({ author, id, matter }: Message): RoomCommand {
  if (matter.kind === "gift") return { v: 1, command: "act", by: site, id, action: gift };
  const user = UserId.parse(author);
  const info = { user, client: "c" as never };
  switch (matter.kind) {
    case "comment":
      return { v: 1, command: "send", author: user, id, info, data: { text: id } };
    case "act":
      return { v: 1, command: "act", by: { user, info, role: "moderator" }, id, action: matter.action };
    case "hearts":
      return { v: 1, command: "hearts", hearts: [[user, id, "heart", matter.count]] };
    default:
      return matter satisfies never;
  }
}

export class Sender {
  readonly messages: Message[] = [];
  readonly #world: World;
  readonly #suspects = new Map<MemberId, number>();

  constructor(world: World) {
    this.#world = world;
  }

  newMessage(room: RoomId, matter: Matter = { kind: "comment" }): Message {
    const { random, time } = this.#world;
    const author: Author = matter.kind === "gift" ? "" : matter.kind === "act" ? moderator : UserId.parse(`user${random.int(4)}`);
    const id = MessageId.parse(`m${this.messages.length + 1}`);
    const message = {
      room,
      author,
      id,
      matter,
      sentAt: time.elapsed,
      acknowledged: [],
      counted: [],
      forgotten: false,
      inDoubt: false,
      underWay: 0,
      refused: false,
    };
    this.messages.push(message);
    return message;
  }

  /** One client's call: it ends within `withinMs`. True: acknowledged. */
  async send(message: Message, withinMs: number = limits.commandDeadlineMs): Promise<boolean> {
    const { time, network, gateway } = this.#world;
    const { room, id } = message;
    const deadline = time.elapsed + withinMs;
    const body = encodeJson(commandOf(message));
    const bus = network.bus(gateway);
    for (let round = 0; ; round++) {
      for (const member of this.#candidates(room)) {
        const left = deadline - time.elapsed;
        if (left <= 0) return false;
        let reply: RoomReply;
        const wasAcknowledged = message.acknowledged.length > 0;
        message.underWay++;
        try {
          const timeoutMs = Math.min(left, limits.roomRequestMs);
          reply = decodeJson(RoomReply, await bus.request(subjects.command(member, room), body, { timeoutMs }));
        } catch (error) {
          if (error instanceof NoResponders) continue;
          message.inDoubt = true;
          this.#suspects.set(member, time.elapsed + limits.memberSuspectMs);
          continue;
        } finally {
          message.underWay--;
        }
        this.#suspects.delete(member);
        this.#world.note("gateway", () => `${id} from ${member}: ${JSON.stringify(reply)}`);
        if (reply.kind === "committed") {
          message.acknowledged.push({ offset: reply.offset, epoch: reply.epoch, duplicate: reply.duplicate, at: time.elapsed });
          return true;
        }
        if (reply.kind === "counted") {
          message.counted.push(...reply.counts.map((count) => ({ count, at: time.elapsed })));
          return true;
        }
        if (reply.kind === "refused") {
          message.refused = true;
          message.forgotten ||= !reply.refusal.temporary && wasAcknowledged;
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
