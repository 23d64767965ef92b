/**
 * What whoever runs Madang sees of it (rules O1 to O9): what services answer on `operate.*`, and what `/api/operate/*` answers. Times are ms
 * since 1970. Nothing in it wakes a room.
 */
import { z } from "zod";
import { StoredLetter } from "./dead-letters.ts";
import { MemberId, RoomId } from "./ids.ts";
import { limits } from "./limits.ts";

export const MemberKind = z.enum(["room", "gateway", "persistence"]);
export type MemberKind = z.infer<typeof MemberKind>;

const count = () => z.int().min(0);
const time = () => z.int();

/** Of a room's actor. `running` ones with nothing to do are idle (`quietMs`) until they are put to sleep. */
export const ActorState = z.enum(["starting", "running", "restarting", "closing", "quarantined"]);
export type ActorState = z.infer<typeof ActorState>;

/** One room that is in the memory of a room service. */
export const ActorNow = z.object({
  room: RoomId,
  /** The room service. */
  member: MemberId,
  /** Of its log: `ROOMS_<n>`. */
  stream: z.string(),
  state: ActorState,
  /** Messages in its mailbox or in hand. */
  waiting: count(),
  /** After failures, since it came into memory. */
  restarts: count(),
  /** How long it has had nothing to do. Absent: it has, or does not run. */
  quietMs: count().exactOptional(),
  /** The last one. Without any text of it: that may be a user's. */
  failure: z.object({ error: z.string(), phase: z.enum(["start", "message"]), at: time() }).exactOptional(),
  quarantinedUntil: time().exactOptional(),
  /** Where it is awake. */
  live: z
    .object({
      /** Of its last event. */
      offset: count(),
      viewers: count(),
      /** Of the last seconds, the later ones counting more. */
      commentsPerS: z.number().min(0),
      /** From a comment's or an act's decision to its commit: of the last 256 of the last minute. Absent: there were none. */
      commitP50Ms: z.number().exactOptional(),
      commitP99Ms: z.number().exactOptional(),
    })
    .exactOptional(),
});
export type ActorNow = z.infer<typeof ActorNow>;

const about = {
  member: MemberId,
  startedAt: time(),
  /** As its `/readyz` says. */
  ready: z.boolean(),
};

/** A room service as a member. */
export const RoomServiceNow = z.object({
  kind: z.literal("room"),
  ...about,
  /** How many actors are in each state. */
  states: z.record(ActorState, count()),
  /** In all mailboxes, and in the fullest. */
  waiting: z.object({ total: count(), most: count() }),
  /** Since it started, of all its actors. */
  handled: count(),
  restarts: count(),
  passivated: count(),
  deadLetters: count(),
});
export type RoomServiceNow = z.infer<typeof RoomServiceNow>;

export const GatewayNow = z.object({
  kind: z.literal("gateway"),
  ...about,
  name: z.string(),
  version: z.string(),
  /** Whether NATS is there, hears and answers. */
  natsAnswers: z.boolean(),
  /** Sockets; those of them that have connected, and how many different users they are; rooms that somebody watches. */
  sockets: count(),
  connections: count(),
  users: count(),
  rooms: count(),
  /** Since it started: sockets that came; those that it closed as too slow (3008); all that are gone, by close code (0: not by us). */
  opened: count(),
  closedSlow: count(),
  closed: z.record(z.string(), count()),
});
export type GatewayNow = z.infer<typeof GatewayNow>;

export const PersistenceNow = z.object({ kind: z.literal("persistence"), ...about, storeAnswers: z.boolean() });
export type PersistenceNow = z.infer<typeof PersistenceNow>;

export const MemberNow = z.discriminatedUnion("kind", [RoomServiceNow, GatewayNow, PersistenceNow]);
export type MemberNow = z.infer<typeof MemberNow>;

/** Who alone does what: `projector.<n>` of the stream `ROOMS_<n>`, `registry`, `audit`. */
export const LeaseNow = z.object({ lease: z.string(), holder: MemberId, since: time() });
export type LeaseNow = z.infer<typeof LeaseNow>;

