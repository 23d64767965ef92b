/** What each key does in the live feed. */
import type { Message } from "@madang/client";
import { type Act, usualMuteSeconds } from "./acts.ts";

export type FeedKey =
  | "delete"
  | "mute"
  | "ban"
  | "shadow"
  | "pin"
  | "purge"
  | "undo"
  | "reply"
  | "search"
  | "up"
  | "down"
  | "pause"
  | "user"
  | "leave"
  | "newest"
  | "keys";

const keys: Readonly<Record<string, FeedKey>> = {
  d: "delete",
  m: "mute",
  b: "ban",
  s: "shadow",
  p: "pin",
  u: "purge",
  z: "undo",
  r: "reply",
  "/": "search",
  k: "up",
  ArrowUp: "up",
  j: "down",
  ArrowDown: "down",
  " ": "pause",
  Enter: "user",
  Escape: "leave",
  End: "newest",
  "?": "keys",
};

/** As they are shown to the moderator. */
export const keyNames: readonly (readonly [FeedKey, string])[] = [
  ["down", "j ↓"],
  ["up", "k ↑"],
  ["delete", "d"],
  ["mute", "m"],
  ["ban", "b"],
  ["shadow", "s"],
  ["pin", "p"],
  ["purge", "u"],
  ["undo", "z"],
  ["reply", "r"],
  ["user", "Enter"],
  ["search", "/"],
  ["pause", "Space"],
  ["newest", "End"],
  ["leave", "Esc"],
  ["keys", "?"],
];

interface Pressed {
  readonly key: string;
  /** Where it is on the keyboard. */
  readonly code: string;
  /** It is held down. */
  readonly repeat: boolean;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/**
 * `choose`: with shift, so that how long and why is asked for. Combinations with other keys are the browser's. A key that is held goes on
 * through the list, and does nothing else more than once: nobody takes back a hundred acts by resting a finger.
 */
export function keyOf({
  key,
  code,
  repeat,
  shiftKey,
  ctrlKey,
  altKey,
  metaKey,
}: Pressed): { key: FeedKey; choose: boolean } | undefined {
  if (ctrlKey || altKey || metaKey) return undefined;
  const letter = latin(key, code);
  const exact = keys[letter];
  if (exact !== undefined && !(shiftKey && letter !== key))
    return repeat && !held.has(exact) ? undefined : { key: exact, choose: false };
  const lower = keys[letter.toLowerCase()];
  return shiftKey && lower !== undefined && !repeat ? { key: lower, choose: true } : undefined;
}

const held: ReadonlySet<FeedKey> = new Set(["up", "down"]);

/** Where the keyboard writes Korean, Japanese or another script, a letter is the one that is printed in that place. */
function latin(key: string, code: string): string {
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? [];
  return letter === undefined || /^[ -~]$/.test(key) ? key : letter.toLowerCase();
}

/** What a key does to a comment. None: it is not that kind of key, or the comment has nobody, or no place yet. */
export function actOn({ offset, author, text }: Message, key: FeedKey, isPinned: boolean): Act | undefined {
  const about = author === undefined ? { text } : { user: author.user, text };
  switch (key) {
    case "delete":
      return offset === undefined ? undefined : { verb: "delete", offset, about };
    case "pin":
      return offset === undefined ? undefined : { verb: isPinned ? "unpin" : "pin", offset, about };
    case "mute":
      return author === undefined ? undefined : { verb: "mute", user: author.user, seconds: usualMuteSeconds };
    case "ban":
    case "shadow":
    case "purge":
      return author === undefined ? undefined : { verb: key, user: author.user };
    default:
      return undefined;
  }
}
