import { seeded } from "@madang/devkit";
import { expect, test } from "vitest";
import { Automaton } from "./automaton.ts";

const codes = (text: string) => Array.from(text, (character) => character.charCodeAt(0));
const ends = (patterns: readonly string[], text: string) => {
  const found: string[] = [];
  new Automaton(patterns.map((pattern) => ({ codes: codes(pattern), value: pattern }))).walk(codes(text), (value, place) => {
    found.push(`${value} ${place}`);
    return "more";
  });
  return found;
};

test("an automaton finds every pattern in every place, at one place the longest first", () => {
  expect(ends(["he", "she", "hers", "e"], "ushers")).toEqual(["she 3", "he 3", "e 3", "hers 5"]);
  expect(ends(["", "a"], "aa")).toEqual(["a 0", "a 1"]);
});

test("an automaton finds what a search for each pattern finds", () => {
  const random = seeded(7);
  const text = (longest: number) => Array.from({ length: 1 + random.int(longest) }, () => random.pick(["a", "b", "c"])).join("");
  for (let round = 0; round < 200; round++) {
    const patterns = [...new Set(Array.from({ length: 8 }, () => text(5)))];
    const within = text(60);
    const expected = patterns.flatMap((pattern) =>
      Array.from(within, (_, place) => place).flatMap((place) =>
        within.slice(0, place + 1).endsWith(pattern) ? [`${pattern} ${place}`] : [],
      ),
    );
    expect(ends(patterns, within).sort()).toEqual(expected.sort());
  }
});
