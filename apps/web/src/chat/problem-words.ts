/** Why something was declined, in words. */
import type { Problem } from "@madang/client";
import type { ChatWords } from "../words/chat.ts";

export function problemWords({ code }: Problem, words: ChatWords): string {
  const key = `problem${code}`;
  return Object.hasOwn(words, key) ? String(words[key as keyof ChatWords]) : words.problemOther;
}
