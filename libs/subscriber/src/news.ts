/** What becomes of a subscription beside its events, and how it reads in a log. No user's words are in it. */
import type { Logger } from "@madang/runtime";
import type { RoomEvent } from "./room-event.ts";

export type SubscriberNews =
  /** The handler threw, or took too long. It is asked again. */
  | { kind: "failed"; event: RoomEvent; error: unknown; attempt: number }
  /** It did so too often. The event is passed over; it stays in the room's history under its offset. */
  | { kind: "given-up"; event: RoomEvent; error: unknown }
  /** A stream cannot be followed, and is tried again; then it is followed. */
  | { kind: "interrupted"; shard: number; error: unknown }
  | { kind: "resumed"; shard: number }
  /** The durable consumer was gone, and is made anew behind the last record done. */
  | { kind: "remade"; shard: number; after: number }
  /** The stream was lost and made again, or put back to an earlier state: all that is new in it comes. */
  | { kind: "replaced"; shard: number; after: number }
  /** So many records were gone before they were read: by age, or since the janitor needed their space. */
  | { kind: "missed"; shard: number; records: number }
  /** Nobody can read it, and it is passed over. */
  | { kind: "unreadable"; subject: string; sequence: number; error: unknown }
  /** A handler of passing things threw. */
  | { kind: "passed"; subject: string; error: unknown };

const levels = { failed: "warn", interrupted: "warn", resumed: "warn", remade: "warn" } as const;

export function tellOf(logger: Logger, news: SubscriberNews): void {
  const level = news.kind in levels ? levels[news.kind as keyof typeof levels] : "error";
  if (!("event" in news)) return logger[level](news, "subscriber");
  const { event, ...rest } = news;
  logger[level]({ ...rest, room: event.room, offset: event.offset, type: event.type }, "subscriber");
}
