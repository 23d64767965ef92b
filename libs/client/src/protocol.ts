/**
 * The protocol's own shapes, as plain types: the package stands alone. A test holds them to `@madang/contracts`, where they are schemas.
 */

/** From the least to the most. Staff are moderators and owners. */
export type Role = "viewer" | "member" | "moderator" | "owner";

export type RoomLifeState = "scheduled" | "open" | "ended";

/** The types of a room's events. */
export type EventType =
  | "posted"
  | "edited"
  | "deleted"
  | "purged"
  | "restored"
  | "pinned"
  | "unpinned"
  | "configured"
  | "moderated"
  | "granted"
  | "scheduled"
  | "opened"
  | "closed"
  | "held"
  | "approved"
  | "denied"
  | "reported"
  | "resolved"
  | "gifted"
  | "resharded"
  | "rewound"
  | "lost";

/** What a room has counted. */
export interface Counters {
  state: RoomLifeState;
  /** Connections. */
  viewers: number;
  /** Different people among them. */
  users: number;
  /** The most connections at a time, ever. */
  peak: number;
  comments: number;
  /** Acknowledged ones, by kind. */
  hearts: Record<string, number>;
  /** Their number, and their sums by currency, in its smallest unit. */
  gifts: { count: number; amounts: Record<string, number> };
  /** Who gave most, by currency. */
  supporters: { user: string; currency: string; amount: number }[];
  /** Whether viewers get a sample at present, and into how many parts the audience is split. */
  sampled: boolean;
  shards: number;
}

/** What can be set for a room. */
export interface RoomSettings {
  /** Least time between two messages of one user, ms; 0: none. Staff is exempt, and members if `slowModeExemptsMembers`. */
  slowModeMs: number;
  slowModeExemptsMembers: boolean;
  /** The same words by the same user are refused for a minute. */
  uniqueChat: boolean;
  /** Emoji and `:shortcodes:` only. */
  emoteOnly: boolean;
  /** Whether a message may hold a link. Staff may always. */
  links: boolean;
  audience: "everyone" | "members";
  /** How old an account must be to speak, ms; 0: any age. */
  accountAgeMs: number;
  /** Nobody but staff speaks. */
  frozen: boolean;
  /** Nobody but staff speaks until then, ms since 1970. */
  lockdownUntil: number;
  /** How long its author may edit a message, ms; 0: never. */
  editWindowMs: number;
  /** Above so many lines a second each viewer gets a sample; 0: all lines, always; null: as the site has it. */
  samplePerS: number | null;
  /** The audience is split when more watch than this; 0: never. */
  shardCapacity: number;
  /** Beyond it hearts of one user do not count. */
  heartsPerUserPerS: number;
  /** When its list of banned words was changed last, ms since 1970; 0: never. Set by the gateway that stores the list. */
  wordsChangedAt: number;
  /** The site's own service that looks at messages; told to staff alone. */
  review: { url: string; failOpen: boolean } | null;
}

/** What a viewer did not get of a flood: `count` lines among `from` … `to`. */
export interface Skip {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly reason: "sampled";
}

/** From the weakest to the strongest: show it with asterisks, keep it for a moderator's look, refuse it. */
export type WordAction = "mask" | "hold" | "reject";

export interface WordRule {
  /** A text and no expression: every character stands for itself. */
  pattern: string;
  /** Where it counts: standing alone, or within other words as well. */
  match: "word" | "substring";
  action: WordAction;
}

/** A message that another list of words would have stopped. */
export interface DryRunFinding {
  offset: number;
  user: string;
  action: WordAction;
  /** Ranges in its text, in UTF-16 units, and the pattern that was found there. The first few. */
  matches: { pattern: string; start: number; end: number }[];
  /** How it begins. */
  text: string;
}
