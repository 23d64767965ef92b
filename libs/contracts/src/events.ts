/** What has happened in a room: numbered, in the log, for ever. And what passes by: signals, unnumbered and never stored. */
import type { ClientId, UserId } from "./ids.ts";
import type { JsonObject } from "./json.ts";

export const EventType = {
  posted: "posted",
  /** Stands in the store for an event that could not be kept, so that offsets stay gapless. */
  lost: "lost",
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

/** Lines without an offset, which are never delivered. */
export const NoteType = { claim: "claim" } as const;
export type NoteType = (typeof NoteType)[keyof typeof NoteType];

/** Who gets a line. Set by the room when it commits, so that live, recovery and history agree. */
export type Lane = "all";

/** The protocol's ClientInfo: who sent a publication. */
export interface ClientInfo {
  user: UserId;
  client: ClientId;
  conn_info?: unknown;
  chan_info?: unknown;
}

/** One event, as the publication that clients get. Its JSON is the line in the log. */
export interface Publication {
  data: JsonObject;
  /** Absent for what the server itself published. */
  info?: ClientInfo;
  /** Its place in the room, gapless from 1. */
  offset: number;
  tags: {
    type: EventType;
    /** The sender's message id. */
    id: string;
    /** Server time, ms since 1970. A string, as all tags are. */
    time: string;
  };
}

/** The body of a `claim` note: who writes from here on. */
export interface Claim {
  owner: string;
  generation: number;
}

/** A passing signal on `room.signal.<room>`. */
export type Signal = { v: 1; type: "join" | "leave"; info: ClientInfo };
