/** Banned words: what a moderator lists, for everything or for one room. What matches is said by `@madang/words`. */
import { z } from "zod";
import { limits } from "./limits.ts";

/** In the order of strength, the weakest first: show it with asterisks, keep it for a moderator's look, refuse it. */
export const WordAction = z.enum(["mask", "hold", "reject"]);
export type WordAction = z.infer<typeof WordAction>;

/** The key of the list that is for all rooms. No room's key: `=` is no character of a room id. */
export const globalWords = "=all";

export const WordRule = z.object({
  /** As a person writes it, in UTF-16 units. It is a text and no expression: every character stands for itself. */
  pattern: z.string().min(1).max(limits.wordLength),
  /** Where it counts: standing alone, or within other words as well. */
  match: z.enum(["word", "substring"]),
  action: WordAction,
});
export type WordRule = z.infer<typeof WordRule>;

export const WordList = z.object({
  v: z.literal(1),
  rules: z.array(WordRule).max(limits.wordRules),
  /** Innocent words that hold a banned one: what is found within them does not count. */
  allow: z.array(z.string().min(1).max(limits.wordLength)).max(limits.wordsAllowed),
});
export type WordList = z.infer<typeof WordList>;
