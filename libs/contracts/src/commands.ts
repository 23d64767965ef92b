/** What a gateway asks of a room's owner, and what it hears. */
import { z } from "zod";
import type { ClientInfo } from "./events.ts";
import { Author, ClientId, MessageId, UserId } from "./ids.ts";
import { isJsonObject, type JsonObject } from "./json.ts";

const ClientInfoShape = z.object({
  user: UserId,
  client: ClientId,
  conn_info: z.unknown().optional(),
  chan_info: z.unknown().optional(),
}) as unknown as z.ZodType<ClientInfo>;

/** A comment on its way in. The same `(author, id)` within the dedupe window is the same comment. */
export const SendCommand = z.object({
  v: z.literal(1),
  command: z.literal("send"),
  author: Author,
  id: MessageId,
  info: ClientInfoShape.optional(),
  data: z.custom<JsonObject>(isJsonObject),
});
export type SendCommand = z.infer<typeof SendCommand>;

export const RoomCommand = z.discriminatedUnion("command", [SendCommand]);
export type RoomCommand = z.infer<typeof RoomCommand>;

/** What a room declines, with a code of the error table. A value, not an exception: the sender has to look at it. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
  readonly temporary: boolean;
  readonly retryAfterMs?: number;
}

/**
 * `committed`: durable at this place; `duplicate` if it was there before. `refused`: not stored. `moved`: this member does not own
 * the room (any more) and nothing it was asked is known to be stored; ask the owner with the same id.
 */
export type RoomReply =
  | { v: 1; kind: "committed"; offset: number; epoch: string; duplicate: boolean }
  | { v: 1; kind: "refused"; refusal: Refusal }
  | { v: 1; kind: "moved" };
