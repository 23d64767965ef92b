/** Who is in a room, on all gateways: one asks, every one answers. */
import type { Bus, BusMessage } from "@madang/bus";
import {
  type ClientInfo,
  decodeJson,
  encodeJson,
  limits,
  type MemberId,
  PresenceQuery,
  PresenceReply,
  type RoomId,
  subjects,
  type wire,
} from "@madang/contracts";
import type { Hub } from "./hub.ts";
import { followed } from "./room-now.ts";

export class PresenceSurvey {
  readonly #self: MemberId;
  readonly #bus: Bus;
  readonly #hub: Hub;
  readonly #gateways: () => MemberId[];

  constructor(options: { self: MemberId; bus: Bus; hub: Hub; gateways: () => MemberId[] }) {
    this.#self = options.self;
    this.#bus = options.bus;
    this.#hub = options.hub;
    this.#gateways = options.gateways;
    options.bus.subscribe(subjects.presence, (message) => this.#handleQuery(message));
  }

  /** Everybody, exactly; or why that cannot be said. */
  async of(room: RoomId): Promise<ClientInfo[] | "too-many" | "incomplete"> {
    const { replies, complete } = await this.#survey(room);
    const clients = replies.reduce((sum, reply) => sum + reply.clients, 0);
    if (clients > limits.presenceClients) return "too-many";
    return complete ? replies.flatMap((reply) => reply.infos ?? []) : "incomplete";
  }

  /** Always answers. Users are exact as long as every gateway can list them, and counted once per gateway beyond. Counters: if any has heard them. */
  async stats(room: RoomId): Promise<wire.Results["presence_stats"]> {
    const { replies } = await this.#survey(room);
    const exact = replies.every(({ infos }) => infos !== undefined);
    const counters = replies.find((reply) => reply.counters !== undefined)?.counters;
    return {
      num_clients: replies.reduce((sum, reply) => sum + reply.clients, 0),
      num_users: exact
        ? new Set(replies.flatMap((reply) => reply.infos?.map(({ user }) => user) ?? [])).size
        : replies.reduce((sum, reply) => sum + reply.users, 0),
      ...(counters === undefined ? {} : { counters }),
    };
  }

  async #survey(room: RoomId): Promise<{ replies: PresenceReply[]; complete: boolean }> {
    const expected = new Set([this.#self, ...this.#gateways()]);
    const query: PresenceQuery = { v: 1, room };
    const answers = await this.#bus.survey(subjects.presence, encodeJson(query), {
      timeoutMs: limits.presenceSurveyMs,
      expected: expected.size,
    });
    const replies = answers.map((answer) => decodeJson(PresenceReply, answer));
    return { replies, complete: replies.length >= expected.size };
  }

  #handleQuery(message: BusMessage): void {
    const query = decodeJson(PresenceQuery, message.data);
    const viewers = this.#hub.get(query.room)?.infos() ?? [];
    const counters = followed({ hub: this.#hub }, query.room)?.counters;
    const reply: PresenceReply = {
      v: 1,
      member: this.#self,
      clients: viewers.length,
      users: new Set(viewers.map(({ user }) => user)).size,
      ...(viewers.length <= limits.presenceClients ? { infos: viewers } : {}),
      // One that nobody watches here hears no more of them.
      ...(counters !== undefined && viewers.length > 0 ? { counters } : {}),
    };
    message.respond(encodeJson(reply));
  }
}
