/** Who is in a room: one gateway asks, every gateway answers. */
import { z } from "zod";
import { ClientInfo } from "./events.ts";
import { MemberId, RoomId } from "./ids.ts";
import { Counters } from "./signals.ts";

export const PresenceQuery = z.object({ v: z.literal(1), room: RoomId });
export type PresenceQuery = z.infer<typeof PresenceQuery>;

/** `infos` is there as long as this gateway alone stays within the limit of exact presence. */
export const PresenceReply = z.object({
  v: z.literal(1),
  member: MemberId,
  clients: z.int(),
  users: z.int(),
  infos: z.array(ClientInfo).exactOptional(),
  /** Of the whole room, as its owner said last. */
  counters: Counters.exactOptional(),
});
export type PresenceReply = z.infer<typeof PresenceReply>;
