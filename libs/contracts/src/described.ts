/**
 * The log's lines as schemas, for those who read them without these types: the document of internal events is made of them. Whoever
 * decodes a batch trusts its writer, and needs none of them.
 */
import { z } from "zod";
import type { Action } from "./actions.ts";
import { ClientInfo, EventType, type NoteType } from "./events.ts";
import { Author, MessageId, UserId } from "./ids.ts";
import { Role } from "./roles.ts";
import { SettingsChange } from "./settings.ts";
import { HeartKind } from "./signals.ts";

const offset = z.int().min(1).describe("Of another event in the same room.");
const user = UserId;
const author = Author.describe('"" is the site\'s own server.');
const reason = z.string().max(200).exactOptional();
const title = z.string().max(200).exactOptional();
const time = z.int().min(0).describe("ms since 1970");
const startsAt = time.exactOptional();
const data = z.record(z.string(), z.unknown()).describe("What its author said. A `text` in it is what people read.");
const life = z.object({ title, startsAt });

/** The data of each type of event that is in the log. */
export const eventData = {
  posted: data,
  edited: z.object({ offset, data }),
  deleted: z.object({ offset, user: author, reason }),
  purged: z.object({ user, upTo: z.int().min(0), reason }),
  restored: z.union([z.object({ offset, reason }), z.object({ user, reason })]),
  pinned: z.object({ offset, message: z.object({ data, info: ClientInfo.exactOptional(), time: z.string() }) }),
  unpinned: z.object({ offset }),
  configured: z.union([z.object({ settings: SettingsChange, reason }), life]),
  moderated: z.object({
    action: z.enum(["mute", "unmute", "ban", "unban", "shadow", "unshadow"]) satisfies z.ZodType<Action["type"]>,
    user,
    until: time.exactOptional(),
    reason,
  }),
  granted: z.object({ user, role: Role, reason }),
  scheduled: life,
  opened: life,
  closed: life,
  held: data,
  approved: z.object({ offset }),
  denied: z.object({ offset, reason }),
  reported: z.object({ offset, user: author, reason }),
  resolved: z.object({ offset, reason }),
  gifted: z.object({ user, amount: z.int().min(1), currency: z.string(), data: data.exactOptional() }),
  resharded: z.object({ shards: z.int().min(1) }),
  rewound: z
    .object({ epoch: z.string(), offset: z.int().min(0), kept: z.int().min(0) })
    .describe("Where the room stood in the former epoch, and up to which offset that was kept."),
} as const satisfies Record<Exclude<EventType, "lost">, z.ZodType>;

/** The body of each type of note. */
export const noteBody = {
  claim: z.object({ claim: z.object({ owner: z.string(), generation: z.int().min(1) }) }),
  hearts: z.object({ hearts: z.record(HeartKind, z.int().min(0)) }).describe("Totals, by kind."),
  peaks: z.object({ peak: z.int().min(0) }).describe("The most viewers at a time, ever."),
} as const satisfies Record<NoteType, z.ZodType>;

const yes = z.literal("true").exactOptional();

/** An event's line. */
export const PublicationLine = z.object({
  data: z.record(z.string(), z.unknown()),
  info: ClientInfo.exactOptional().describe("Who sent it. Absent for what the server itself published."),
  offset: z.int().min(1).describe("Its place in its room, gapless from 1."),
  tags: z.object({
    type: z.enum(EventType),
    id: z.union([MessageId, z.literal("")]).describe("The sender's message id."),
    time: z.string().regex(/^\d+$/).describe("Server time, ms since 1970."),
    masked: yes.describe("Moderation has put something in the place of banned words."),
    held: z
      .string()
      .regex(/^\d+$/)
      .exactOptional()
      .describe("Of a message that a moderator let through: the offset where it was held."),
  }),
});

/** The first line of a batch, which tells what the others are, in their order. */
export const BatchIndex = z.object({
  v: z.literal(1),
  epoch: z.string().describe("The life of the log that the offsets belong to."),
  head: z.int().min(0).describe("The offset of the room's last event once this batch is in."),
  time: time.describe("Server time of the commit, ms since 1970."),
  entries: z.array(
    z.object({
      bytes: z.int().min(2).describe("The length of the line without its newline."),
      offset: z.int().min(1).exactOptional().describe("Absent: a note, which readers pass over."),
      type: z.string().describe("As in the tags of the event. Later versions may have others."),
      author: Author.exactOptional().describe('Of events. "" is the site\'s own server.'),
      lane: z
        .string()
        .regex(/^(?:skipped|shadow|moderators|shard:\d+)$/)
        .exactOptional()
        .describe("Whom it is for. Absent: everybody."),
      mentions: z.array(z.string()).exactOptional().describe("User ids."),
    }),
  ),
});
