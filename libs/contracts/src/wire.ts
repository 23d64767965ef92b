/**
 * The Centrifuge client protocol, JSON form: the commands a client may send, and the replies and pushes it gets.
 * Source: the protocol's definition, https://github.com/centrifugal/protocol/blob/master/definitions/client.proto
 */
import { z } from "zod";
import type { RoomLifeState } from "./actions.ts";
import type { ProtocolError } from "./errors.ts";
import type { ClientInfo, Publication } from "./events.ts";
import { UserId } from "./ids.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import { limits } from "./limits.ts";
import type { Role } from "./roles.ts";
import type { RoomSettings } from "./settings.ts";
import { type Counters, defaultHeart, HeartKind } from "./signals.ts";

const Channel = z.string().max(255);
const Token = z.string().max(16_384);
const Offset = z.int().nonnegative();

export const ConnectRequest = z.object({
  token: Token.optional(),
  data: z.unknown().optional(),
  name: z.string().max(64).optional(),
  version: z.string().max(64).optional(),
});
export type ConnectRequest = z.infer<typeof ConnectRequest>;

/** Flags that are not listed (`delta`, `tf`, …) are accepted and ignored. */
export const SubscribeRequest = z.object({
  channel: Channel,
  token: Token.optional(),
  recover: z.boolean().optional(),
  epoch: z.string().max(64).optional(),
  offset: Offset.optional(),
  join_leave: z.boolean().optional(),
});
export type SubscribeRequest = z.infer<typeof SubscribeRequest>;

const UnsubscribeRequest = z.object({ channel: Channel });
const PublishRequest = z.object({ channel: Channel, data: z.custom<JsonObject>(isJsonObject) });
const PresenceRequest = z.object({ channel: Channel });
export const PresenceStatsRequest = z.object({ channel: Channel });

/** Without `since`: from the oldest line, or from the newest when `reverse`. `limit` 0: the position only; −1: as many as allowed. */
export const HistoryRequest = z.object({
  channel: Channel,
  limit: z.int().min(-1).optional(),
  since: z.object({ offset: Offset.optional(), epoch: z.string().max(64).optional() }).optional(),
  reverse: z.boolean().optional(),
});
export type HistoryRequest = z.infer<typeof HistoryRequest>;

const RpcRequest = z.object({ method: z.string().max(64).optional(), data: z.unknown().optional() });
const SendRequest = z.object({ data: z.unknown().optional() });
const RefreshRequest = z.object({ token: Token });
const SubRefreshRequest = z.object({ channel: Channel, token: Token });

/** The request of each method. What a client sends is one of these under its method's name, beside its `id`. */
export const requests = {
  connect: ConnectRequest,
  subscribe: SubscribeRequest,
  unsubscribe: UnsubscribeRequest,
  publish: PublishRequest,
  presence: PresenceRequest,
  presence_stats: PresenceStatsRequest,
  history: HistoryRequest,
  ping: z.object({}),
  send: SendRequest,
  rpc: RpcRequest,
  refresh: RefreshRequest,
  sub_refresh: SubRefreshRequest,
} as const;
export type Method = keyof typeof requests;

export type Request<M extends Method> = z.infer<(typeof requests)[M]>;

/** What each method answers. */
export interface Results {
  connect: {
    client: string;
    version: string;
    ping: number;
    pong: boolean;
    expires?: boolean;
    ttl?: number;
    data?: unknown;
    node?: string;
    time?: number;
  };
  subscribe: {
    recoverable: true;
    positioned: true;
    epoch: string;
    /** When recovered: the position recovered from, which the publications then move. Otherwise the room's head. */
    offset: number;
    recovered?: boolean;
    was_recovering?: boolean;
    publications?: Publication[];
    expires?: boolean;
    ttl?: number;
  };
  unsubscribe: Record<never, never>;
  publish: Record<never, never>;
  presence: { presence: Record<string, ClientInfo> };
  /** `counters` is ours, and passed over by SDKs. */
  presence_stats: { num_clients: number; num_users: number; counters?: Counters };
  history: { publications: Publication[]; offset: number; epoch: string };
  ping: Record<never, never>;
  send: never;
  rpc: { data: unknown };
  refresh: { client: string; version: string; expires?: boolean; ttl?: number };
  sub_refresh: { expires?: boolean; ttl?: number };
}

/** The arguments of the rpc methods. Those of an action are `channel`, `id` and its own fields. */
export const SendArguments = z.object({ channel: Channel, id: z.string(), data: z.custom<JsonObject>(isJsonObject) });
export const ActArguments = z.looseObject({ channel: Channel, id: z.string() });
export const HeartsArguments = z.object({
  channel: Channel,
  id: z.string(),
  kind: HeartKind.default(defaultHeart),
  count: z.int().min(1).max(limits.heartsPerCall),
});
/** Letters, digits, signs: spaces and marks alone are no title to anybody. */
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;
/** Of a room that one starts oneself. */
export const StartArguments = z.object({ title: z.string().trim().min(1).max(200).regex(visible, "nothing is to be seen") });
/** A room, and whatever is asked of it. */
export const OfChannel = z.looseObject({ channel: Channel });
export const ChannelArguments = z.object({ channel: Channel });
export const UserArguments = z.object({ user: UserId });

/** What a room declines for good is a value. Temporary trouble is an error of the reply instead. */
export type Refused = { refused: { code: number; message: string; retryAfterMs?: number } };
/** `held`: it waits for a moderator. */
export type SendResult = { offset: number; epoch: string; duplicate: boolean; held?: true } | Refused;
export type ActResult = { offset: number; epoch: string; duplicate: boolean } | Refused;
/** How many of them count: fewer than sent, where a user has sent too many. */
export type StartResult = { room: string } | Refused;
export type HeartsResult = { counted: number } | Refused;
export interface InfoResult {
  title: string;
  state: RoomLifeState;
  startsAt: number | null;
  /** `review` is for staff. */
  settings: Omit<RoomSettings, "review"> & Partial<Pick<RoomSettings, "review">>;
  pins: readonly number[];
  /** The same messages as they read now, if they can be read. */
  pinned: readonly Publication[];
  /** The asker's. */
  role: Role;
  counters: Counters;
}

export type Push =
  | { channel: string; pub: Publication }
  | { channel: string; join: { info: ClientInfo } }
  | { channel: string; leave: { info: ClientInfo } }
  | { channel: string; unsubscribe: { code: number; reason: string } };

export type Reply = { id: number; error: ProtocolError } | ({ id: number } & { [M in Method]?: Results[M] });
