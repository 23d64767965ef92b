/** What a gateway asks of a room's owner, and what it hears. */
import { z } from "zod";
import { Action } from "./actions.ts";
import { ClientInfo } from "./events.ts";
import { Author, MemberId, MessageId, UserId } from "./ids.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import { limits } from "./limits.ts";
import { Role, Speaker } from "./roles.ts";
import { HeartKind } from "./signals.ts";

/** A comment on its way in. The same `(author, id)` within the dedupe window is the same comment. */
export const SendCommand = z.object({
  v: z.literal(1),
  command: z.literal("send"),
  author: Author,
  id: MessageId,
  info: ClientInfo.exactOptional(),
  data: z.custom<JsonObject>(isJsonObject),
  /** What tokens say of the author. */
  role: Role.exactOptional(),
  registeredAt: z.int().exactOptional(),
});
export type SendCommand = z.infer<typeof SendCommand>;

/** An action on its way in. The same `(user, id)` within the dedupe window is the same action. */
export const ActCommand = z.object({ v: z.literal(1), command: z.literal("act"), by: Speaker, id: MessageId, action: Action });
export type ActCommand = z.infer<typeof ActCommand>;

/** Hearts of many, gathered by a gateway: `[user, id, kind, count]`. The same `(user, id)` counts once. */
export const HeartsCommand = z.object({
  v: z.literal(1),
  command: z.literal("hearts"),
  hearts: z.array(z.tuple([UserId, MessageId, HeartKind, z.int().min(1).max(limits.heartsPerCall)])).max(limits.heartsPerBatch),
});
export type HeartsCommand = z.infer<typeof HeartsCommand>;

export const RoomCommand = z.discriminatedUnion("command", [SendCommand, ActCommand, HeartsCommand]);
export type RoomCommand = z.infer<typeof RoomCommand>;

/** What a room declines, in the words of the error table. A value, not an exception: the sender has to look at it. */
export const Refusal = z.object({
  code: z.int(),
  message: z.string(),
  temporary: z.boolean(),
  retryAfterMs: z.number().exactOptional(),
});
export type Refusal = z.infer<typeof Refusal>;

/**
 * `committed`: durable at this place; `duplicate` if it was there before, `held` if a moderator has to let it through. `counted`: how many of
 * each were counted, in the order asked; fewer than sent where a user has sent too many. `refused`: not stored. `moved`: this member does not own the
 * room (any more), but `owner` may, which it has just heard of, and `unknown`: it could not find out; in both cases the message may be stored, and the owner knows: ask it with the
 * same id.
 */
export const RoomReply = z.discriminatedUnion("kind", [
  z.object({
    v: z.literal(1),
    kind: z.literal("committed"),
    offset: z.int(),
    epoch: z.string(),
    duplicate: z.boolean(),
    held: z.literal(true).exactOptional(),
  }),
  z.object({ v: z.literal(1), kind: z.literal("counted"), counts: z.array(z.int()) }),
  z.object({ v: z.literal(1), kind: z.literal("refused"), refusal: Refusal }),
  z.object({ v: z.literal(1), kind: z.literal("moved"), owner: MemberId.exactOptional() }),
  z.object({ v: z.literal(1), kind: z.literal("unknown") }),
]);
export type RoomReply = z.infer<typeof RoomReply>;
