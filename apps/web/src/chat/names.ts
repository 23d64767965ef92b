/** How people look in a chat: their colour and their initial. */
import type { Person } from "@madang/client";

/** `chat.css` has so many colours for names, each with enough contrast in both schemes. */
export const nameColours = 10;

/** The same person has the same colour everywhere, and after any reload. */
export function colourOf(user: string): number {
  let hash = 0x811c9dc5;
  for (const character of user) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) % nameColours;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** What stands in the circle before a name: its first letter, as the reader sees letters. */
export function initialOf({ name, user }: Person): string {
  const shown = user.startsWith("anon_") ? user.slice(5) : name;
  const [first] = graphemes.segment(shown.trim());
  return first?.segment.toLocaleUpperCase() ?? "";
}
