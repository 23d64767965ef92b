// Rules as they are looked for: folded, in runs, in an automaton for each way of comparing.
import type { WordList, WordRule } from "@madang/contracts";
import { Automaton } from "./automaton.ts";
import { fold } from "./folding.ts";
import { leetSigns } from "./readings.ts";
import { runsOf } from "./runs.ts";
import { Kind, type Sign } from "./sign.ts";

/** One way to write a rule's pattern, or an allowed word when there is no rule. */
export interface Form {
  readonly rule: WordRule | undefined;
  /** The place of its list. */
  readonly list: number;
  /** How often each of its runs repeats its sign. */
  readonly counts: readonly number[];
}

export interface Compiled {
  readonly plain: Automaton<Form>;
  readonly leet: Automaton<Form>;
}

export function compile(lists: readonly WordList[]): Compiled {
  const plain: { codes: number[]; value: Form }[] = [];
  const leet: { codes: number[]; value: Form }[] = [];
  const add = (to: typeof plain, signs: readonly Sign[], rule: WordRule | undefined, list: number) => {
    const runs = runsOf(signs);
    to.push({ codes: runs.map(({ code }) => code), value: { rule, list, counts: runs.map(({ count }) => count) } });
  };
  for (const [place, list] of lists.entries()) {
    const patterns = [
      ...list.rules.map((rule) => ({ rule, text: rule.pattern })),
      ...list.allow.map((text) => ({ rule: undefined, text })),
    ];
    for (const { rule, text } of patterns) {
      const seen = withoutOuterGaps(fold(text, "seen"));
      const spelt = withoutOuterGaps(fold(text, "spelt"));
      add(plain, seen, rule, place);
      if (!sameCodes(seen, spelt)) add(plain, spelt, rule, place);
      // A pattern of digits alone is a number, and stays one.
      if (seen.some(({ kind }) => kind === Kind.letter)) add(leet, leetSigns(seen), rule, place);
    }
  }
  return { plain: new Automaton(plain), leet: new Automaton(leet) };
}

function withoutOuterGaps(signs: readonly Sign[]): readonly Sign[] {
  const from = signs.findIndex(({ kind }) => kind !== Kind.gap);
  return from === -1 ? [] : signs.slice(from, signs.findLastIndex(({ kind }) => kind !== Kind.gap) + 1);
}

const sameCodes = (some: readonly Sign[], others: readonly Sign[]) =>
  some.length === others.length && some.every(({ code }, place) => code === others[place]?.code);
