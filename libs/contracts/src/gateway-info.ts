import { z } from "zod";
import { MemberId } from "./ids.ts";

/** One gateway about itself, in the words of the server API's `info`. */
export const GatewayInfo = z.object({
  v: z.literal(1),
  uid: MemberId,
  name: z.string(),
  version: z.string(),
  num_clients: z.int(),
  num_users: z.int(),
  num_channels: z.int(),
  /** Seconds. */
  uptime: z.int(),
});
export type GatewayInfo = z.infer<typeof GatewayInfo>;
