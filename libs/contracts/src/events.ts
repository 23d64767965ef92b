/** What has happened in a room: numbered, in the log, for ever. And notes, which are in the log beside it. */
import { z } from "zod";
import { type Author, ClientId, type MessageId, UserId } from "./ids.ts";
import type { JsonObject } from "./json.ts";

export const EventType = {
  /** A message. */
  posted: "posted",
  /** Its author changed it: `{offset, data}`. */
  edited: "edited",
  /** A message is gone: `{offset, user, reason?}`. */
  deleted: "deleted",
  /** All messages of a user up to an offset are gone: `{user, upTo, reason?}`. */
  purged: "purged",
  /** What was deleted or purged is back: `{offset}` or `{user}`. */
  restored: "restored",
  /** `{offset, message}`: its data and info as they read then. */
  pinned: "pinned",
  /** `{offset}` */
  unpinned: "unpinned",
  /** `{settings}`, those that changed; or `{title?, startsAt?}`. */
  configured: "configured",
  /** `{action, user, until?, reason?}`: muted, banned, shadowed, or not any more. */
  moderated: "moderated",
  /** `{user, role}` */
  granted: "granted",
  /** The room's life: `{title?, startsAt?}`. */
  scheduled: "scheduled",
  opened: "opened",
  closed: "closed",
  /** A message waits for a moderator: its own data. */
  held: "held",
  /** It was let through: `{offset}`; it is posted anew just before, with the tag `held`. */
  approved: "approved",
  /** It was not: `{offset, reason?}`. */
  denied: "denied",
  /** A viewer finds fault with a message: `{offset, user, reason?}`. */
  reported: "reported",
  /** A report was dealt with: `{offset, reason?}`. */
  resolved: "resolved",
  /** A paid cheer: `{user, amount, currency, data?}`. */
  gifted: "gifted",
  /** The audience is in so many parts from here on: `{shards}`. */
  resharded: "resharded",
  /** The log has lost history: the first event of a new epoch. Its data says where the room stood in the former one. */
  rewound: "rewound",
  /** Stands in the store for an event that could not be kept, so that offsets stay gapless. */
  lost: "lost",
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

/** Lines without an offset, which are never delivered. */
export const NoteType = {
  claim: "claim",
  /** Totals of hearts, as `{hearts: {kind: number}}`. */
  hearts: "hearts",
  /** The most viewers at a time, as `{peak}`. */
  peaks: "peaks",
} as const;
export type NoteType = (typeof NoteType)[keyof typeof NoteType];

/**
 * Who gets a line. Set by the room when it commits, so that live, recovery and history agree. `skipped`: sampled out, for its author, those
 * whom it mentions, and staff. `shadow`: for its author and staff. `moderators`: for staff. `shard:n`: for that part of the audience, its
 * author, those whom it mentions, and staff.
 */
export type Lane = "all" | "skipped" | "shadow" | "moderators" | `shard:${number}`;

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
    /** Moderation has put something in the place of banned words. */
    masked?: "true";
    /** Of a message that a moderator let through: the offset where it was held. */
    held?: string;
    /** The offset of the event by which its author changed it last. Not in the log: put in for readers. */
    edited?: string;
    /** The message is gone, data and info with it; or, of an edit or a pin, the one whose words it repeated. Not in the log: put in for readers. */
    deleted?: "true";
  };
}

/** The body of a `claim` note: who writes from here on. */
export interface Claim {
  owner: string;
  generation: number;
}

/** One line of a room as it goes over the wire: the JSON of a publication, its place, and whom it is for. */
export interface Line {
  readonly offset: number;
  readonly line: Uint8Array;
  readonly type: EventType;
  readonly author: Author;
  readonly lane: Lane;
  readonly mentions: readonly string[];
}
