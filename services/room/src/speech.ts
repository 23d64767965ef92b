/** Who may say what, now. Pure: the rules of a room, one after the other. */
import { ErrorCode, isAtLeast, isStaff, type JsonObject, limits, type Role } from "@madang/contracts";
import type { RoomState } from "@madang/room-state";
import { type Decision, refuse } from "./decision.ts";
import type { Pace } from "./pace.ts";

export interface Saying {
  readonly user: string;
  /** The higher one of what the token says and what was granted. */
  readonly role: Role;
  readonly registeredAt: number | undefined;
  readonly data: JsonObject;
  /** A new message, which may be too soon or a repetition; not one that is changed. */
  readonly isNew: boolean;
  /** Server time, ms. */
  readonly now: number;
}

/** Why it must not be said; undefined: it may. */
export function objection({ state, pace }: { state: RoomState; pace: Pace }, saying: Saying): Decision | undefined {
  const { user, role, now } = saying;
  const { settings, sanctions, life } = state;
  const bannedUntil = sanctions.until("banned", user, now);
  if (bannedUntil !== undefined) return refuse(ErrorCode.banned, bannedUntil - now);
  const mutedUntil = sanctions.until("muted", user, now);
  if (mutedUntil !== undefined) return refuse(ErrorCode.muted, mutedUntil - now);
  if (life === "ended") return refuse(ErrorCode.notOpen);
  if (isStaff(role)) return undefined;
  if (life === "scheduled") return refuse(ErrorCode.notOpen, (state.startsAt ?? 0) - now);
  if (settings.lockdownUntil > now) return refuse(ErrorCode.frozen, settings.lockdownUntil - now);
  if (settings.frozen) return refuse(ErrorCode.frozen);
  if (settings.audience === "members" && !isAtLeast(role, "member")) return refuse(ErrorCode.membersOnly);
  const ageMs = now - (saying.registeredAt ?? now);
  if (ageMs < settings.accountAgeMs) return refuse(ErrorCode.accountTooNew, settings.accountAgeMs - ageMs);
  return tooSoon(settings, { pace, saying }) ?? content(settings, { pace, saying });
}

function tooSoon(
  { slowModeMs, slowModeExemptsMembers }: RoomState["settings"],
  { pace, saying: { user, role, isNew, now } }: { pace: Pace; saying: Saying },
): Decision | undefined {
  const slowMs = slowModeExemptsMembers && isAtLeast(role, "member") ? 0 : slowModeMs;
  // Edits are paced among themselves: whoever has just spoken may mend what they said.
  const waitMs = isNew ? slowMs : Math.max(slowMs, limits.editEveryMs);
  const last = isNew ? pace.lastAt(user) : pace.lastActAt("edited", user);
  return wait({ last, waitMs, now });
}

/** Why it is too soon for a user's next report. */
export function reportTooSoon(pace: Pace, { user, role, now }: Pick<Saying, "user" | "role" | "now">): Decision | undefined {
  return isStaff(role) ? undefined : wait({ last: pace.lastActAt("reported", user), waitMs: limits.reportEveryMs, now });
}

function wait({ last, waitMs, now }: { last: number | undefined; waitMs: number; now: number }): Decision | undefined {
  return last !== undefined && now < last + waitMs ? refuse(ErrorCode.slowMode, last + waitMs - now) : undefined;
}

function content(
  { emoteOnly, links, uniqueChat }: RoomState["settings"],
  { pace, saying: { user, data, isNew, now } }: { pace: Pace; saying: Saying },
): Decision | undefined {
  const text = textOf(data);
  if (text === undefined) return emoteOnly ? refuse(ErrorCode.emoteOnly) : undefined;
  if (emoteOnly && !isEmotes(text)) return refuse(ErrorCode.emoteOnly);
  if (!links && hasLink(text)) return refuse(ErrorCode.noLinks);
  if (isNew && uniqueChat && pace.hasSaid(user, text, now)) return refuse(ErrorCode.repeated);
  return undefined;
}

export function textOf({ text }: JsonObject): string | undefined {
  return typeof text === "string" ? text : undefined;
}

/** Emoji, `:shortcodes:` and space, at least one of the first two. */
export function isEmotes(text: string): boolean {
  const rest = text.replace(/:[\w+\-]{1,32}:|\p{RGI_Emoji}|\s/gv, "");
  return rest === "" && text.trim() !== "";
}

/** The endings of most links that are written without `https://`. */
const endings =
  "com|net|org|io|gg|tv|kr|jp|cn|co|me|ly|be|to|xyz|dev|app|info|shop|site|link|live|top|club|online|store|ru|de|uk|fr";
const bare = new RegExp(`(?<![\\p{L}\\p{N}.@])(?:[\\p{L}\\p{N}-]+\\.)+(?:${endings})(?![\\p{L}\\p{N}-])`, "iu");

export function hasLink(text: string): boolean {
  const folded = text.normalize("NFKC").replace(/\p{Default_Ignorable_Code_Point}/gu, "");
  return /https?:\s*\/\/|www\.\S/i.test(folded) || bare.test(folded);
}
