/** Who is in a room, on all gateways: one asks, every one answers. */
import type { Bus, BusMessage, BusSubscription } from "@madang/bus";
import {
  ErrorCode,
  limits,
  type MemberId,
  PresenceQuery,
  type PresenceReply,
  type RoomId,
  subjects,
  type wire,
} from "@madang/contracts";
import type { Hub } from "./hub.ts";
import { ReplyError } from "./reply-error.ts";

export class PresenceSurvey {
  readonly #self: MemberId;
  readonly #bus: Bus;
  readonly #hub: Hub;
  readonly #gateways: () => MemberId[];
  readonly #subscription: BusSubscription;

  constructor(options: { self: MemberId; bus: Bus; hub: Hub; gateways: () => MemberId[] }) {
    this.#self = options.self;
    this.#bus = options.bus;
    this.#hub = options.hub;
    this.#gateways = options.gateways;
    this.#subscription = options.bus.subscribe(subjects.presence, (message) => this.#handleQuery(message));
  }

  /** Exact. @throws ReplyError 108 beyond 200 connections, 100 while not every gateway answers */
  async of(room: RoomId): Promise<wire.Results["presence"]> {
    const { replies, complete } = await this.#survey(room);
    const clients = replies.reduce((sum, reply) => sum + reply.clients, 0);
    if (clients > limits.presenceClients) throw new ReplyError(ErrorCode.notAvailable);
    if (!complete) throw new ReplyError(ErrorCode.internal);
    const infos = replies.flatMap((reply) => reply.infos ?? []);
    return { presence: Object.fromEntries(infos.map((info) => [info.client, info])) };
  }

  /** Always answers. Users are exact as long as every gateway can list them, and counted once per gateway beyond. */
  async stats(room: RoomId): Promise<wire.Results["presence_stats"]> {
    const { replies } = await this.#survey(room);
    const exact = replies.every(({ infos }) => infos !== undefined);
    return {
      num_clients: replies.reduce((sum, reply) => sum + reply.clients, 0),
      num_users: exact
        ? new Set(replies.flatMap((reply) => reply.infos?.map(({ user }) => user) ?? [])).size
        : replies.reduce((sum, reply) => sum + reply.users, 0),
    };
  }

  close(): void {
    this.#subscription.close();
  }

  async #survey(room: RoomId): Promise<{ replies: PresenceReply[]; complete: boolean }> {
    const expected = new Set([this.#self, ...this.#gateways()]);
    const query: PresenceQuery = { v: 1, room };
    const answers = await this.#bus.survey(subjects.presence, Buffer.from(JSON.stringify(query)), {
      timeoutMs: limits.presenceSurveyMs,
      expected: expected.size,
    });
    const replies: PresenceReply[] = answers.map((answer) => JSON.parse(Buffer.from(answer).toString("utf8")));
    return { replies, complete: replies.length >= expected.size };
  }

  #handleQuery(message: BusMessage): void {
    const query = PresenceQuery.parse(JSON.parse(Buffer.from(message.data).toString("utf8")));
    const viewers = [...(this.#hub.get(query.room)?.viewers ?? [])].map(({ info }) => info);
    const reply: PresenceReply = {
      v: 1,
      member: this.#self,
      clients: viewers.length,
      users: new Set(viewers.map(({ user }) => user)).size,
      ...(viewers.length <= limits.presenceClients ? { infos: viewers } : {}),
    };
    message.respond(Buffer.from(JSON.stringify(reply)));
  }
}
