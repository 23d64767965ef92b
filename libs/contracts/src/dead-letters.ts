/** What could not be handled, as the stream of dead letters keeps it. */
import { z } from "zod";

export const StoredLetter = z.object({
  v: z.literal(1),
  /** Which service gave up. */
  source: z.enum(["room", "projector"]),
  /** As it was named: that may be no room at all. */
  room: z.string(),
  reason: z.string(),
  /** The record of the log, by its sequence in the room's stream, and the event in it. Without an offset: all of the record. */
  sequence: z.int().exactOptional(),
  offset: z.int().exactOptional(),
  /** What the record's index says of the event. */
  type: z.string().exactOptional(),
  author: z.string().exactOptional(),
  /** Absent: for all, and it mentions nobody. */
  lane: z.string().exactOptional(),
  mentions: z.array(z.string()).exactOptional(),
  /** What could not be handled, as it came, in base64. */
  body: z.base64(),
  /** The body was too long to be kept, and this is its beginning. */
  cut: z.literal(true).exactOptional(),
});
export type StoredLetter = z.infer<typeof StoredLetter>;
