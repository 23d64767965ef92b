// Rules as they are looked for: folded, in runs, in an automaton for each way of comparing.
import type { WordList, WordRule } from "@madang/contracts";
import { Automaton } from "./automaton.ts";
import { fold } from "./folding.ts";
import { leetSigns } from "./leet.ts";
import { runsOf } from "./runs.ts";
import { Kind, type Sign } from "./sign.ts";

/** One way to write a pattern. */
export interface Form<T> {
  readonly value: T;
  /** The place of its list. */
  readonly list: number;
  /** How often each of its runs repeats its sign. */
  readonly counts: readonly number[];
}

/** Patterns in an automaton for each way of comparing. */
export interface Compiled<T> {
  readonly plain: Automaton<Form<T>>;
  readonly leet: Automaton<Form<T>>;
}

export const compileRules = (lists: readonly WordList[]): Compiled<WordRule> =>
  compile(
    lists.map(({ rules }) => rules.map((rule) => ({ pattern: rule.pattern, value: rule }))),
    // Of rules that differ in nothing but their spelling the first is enough.
    ({ match, action }) => `${match} ${action}`,
  );

export const compileAllowed = (lists: readonly WordList[]): Compiled<string> =>
  compile(
    lists.map(({ allow }) => allow.map((pattern) => ({ pattern, value: pattern }))),
    () => "",
  );

function compile<T>(lists: readonly (readonly { pattern: string; value: T }[])[], same: (value: T) => string): Compiled<T> {
  const plain = new Map<string, Pattern<T>>();
  const leet = new Map<string, Pattern<T>>();
  for (const [list, patterns] of lists.entries()) {
    const add = (to: typeof plain, signs: readonly Sign[], value: T) => {
      const key = `${list} ${same(value)} ${signs.map(({ code }) => code)}`;
      if (!to.has(key)) to.set(key, patternOf(signs, value, list));
    };
    for (const { pattern, value } of patterns) {
      const seen = withoutOuterGaps(fold(pattern, "seen"));
      add(plain, seen, value);
      add(plain, withoutOuterGaps(fold(pattern, "spelt")), value);
      // A pattern of digits alone is a number, and stays one.
      if (seen.some(({ kind }) => kind === Kind.letter)) add(leet, leetSigns(seen), value);
    }
  }
  return { plain: new Automaton(plain.values()), leet: new Automaton(leet.values()) };
}

interface Pattern<T> {
  readonly codes: readonly number[];
  readonly value: Form<T>;
}

function patternOf<T>(signs: readonly Sign[], value: T, list: number): Pattern<T> {
  const runs = runsOf(signs);
  return { codes: runs.map(({ code }) => code), value: { value, list, counts: runs.map(({ count }) => count) } };
}

function withoutOuterGaps(signs: readonly Sign[]): readonly Sign[] {
  const from = signs.findIndex(({ kind }) => kind !== Kind.gap);
  return from === -1 ? [] : signs.slice(from, signs.findLastIndex(({ kind }) => kind !== Kind.gap) + 1);
}
