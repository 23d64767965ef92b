/** Which rooms are watched, and by how many: one gateway asks, every gateway answers. */
import { z } from "zod";
import { MemberId, RoomId } from "./ids.ts";
import { limits } from "./limits.ts";
import { Counters } from "./signals.ts";

/** Without `room`: of all rooms. */
export const ChannelsQuery = z.object({ v: z.literal(1), room: RoomId.exactOptional() });
export type ChannelsQuery = z.infer<typeof ChannelsQuery>;

export const WatchedChannel = z.object({
  room: RoomId,
  /** Here. */
  clients: z.int(),
  users: z.int(),
  /** Of the whole room, as its owner said last. Absent: nothing has been heard yet. */
  counters: Counters.exactOptional(),
});
export type WatchedChannel = z.infer<typeof WatchedChannel>;

/** The rooms that somebody watches there, those with most viewers first. */
export const ChannelsReply = z.object({
  v: z.literal(1),
  member: MemberId,
  channels: z.array(WatchedChannel).max(limits.channelsListed),
});
export type ChannelsReply = z.infer<typeof ChannelsReply>;
