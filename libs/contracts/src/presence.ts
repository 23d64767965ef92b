/** Who is in a room: one gateway asks, every gateway answers. */
import { z } from "zod";
import type { ClientInfo } from "./events.ts";
import { type MemberId, RoomId } from "./ids.ts";

export const PresenceQuery = z.object({ v: z.literal(1), room: RoomId });
export type PresenceQuery = z.infer<typeof PresenceQuery>;

/** `infos` is there as long as this gateway alone stays within the limit of exact presence. */
export interface PresenceReply {
  v: 1;
  member: MemberId;
  clients: number;
  users: number;
  infos?: ClientInfo[];
}

/** One gateway about itself, in the words of the server API's `info`. */
export interface GatewayInfo {
  v: 1;
  uid: MemberId;
  name: string;
  version: string;
  num_clients: number;
  num_users: number;
  num_channels: number;
  /** Seconds. */
  uptime: number;
}
