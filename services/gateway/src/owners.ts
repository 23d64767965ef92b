/** Asks those who may own a room what is counted there, for a room that nobody watches: viewers are told. It wakes none. */
import type { Bus } from "@madang/bus";
import {
  type Counters,
  decodeJson,
  encodeJson,
  type HeadsQuery,
  HeadsReply,
  limits,
  type MemberId,
  type RoomId,
  rendezvous,
  subjects,
} from "@madang/contracts";

export interface OwnersOptions {
  bus: Pick<Bus, "request">;
  /** Live room services. */
  members: () => MemberId[];
}

export class Owners {
  readonly #options: OwnersOptions;

  constructor(options: OwnersOptions) {
    this.#options = options;
  }

  /** Undefined: the room is awake nowhere, or its owner does not answer. */
  async counters(room: RoomId): Promise<Counters | undefined> {
    const candidates = rendezvous(room, this.#options.members()).slice(0, limits.headsCandidates);
    const heads = (await Promise.all(candidates.map((member) => this.#ask(member, room)))).flat();
    // A former owner may not know yet that it is none.
    return heads.sort((a, b) => b.offset - a.offset).find(({ counters }) => counters !== undefined)?.counters;
  }

  async #ask(member: MemberId, room: RoomId): Promise<HeadsReply["heads"]> {
    const query: HeadsQuery = { v: 1, rooms: [room], counters: true };
    try {
      const answer = await this.#options.bus.request(subjects.heads(member), encodeJson(query), {
        timeoutMs: limits.headsRequestMs,
      });
      return decodeJson(HeadsReply, answer).heads;
    } catch {
      return [];
    }
  }
}
