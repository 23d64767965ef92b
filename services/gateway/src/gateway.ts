/** What the handlers of one gateway share. */
import type { Bus, RoomClient } from "@madang/bus";
import type { MemberId } from "@madang/contracts";
import type { EventLog } from "@madang/log";
import type { Logger, Tracing } from "@madang/runtime";
import type { Blocks } from "./blocks.ts";
import type { ChannelsSurvey } from "./channels.ts";
import type { Existence } from "./existence.ts";
import type { HeartsGatherer } from "./hearts.ts";
import type { Hub } from "./hub.ts";
import type { Identities } from "./identity.ts";
import type { InfoSurvey } from "./info.ts";
import type { DeadLettersDesk } from "./operate/dead-letters.ts";
import type { OperateSurvey } from "./operate/survey.ts";
import type { Orders } from "./orders.ts";
import type { WordsBucket } from "./oversight.ts";
import type { Owners } from "./owners.ts";
import type { Past } from "./past.ts";
import type { Pinned } from "./pinned.ts";
import type { PresenceSurvey } from "./presence.ts";
import type { RoomCards } from "./room-cards.ts";
import type { SocketTable } from "./socket-table.ts";
import type { Starts } from "./starts.ts";
import type { Traffic } from "./traffic.ts";
import type { Revocations } from "./trust/revocations.ts";

export interface Gateway {
  readonly self: MemberId;
  readonly bus: Bus;
  readonly log: EventLog;
  readonly identities: Identities;
  readonly hub: Hub;
  /** Where each socket has its row. */
  readonly sockets: SocketTable;
  readonly rooms: RoomClient;
  readonly owners: Owners;
  readonly existence: Existence;
  readonly starts: Starts;
  readonly past: Past;
  readonly pinned: Pinned;
  readonly presence: PresenceSurvey;
  readonly info: InfoSurvey;
  readonly channels: ChannelsSurvey;
  readonly orders: Orders;
  readonly operate: OperateSurvey;
  readonly deadLetters: DeadLettersDesk;
  readonly hearts: HeartsGatherer;
  readonly cards: RoomCards;
  readonly words: WordsBucket;
  readonly blocks: Blocks;
  readonly revocations: Revocations;
  readonly logger: Logger;
  readonly traffic: Traffic;
  readonly tracing: Tracing;
  /** Whether NATS is there, hears and answers: without it no command can be done here. */
  readonly good: () => boolean;
  /** Server time, ms. */
  readonly now: () => number;
  readonly pingIntervalMs: number;
}

/** Told to clients at connect, and by the server API. */
export const version = "Madang 0.1.0";
