/** What is kept of every room for ever, and read by every service. */
import { z } from "zod";

/** Where a room stood when its owner last said so: at its claim, and with every snapshot. */
export const RoomEntry = z.object({
  v: z.literal(1),
  /** The client epoch. */
  epoch: z.string(),
  /** The claim that wrote this; 0: none. */
  generation: z.int().min(0),
  /** Offsets up to here were given. */
  head: z.int().min(0),
  /** Its owner has left in peace: nothing came after this head. */
  settled: z.literal(true).exactOptional(),
  /** Put in from the store after the log was lost: what the log held beyond it nobody knows. */
  restored: z.literal(true).exactOptional(),
});
export type RoomEntry = z.infer<typeof RoomEntry>;

export const RegistryState = z.object({ v: z.literal(1), complete: z.boolean() });
export type RegistryState = z.infer<typeof RegistryState>;
