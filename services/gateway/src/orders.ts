/** What the site's own server wants done to a user's sockets: one gateway passes it on, every one does it. */
import type { Bus } from "@madang/bus";
import {
  type ClientId,
  decodeJson,
  ErrorCode,
  encodeJson,
  limits,
  type MemberId,
  Order,
  OrderDone,
  type RoomId,
  subjects,
  type UserId,
  withDetail,
} from "@madang/contracts";
import { ReplyError } from "./reply-error.ts";
import type { Revocations } from "./trust/revocations.ts";

/** Who does it here. */
export interface UserSockets {
  disconnect(user: UserId, client?: ClientId): void;
  unsubscribe(user: UserId, room: RoomId): void;
}

/** Who keeps what was revoked here, and closes what came with it. */
export type RevocationKeeper = Pick<Revocations, "add">;

export interface OrdersOptions {
  self: MemberId;
  bus: Pick<Bus, "subscribe" | "survey">;
  gateways: () => MemberId[];
}

export class Orders {
  readonly #options: OrdersOptions;

  constructor(options: OrdersOptions) {
    this.#options = options;
  }

  obeyWith(sockets: UserSockets, revocations: RevocationKeeper): void {
    const { bus, self } = this.#options;
    bus.subscribe(subjects.orders, (message) => {
      const order = decodeJson(Order, message.data);
      switch (order.order) {
        case "disconnect":
          sockets.disconnect(order.user, order.client);
          break;
        case "unsubscribe":
          sockets.unsubscribe(order.user, order.room);
          break;
        case "revoke":
          revocations.add(order.key, order.revocation);
          break;
        default:
          order satisfies never;
      }
      message.respond(encodeJson({ v: 1, member: self } satisfies OrderDone));
    });
  }

  /** Resolves when every gateway has done it. @throws ReplyError 100, temporary: not all have said so, and to repeat it is harmless */
  async give(order: Order): Promise<void> {
    const { self, bus, gateways } = this.#options;
    const expected = new Set([self, ...gateways()]);
    const survey = { timeoutMs: limits.presenceSurveyMs, expected: expected.size };
    const answers = await bus.survey(subjects.orders, encodeJson(order), survey);
    for (const answer of answers) expected.delete(decodeJson(OrderDone, answer).member);
    if (expected.size > 0) throw new ReplyError(withDetail(ErrorCode.internal, "not every gateway has answered"));
  }
}
