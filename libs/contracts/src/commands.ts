/** What a gateway asks of a room's owner, and what it hears. */
import { z } from "zod";
import { ClientInfo } from "./events.ts";
import { Author, MemberId, MessageId } from "./ids.ts";
import { isJsonObject, type JsonObject } from "./json.ts";

/** A comment on its way in. The same `(author, id)` within the dedupe window is the same comment. */
export const SendCommand = z.object({
  v: z.literal(1),
  command: z.literal("send"),
  author: Author,
  id: MessageId,
  info: ClientInfo.exactOptional(),
  data: z.custom<JsonObject>(isJsonObject),
});
export type SendCommand = z.infer<typeof SendCommand>;

export const RoomCommand = z.discriminatedUnion("command", [SendCommand]);
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
 * `committed`: durable at this place; `duplicate` if it was there before. `refused`: not stored. `moved`: this member does not own the
 * room (any more), but `owner` may, which it has just heard of, and `unknown`: it could not find out; in both cases the message may be stored, and the owner knows: ask it with the
 * same id.
 */
export const RoomReply = z.discriminatedUnion("kind", [
  z.object({ v: z.literal(1), kind: z.literal("committed"), offset: z.int(), epoch: z.string(), duplicate: z.boolean() }),
  z.object({ v: z.literal(1), kind: z.literal("refused"), refusal: Refusal }),
  z.object({ v: z.literal(1), kind: z.literal("moved"), owner: MemberId.exactOptional() }),
  z.object({ v: z.literal(1), kind: z.literal("unknown") }),
]);
export type RoomReply = z.infer<typeof RoomReply>;
