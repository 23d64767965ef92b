/** What is kept of the log and of every room for ever, and read by every service. */
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
  /** The last loss of history: where the event stands that says so, and up to which offset what was before it was kept. */
  rewound: z.object({ offset: z.int(), kept: z.int() }).exactOptional(),
  // At most one of these two, which the log reads as one state. They stay two flags: a service of the former version must know them.
  /** Its owner has left in peace: nothing came after this head. */
  settled: z.literal(true).exactOptional(),
  /** Put in from the store after the log was lost: what the log held beyond it nobody knows. */
  restored: z.literal(true).exactOptional(),
});
export type RoomEntry = z.infer<typeof RoomEntry>;

export const RegistryState = z.object({ v: z.literal(1), complete: z.boolean() });
export type RegistryState = z.infer<typeof RegistryState>;

/** What a room's owner knew once, as it is stored. */
export const StoredSnapshot = z.object({
  v: z.literal(1),
  epoch: z.string(),
  generation: z.int().min(0),
  head: z.int().min(0),
  sequence: z.int().min(0),
  /** Earlier ones named none: their tail is read from the start. */
  batchId: z.string().default(""),
  /** The room's own words. */
  state: z.unknown(),
});
export type StoredSnapshot = z.infer<typeof StoredSnapshot>;

/** What is fixed for a log. */
export const LogSettings = z.object({ v: z.literal(1), streams: z.int().min(1), epoch: z.string() });
export type LogSettings = z.infer<typeof LogSettings>;
