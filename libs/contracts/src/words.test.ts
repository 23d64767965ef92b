import { expect, test } from "vitest";
import { limits } from "./limits.ts";
import { WordList } from "./words.ts";

const rule = { pattern: "glorp", match: "word", action: "mask" };
const accepts = (list: object) => WordList.safeParse({ v: 1, rules: [], allow: [], ...list }).success;

test("a list of words has bounds", () => {
  expect(accepts({ rules: Array(limits.wordRules).fill(rule), allow: Array(limits.wordsAllowed).fill("glorpus") })).toBe(true);
  expect(accepts({ rules: Array(limits.wordRules + 1).fill(rule) })).toBe(false);
  expect(accepts({ allow: Array(limits.wordsAllowed + 1).fill("glorpus") })).toBe(false);
  for (const length of [0, limits.wordLength + 1]) {
    expect(accepts({ rules: [{ ...rule, pattern: "a".repeat(length) }] })).toBe(false);
    expect(accepts({ allow: ["a".repeat(length)] })).toBe(false);
  }
});