/** How far the store is with a stream. What nobody could say in time is absent. */
export const StreamNow = z.object({
  stream: z.string(),
  /** Records that are not stored yet, and the age of the oldest. */
  lagRecords: count().exactOptional(),
  lagMs: count().exactOptional(),
  /** Who projects it; absent: nobody does, or nobody said so. */
  holder: MemberId.exactOptional(),
  since: time().exactOptional(),
  /** It waits for the store or the log. */
  paused: z.boolean().exactOptional(),
  /** Since `since`: dead letters, and events that the log went on without. */
  deadLetters: count().exactOptional(),
  lost: count().exactOptional(),
});
export type StreamNow = z.infer<typeof StreamNow>;

/** What the audit has found since its holder began. */
export const AuditNow = z.object({
  member: MemberId,
  /** When the last whole round ended; absent: the first is under way. */
  roundAt: time().exactOptional(),
  rounds: count(),
  rooms: count(),
  events: count(),
  /** Rows of type `lost`, rows that the store lacks, rows that are not what the log has, rooms that could not be compared. */
  lost: count(),
  missing: count(),
  different: count(),
  unread: count(),
  /** The newest first. */
  findings: z
    .array(z.object({ room: RoomId, what: z.enum(["missing", "different"]), from: count(), to: count(), at: time() }))
    .max(limits.operateFindings),
});
export type AuditNow = z.infer<typeof AuditNow>;

export const DeadLettersNow = z.object({
  count: count(),
  newest: z.object({ id: count(), time: time() }).exactOptional(),
});
export type DeadLettersNow = z.infer<typeof DeadLettersNow>;

// ── Between services ──────────────────────────────────────────────────────────────────────────────────────────────────

/** Everybody is asked at once, and each answers for itself. */
export const StatusQuery = z.object({ v: z.literal(1) });
export type StatusQuery = z.infer<typeof StatusQuery>;

const actors = () => z.array(ActorNow).max(limits.operateRooms);

export const RoomStatus = z.object({
  v: z.literal(1),
  kind: z.literal("room"),
  now: RoomServiceNow,
  busiest: actors(),
  troubled: actors(),
});
export type RoomStatus = z.infer<typeof RoomStatus>;

export const GatewayStatus = z.object({ v: z.literal(1), kind: z.literal("gateway"), now: GatewayNow });
export type GatewayStatus = z.infer<typeof GatewayStatus>;

export const PersistenceStatus = z.object({
  v: z.literal(1),
  kind: z.literal("persistence"),
  now: PersistenceNow,
  /** Those that it holds itself. */
  leases: z.array(LeaseNow),
  /** All of them as it sees them, and more of those that it projects. */
  streams: z.array(StreamNow),
  audit: AuditNow.exactOptional(),
  deadLetters: DeadLettersNow.exactOptional(),
});
export type PersistenceStatus = z.infer<typeof PersistenceStatus>;

export const StatusReply = z.discriminatedUnion("kind", [RoomStatus, GatewayStatus, PersistenceStatus]);
export type StatusReply = z.infer<typeof StatusReply>;

const page = { after: z.string().exactOptional(), limit: z.int().min(1).max(limits.operatePage) };

/** Every room service answers with those of its own that come after `after`, by room. */
export const ActorsQuery = z.object({
  v: z.literal(1),
  ...page,
  member: MemberId.exactOptional(),
  state: ActorState.exactOptional(),
});
export type ActorsQuery = z.infer<typeof ActorsQuery>;

export const ActorsReply = z.object({
  v: z.literal(1),
  member: MemberId,
  actors: z.array(ActorNow).max(limits.operatePage),
  /** There are others after the last of these. */
  more: z.boolean(),
});
export type ActorsReply = z.infer<typeof ActorsReply>;

/** Every room service lets the room out of quarantine, if it has it there. `by`: for its log. */
export const RestartOrder = z.object({ v: z.literal(1), room: RoomId, by: z.string() });
export type RestartOrder = z.infer<typeof RestartOrder>;

export const RestartReply = z.object({ v: z.literal(1), member: MemberId, restarted: z.boolean() });
export type RestartReply = z.infer<typeof RestartReply>;

