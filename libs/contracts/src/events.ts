/** What has happened in a room: numbered, in the log, for ever. And what passes by: signals, unnumbered and never stored. */
import { z } from "zod";
import { ClientId, type MessageId, UserId } from "./ids.ts";
import type { JsonObject } from "./json.ts";

export const EventType = {
  posted: "posted",
  /** The log has lost history: the first event of a new epoch. Its data says where the room stood in the former one. */
  rewound: "rewound",
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
export const ClientInfo = z.object({
  user: UserId,
  client: ClientId,
  /** What the connection token said beside the user. */
  conn_info: z.unknown().optional(),
});
export type ClientInfo = z.infer<typeof ClientInfo>;

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
    id: MessageId;
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
export const Signal = z.object({ v: z.literal(1), type: z.enum(["join", "leave"]), info: ClientInfo });
export type Signal = z.infer<typeof Signal>;

/** One line of a room as it goes over the wire: the JSON of a publication, and its place. */
export interface Line {
  readonly offset: number;
  readonly line: Uint8Array;
}
