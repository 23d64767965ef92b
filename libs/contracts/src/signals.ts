/** What passes by in a room: never numbered, never stored. */
import { z } from "zod";
import { RoomLifeState } from "./actions.ts";
import { ClientInfo } from "./events.ts";

/** A kind of hearts that a room counts: an emoji, or a name. 1–32 characters without spaces and controls; not `__…`, which objects mean otherwise. */
export const HeartKind = z.string().regex(/^(?!__)[^\s\p{Cc}\p{Cs}]{1,32}$/u);
export type HeartKind = z.infer<typeof HeartKind>;

export const defaultHeart: HeartKind = "❤️";

export const Counters = z.object({
  state: RoomLifeState,
  /** Connections. */
  viewers: z.int(),
  /** Different people among them: exact up to 200 on each gateway, within some 3 % beyond. */
  users: z.int(),
  /** The most connections at a time, ever. */
  peak: z.int(),
  comments: z.int(),
  /** Acknowledged ones, by kind. */
  hearts: z.record(HeartKind, z.int()),
  /** Their number, and their sums by currency, in its smallest unit. */
  gifts: z.object({ count: z.int(), amounts: z.record(z.string(), z.int()) }),
  /** Who gave most, by currency. */
  supporters: z.array(z.object({ user: z.string(), currency: z.string(), amount: z.int() })),
  /** Whether viewers get a sample at present, and into how many parts the audience is split. */
  sampled: z.boolean(),
  shards: z.int().min(1),
});
export type Counters = z.infer<typeof Counters>;

/** On `room.signal.<room>`. */
export const Signal = z.discriminatedUnion("type", [
  z.object({ v: z.literal(1), type: z.literal("join"), info: ClientInfo }),
  z.object({ v: z.literal(1), type: z.literal("leave"), info: ClientInfo }),
  z.object({ v: z.literal(1), type: z.literal("typing"), info: ClientInfo }),
  z.object({ v: z.literal(1), type: z.literal("counters"), counters: Counters }),
]);
export type Signal = z.infer<typeof Signal>;

/** What a viewer did not get of a flood, in the `skip` signal's data: `count` lines among `from` … `to`. */
export interface Skip {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly reason: "sampled";
}