const letterId = () => z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** What a persistence service is asked about dead letters. `remove`: it was dealt with elsewhere. */
export const LettersQuery = z.discriminatedUnion("ask", [
  z.object({
    v: z.literal(1),
    ask: z.literal("list"),
    before: letterId().exactOptional(),
    limit: z.int().min(1).max(limits.operatePage),
  }),
  z.object({ v: z.literal(1), ask: z.literal("show"), id: letterId() }),
  z.object({ v: z.literal(1), ask: z.literal("replay"), id: letterId(), by: z.string() }),
  z.object({ v: z.literal(1), ask: z.literal("remove"), id: letterId(), by: z.string() }),
]);
export type LettersQuery = z.infer<typeof LettersQuery>;

/** A letter without its body. One that no version of ours can read has its id and time alone. */
export const LetterEntry = z.object({
  id: letterId(),
  time: time(),
  letter: StoredLetter.omit({ v: true, body: true }).extend({ bytes: count() }).exactOptional(),
});
export type LetterEntry = z.infer<typeof LetterEntry>;

export const LettersReply = z.discriminatedUnion("kind", [
  z.object({ v: z.literal(1), kind: z.literal("list"), letters: z.array(LetterEntry).max(limits.operatePage) }),
  z.object({ v: z.literal(1), kind: z.literal("letter"), id: letterId(), time: time(), letter: StoredLetter.exactOptional() }),
  z.object({ v: z.literal(1), kind: z.literal("tried"), done: z.boolean(), detail: z.string() }),
  z.object({ v: z.literal(1), kind: z.literal("none") }),
  /** Log or store does not answer. */
  z.object({ v: z.literal(1), kind: z.literal("unavailable") }),
]);
export type LettersReply = z.infer<typeof LettersReply>;

// ── What `/api/operate/*` answers ─────────────────────────────────────────────────────────────────────────────────────

const gathered = {
  time: time(),
  /** Some members that are alive have not answered in time: they are in `missing`, and what they know is not here. */
  partial: z.boolean(),
  missing: z.array(z.object({ kind: MemberKind, member: MemberId })),
};

/** `GET /api/operate/overview` */
export const OperateOverview = z.object({
  ...gathered,
  members: z.array(MemberNow),
  /** Rooms that are awake, the busiest first: up to `limits.operateRooms`. */
  rooms: actors(),
  /** Rooms that are in quarantine, then those about to be restarted: likewise. */
  troubled: actors(),
  leases: z.array(LeaseNow),
  streams: z.array(StreamNow),
  audit: AuditNow.exactOptional(),
  deadLetters: DeadLettersNow.exactOptional(),
});
export type OperateOverview = z.infer<typeof OperateOverview>;

/** `GET /api/operate/actors?member=&state=&after=&limit=` */
export const OperateActors = z.object({
  ...gathered,
  actors: z.array(ActorNow).max(limits.operatePage),
  /** To be asked for as `after`; absent: that was all. */
  next: z.string().exactOptional(),
});
export type OperateActors = z.infer<typeof OperateActors>;

/** `POST /api/operate/actors/{room}/restart`: by whom it was let out of quarantine. */
export const OperateRestart = z.object({ room: RoomId, members: z.array(MemberId) });
export type OperateRestart = z.infer<typeof OperateRestart>;

/** `POST /api/operate/disconnect` with `{user, client?}`: every gateway has done it. */
export const OperateDisconnect = z.strictObject({});
export type OperateDisconnect = z.infer<typeof OperateDisconnect>;

/** `GET /api/operate/dead-letters?after=&limit=`: the newest first. */
export const OperateLetters = z.object({
  letters: z.array(LetterEntry).max(limits.operatePage),
  /** To be asked for as `after`; absent: that was all. */
  next: letterId().exactOptional(),
});
export type OperateLetters = z.infer<typeof OperateLetters>;

/** `GET /api/operate/dead-letters/{id}`: all of it. The body is text where it can be. */
export const OperateLetter = LetterEntry.extend({
  body: z.object({ encoding: z.enum(["utf8", "base64"]), data: z.string() }).exactOptional(),
});
export type OperateLetter = z.infer<typeof OperateLetter>;

/** `POST /api/operate/dead-letters/{id}/replay`: done, and the letter is gone; or not, and it stays. `detail` says where it is now, or why not. */
export const OperateReplay = z.object({ id: letterId(), done: z.boolean(), detail: z.string() });
export type OperateReplay = z.infer<typeof OperateReplay>;
