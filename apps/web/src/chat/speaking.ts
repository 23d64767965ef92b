/** Whether one can speak in a room now, and why not. Only what is known beforehand: the room itself decides. */
import { isStaff, type RoomView } from "@madang/client";

export type Speaking =
  | { readonly kind: "free" }
  /** Slow mode, a mute or a lockdown, until then (ms since 1970). */
  | { readonly kind: "wait"; readonly until: number }
  | { readonly kind: "closed"; readonly why: "ended" | "scheduled" | "members" | "frozen" | "left" };

type Asked = Pick<RoomView, "life" | "role" | "settings" | "membership" | "quietUntil">;

export function speaking({ life, role, settings, membership, quietUntil = 0 }: Asked, now: number): Speaking {
  if (membership.kind === "left") return { kind: "closed", why: "left" };
  if (life === "ended") return { kind: "closed", why: "ended" };
  if (isStaff(role)) return { kind: "free" };
  if (life === "scheduled") return { kind: "closed", why: "scheduled" };
  if (settings.frozen) return { kind: "closed", why: "frozen" };
  if (settings.audience === "members" && role === "viewer") return { kind: "closed", why: "members" };
  return quietUntil > now ? { kind: "wait", until: quietUntil } : { kind: "free" };
}

/** Well below the room's bound of 8 KiB, whatever the letters: what is longer nobody reads in a chat. */
export const maxCharacters = 500;

/** Of letters as people count them, roughly: an emoji is one or a few. */
export function charactersOf(text: string): number {
  return [...text].length;
}
