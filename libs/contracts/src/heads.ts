/** Where the rooms stand that a member has awake: a gateway asks for those it watches, since a lost last message shows in nothing else. */
import { z } from "zod";
import { RoomId } from "./ids.ts";
import { limits } from "./limits.ts";

export const HeadsQuery = z.object({ v: z.literal(1), rooms: z.array(RoomId).max(limits.headsRooms) });
export type HeadsQuery = z.infer<typeof HeadsQuery>;

/** Rooms that are not awake there are left out. */
export const HeadsReply = z.object({
  v: z.literal(1),
  heads: z.array(z.object({ room: RoomId, epoch: z.string(), offset: z.int().min(0) })),
});
export type HeadsReply = z.infer<typeof HeadsReply>;
