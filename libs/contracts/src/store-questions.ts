/** What staff and the site ask of the store: a room's acts, and what a list of words would have stopped. And what a room asks: of gifts. */
import { z } from "zod";
import { EventType, type Publication } from "./events.ts";
import { Author, MessageId, RoomId } from "./ids.ts";
import { limits } from "./limits.ts";
import { WordAction, WordList } from "./words.ts";

/** Everything but messages, which are asked for by place: what was done, reported and held. */
export const ActType = z.enum(EventType).exclude(["posted"]);
export type ActType = z.infer<typeof ActType>;

/**
 * On `store.events`: the room's events of these types in `from` … `to`, both included, from its beginning or, in `reverse`, from its end,
 * in that order. What was committed within the last `storedSoonMs` may not be there yet.
 */
export const StoreEventsQuery = z.object({
  v: z.literal(1),
  room: RoomId,
  types: z.array(ActType).min(1).max(ActType.options.length),
  from: z.int().min(1).exactOptional(),
  to: z.int().min(1).exactOptional(),
  limit: z.int().min(1).max(limits.actsListed),
  reverse: z.boolean(),
});
export type StoreEventsQuery = z.infer<typeof StoreEventsQuery>;

/** A page ends at the limit or at 256 KiB; with `more`, go on beyond its last offset. */
export const StoreEventsReply = z.discriminatedUnion("ok", [
  z.object({ v: z.literal(1), ok: z.literal(true), events: z.array(z.custom<Publication>()), more: z.boolean() }),
  z.object({ v: z.literal(1), ok: z.literal(false) }),
]);
export type StoreEventsReply = z.infer<typeof StoreEventsReply>;

/** On `store.dry-run`: the messages of the room's last minutes, up to its newest event, judged by other lists than they were. */
export const DryRunQuery = z.object({
  v: z.literal(1),
  room: RoomId,
  /** In their order: the one for everything first. */
  lists: z.array(WordList).max(2),
  minutes: z.int().min(1).max(limits.dryRunMinutes),
});
export type DryRunQuery = z.infer<typeof DryRunQuery>;

const DryRunFinding = z.object({
  offset: z.int(),
  user: Author,
  action: WordAction,
  /** How the message begins. */
  text: z.string().max(limits.dryRunText),
  /** Ranges in the message's text, in UTF-16 units, and the pattern that was found there. The first few. */
  matches: z.array(z.object({ pattern: z.string(), start: z.int(), end: z.int() })),
});
export type DryRunFinding = z.infer<typeof DryRunFinding>;

export const DryRunReply = z.discriminatedUnion("ok", [
  z.object({
    v: z.literal(1),
    ok: z.literal(true),
    /** Messages that were judged; the oldest were left out if it is `cut`. */
    messages: z.int(),
    cut: z.boolean(),
    stopped: z.record(WordAction, z.int()),
    /** The first of them. */
    found: z.array(DryRunFinding),
  }),
  /** `busy`: another one is on its way. */
  z.object({ v: z.literal(1), ok: z.literal(false), reason: z.enum(["unavailable", "busy"]) }),
]);
export type DryRunReply = z.infer<typeof DryRunReply>;

/** On `store.gift`: where a room's gift of this id stands, its payment's. */
export const StoreGiftQuery = z.object({ v: z.literal(1), room: RoomId, id: MessageId });
export type StoreGiftQuery = z.infer<typeof StoreGiftQuery>;

/** Without an `offset` there is none up to `upTo`, to where the room is stored. Not `ok`: the store cannot be asked. */
export const StoreGiftReply = z.discriminatedUnion("ok", [
  z.object({ v: z.literal(1), ok: z.literal(true), offset: z.int().exactOptional(), upTo: z.int() }),
  z.object({ v: z.literal(1), ok: z.literal(false) }),
]);
export type StoreGiftReply = z.infer<typeof StoreGiftReply>;
