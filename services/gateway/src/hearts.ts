/**
 * Gathers the hearts of a room's viewers for a moment, and sends them to its owner in one command. The owner counts each `(user, id)` once,
 * so that a call whose outcome is unknown is repeated as it is.
 */

import type { RoomAnswer, RoomClient } from "@madang/bus";
import { type ClientId, ErrorCode, type HeartKind, limits, type MessageId, type RoomId, type UserId } from "@madang/contracts";
import { ReplyError } from "./reply-error.ts";

export interface Hearts {
  readonly user: UserId;
  readonly client: ClientId;
  readonly id: MessageId;
  readonly kind: HeartKind;
  readonly count: number;
}

export type HeartsAnswer = { kind: "counted"; count: number } | Exclude<RoomAnswer, { kind: "committed" | "counted" }>;

/** What goes to the owner together, and who waits for it, in the same order. */
interface Gathering {
  readonly hearts: Hearts[];
  readonly waiting: PromiseWithResolvers<HeartsAnswer>[];
  readonly timer: NodeJS.Timeout;
}

export class HeartsGatherer {
  readonly #rooms: Pick<RoomClient, "ask">;
  readonly #gatherings = new Map<RoomId, Gathering>();
  /** Those that have no answer yet, by room, user and id. */
  readonly #pending = new Map<string, Promise<HeartsAnswer>>();
  readonly #bySocket = new Map<ClientId, number>();

  constructor({ rooms }: { rooms: Pick<RoomClient, "ask"> }) {
    this.#rooms = rooms;
  }

  /** @throws ReplyError where too many wait already: nothing was counted */
  async add(room: RoomId, hearts: Hearts): Promise<HeartsAnswer> {
    const key = `${room}\n${hearts.user}\n${hearts.id}`;
    const same = this.#pending.get(key);
    if (same !== undefined) return same;
    const ofSocket = this.#bySocket.get(hearts.client) ?? 0;
    if (ofSocket >= limits.heartsPerSocket) throw new ReplyError(ErrorCode.tooManyRequests);
    if (this.#pending.size >= limits.heartsWaiting) throw new ReplyError(ErrorCode.overloaded);
    const answer = this.#gather(room, hearts);
    this.#pending.set(key, answer);
    this.#bySocket.set(hearts.client, ofSocket + 1);
    try {
      return await answer;
    } finally {
      this.#pending.delete(key);
      this.#leave(hearts.client);
    }
  }

  #gather(room: RoomId, hearts: Hearts): Promise<HeartsAnswer> {
    let gathering = this.#gatherings.get(room);
    if (gathering === undefined) {
      const timer = setTimeout(() => this.#send(room), limits.heartsGatherMs);
      gathering = { hearts: [], waiting: [], timer };
      this.#gatherings.set(room, gathering);
    }
    const answer = Promise.withResolvers<HeartsAnswer>();
    gathering.hearts.push(hearts);
    gathering.waiting.push(answer);
    if (gathering.hearts.length >= limits.heartsPerBatch) this.#send(room);
    return answer.promise;
  }

  #send(room: RoomId): void {
    const gathering = this.#gatherings.get(room);
    if (gathering === undefined) return;
    this.#gatherings.delete(room);
    clearTimeout(gathering.timer);
    void this.#ask(room, gathering).catch((error) => {
      for (const { reject } of gathering.waiting) reject(error);
    });
  }

  async #ask(room: RoomId, { hearts, waiting }: Gathering): Promise<void> {
    const list = hearts.map(({ user, id, kind, count }): [UserId, MessageId, HeartKind, number] => [user, id, kind, count]);
    // The first of them has waited already.
    const withinMs = limits.commandDeadlineMs - limits.heartsGatherMs;
    const answer = await this.#rooms.ask(room, { v: 1, command: "hearts", hearts: list }, { withinMs });
    for (const [index, { resolve }] of waiting.entries()) resolve(answerTo(index, answer));
  }

  #leave(client: ClientId): void {
    const left = (this.#bySocket.get(client) ?? 0) - 1;
    if (left > 0) this.#bySocket.set(client, left);
    else this.#bySocket.delete(client);
  }
}

function answerTo(index: number, answer: RoomAnswer): HeartsAnswer {
  if (answer.kind === "unavailable" || answer.kind === "unknown" || answer.kind === "refused") return answer;
  const count = answer.kind === "counted" ? answer.counts[index] : undefined;
  return count === undefined ? { kind: "unknown" } : { kind: "counted", count };
}
