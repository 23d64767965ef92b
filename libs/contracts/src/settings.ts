/** What can be set for a room. Every setting has a default that suits a first broadcast, and bounds. */
import { z } from "zod";
import { limits } from "./limits.ts";

/** A service of the site that looks at a message before it is delivered. Set by the site's own server alone. */
export const Review = z.object({
  url: z.url({ protocol: /^https?$/ }).max(512),
  /** What becomes of a message when the service does not answer in time. */
  failOpen: z.boolean(),
});
export type Review = z.infer<typeof Review>;

export const RoomSettings = z.object({
  /** Least time between two messages of one user, ms; 0: none. Staff is exempt, and members if `slowModeExemptsMembers`. */
  slowModeMs: z.int().min(0).max(3_600_000),
  slowModeExemptsMembers: z.boolean(),
  /** The same words by the same user are refused for a minute. */
  uniqueChat: z.boolean(),
  /** Emoji and `:shortcodes:` only. */
  emoteOnly: z.boolean(),
  /** Whether a message may hold a link. Staff may always. */
  links: z.boolean(),
  audience: z.enum(["everyone", "members"]),
  /** How old an account must be to speak, ms; 0: any age. A token without `registered_at` counts as new. */
  accountAgeMs: z
    .int()
    .min(0)
    .max(366 * 86_400_000),
  /** Nobody but staff speaks. */
  frozen: z.boolean(),
  /** Nobody but staff speaks until then, ms since 1970. */
  lockdownUntil: z.int().min(0),
  /** How long its author may edit a message, ms; 0: never. */
  editWindowMs: z.int().min(0).max(86_400_000),
  /** Above so many lines a second each viewer gets a sample, and is told what was skipped; 0: all lines, always; null: as the site has it. */
  samplePerS: z.int().min(0).max(limits.samplePerSAtMost).nullable(),
  /** The audience is split when more watch than this, and each part sees its own messages; 0: never. */
  shardCapacity: z.int().min(0).max(1_000_000),
  /** Beyond it hearts of one user do not count. */
  heartsPerUserPerS: z.int().min(1).max(100),
  review: Review.nullable(),
  /** When its list of banned words was changed last, ms since 1970: set with it, so that the room's acts tell who did. */
  wordsChangedAt: z.int().min(0),
});
export type RoomSettings = z.infer<typeof RoomSettings>;

export const defaultSettings: RoomSettings = {
  slowModeMs: 0,
  slowModeExemptsMembers: false,
  uniqueChat: false,
  emoteOnly: false,
  links: true,
  audience: "everyone",
  accountAgeMs: 0,
  frozen: false,
  lockdownUntil: 0,
  editWindowMs: 300_000,
  samplePerS: null,
  shardCapacity: 0,
  heartsPerUserPerS: 20,
  review: null,
  wordsChangedAt: 0,
};

/** Some of them. */
export const SettingsChange = z.strictObject(RoomSettings.partial().shape);
export type SettingsChange = z.infer<typeof SettingsChange>;
