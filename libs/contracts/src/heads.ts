/** Where the rooms stand that a member has awake: a gateway asks for those it watches, since a lost last message shows in nothing else. */
import { z } from "zod";
import { MemberId, RoomId } from "./ids.ts";
import { limits } from "./limits.ts";
import { Counters } from "./signals.ts";

/** How many watch a room at one gateway. */
export const Audience = z.object({
  room: RoomId,
  clients: z.int().min(0),
  /** Who they are, while they are few; */
  users: z.array(z.string()).max(limits.presenceClients).exactOptional(),
  /** beyond that a HyperLogLog of them, in base64. */
  sketch: z.string().max(2_048).exactOptional(),
});
export type Audience = z.infer<typeof Audience>;

/** A gateway tells with it how many watch there; `audiences` may be of other rooms than those it asks about. */
export const HeadsQuery = z.object({
  v: z.literal(1),
  rooms: z.array(RoomId).max(limits.headsRooms),
  gateway: MemberId.exactOptional(),
  audiences: z.array(Audience).max(limits.headsRooms).exactOptional(),
  /** Counters are asked for, too: by one that has no viewers to whom they are told. */
  counters: z.literal(true).exactOptional(),
});
export type HeadsQuery = z.infer<typeof HeadsQuery>;

/** Rooms that are not awake there are left out. */
export const HeadsReply = z.object({
  v: z.literal(1),
  heads: z.array(z.object({ room: RoomId, epoch: z.string(), offset: z.int().min(0), counters: Counters.exactOptional() })),
});
export type HeadsReply = z.infer<typeof HeadsReply>;
