/** Those who may own rooms, and what they answer when they are asked how far their rooms are. To ask wakes none. */
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

  /** Who may own a room, the likeliest first: by who is alive now, for all rooms that are asked for at a time. */
  candidates(): (room: RoomId) => MemberId[] {
    const members = this.#options.members();
    return (room) => rendezvous(room, members).slice(0, limits.headsCandidates);
  }

  /** Undefined: no answer, or none that can be read. */
  async ask(member: MemberId, query: HeadsQuery): Promise<HeadsReply["heads"] | undefined> {
    try {
      const answer = await this.#options.bus.request(subjects.heads(member), encodeJson(query), {
        timeoutMs: limits.headsRequestMs,
      });
      return decodeJson(HeadsReply, answer).heads;
    } catch {
      return undefined;
    }
  }

  /** Of a room that nobody watches here: viewers are told. Undefined: it is awake nowhere, or its owner does not answer. */
  async counters(room: RoomId): Promise<Counters | undefined> {
    const query: HeadsQuery = { v: 1, rooms: [room], counters: true };
    const answers = await Promise.all(this.candidates()(room).map((member) => this.ask(member, query)));
    const heads = answers.flatMap((answer) => answer ?? []);
    // A former owner may not know yet that it is none.
    return heads.sort((a, b) => b.offset - a.offset).find(({ counters }) => counters !== undefined)?.counters;
  }
}
