/** What the handlers of one gateway share. */
import type { Bus } from "@madang/bus";
import type { MemberId, RoomId, UserId } from "@madang/contracts";
import type { EventLog } from "@madang/log";
import type { Logger } from "@madang/runtime";
import type { ChannelsSurvey } from "./channels.ts";
import type { HeartsGatherer } from "./hearts.ts";
import type { Hub } from "./hub.ts";
import type { Identities } from "./identity.ts";
import type { InfoSurvey } from "./info.ts";
import type { Orders } from "./orders.ts";
import type { Past } from "./past.ts";
import type { PresenceSurvey } from "./presence.ts";
import type { RoomClient } from "./room-client.ts";

/** What rooms are like, as their owners have written it down. */
export interface Cards {
  /** A stored room state; undefined for a room that nobody has done anything to. @throws LogUnavailable */
  read(room: RoomId): Promise<Uint8Array | undefined>;
}

/** Whom each user does not want to hear. */
export interface Blocks {
  /** False: there are too many already. */
  block(user: UserId, other: UserId): Promise<boolean>;
  unblock(user: UserId, other: UserId): Promise<void>;
  list(user: UserId): Promise<readonly string[]>;
}

export interface Gateway {
  readonly self: MemberId;
  readonly bus: Bus;
  readonly log: EventLog;
  readonly identities: Identities;
  readonly hub: Hub;
  readonly rooms: RoomClient;
  readonly past: Past;
  readonly presence: PresenceSurvey;
  readonly info: InfoSurvey;
  readonly channels: ChannelsSurvey;
  readonly orders: Orders;
  readonly hearts: HeartsGatherer;
  readonly cards: Cards;
  readonly blocks: Blocks;
  readonly logger: Logger;
  /** Whether NATS is there, hears and answers: without it no command can be done here. */
  readonly good: () => boolean;
  /** Server time, ms. */
  readonly now: () => number;
  readonly pingIntervalMs: number;
}

/** Told to clients at connect, and by the server API. */
export const version = "Madang 0.1.0";
