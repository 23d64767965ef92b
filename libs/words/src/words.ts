import { WordAction, type WordList, type WordRule } from "@madang/contracts";
import { type Compiled, compileAllowed, compileRules } from "./compiled.ts";
import { mask } from "./mask.ts";
import type { Reading } from "./reading.ts";
import { readingsOf } from "./readings.ts";
import { sight } from "./sightings.ts";

export interface Match {
  readonly rule: WordRule;
  /** The range in the text as it was given, in UTF-16 units, `end` not included. */
  readonly start: number;
  readonly end: number;
}

/** What is to be done with a text: what its strongest match asks for, or nothing. */
export type Verdict =
  | { readonly action: undefined; readonly matches: readonly [] }
  | { readonly action: "reject" | "hold"; readonly matches: readonly Match[] }
  | { readonly action: "mask"; readonly masked: string; readonly matches: readonly Match[] };

/**
 * Finds banned words, however they are written. What is folded, and what is missed all the same: docs/moderation.md.
 *
 * A `word` stands alone: beside it is no letter, or one of another script where one of the two is Hangul (fuck이야). Korean sets
 * particles behind a noun without a space: a Hangul word may be followed by one from a short list, and by nothing else (바보는, not
 * 바보상자). A `substring` is found within words as well; in Hangul it begins and ends with a syllable (시바 is not in 시발).
 *
 * What is found within an allowed word does not count, if the allowed word is in the same list or an earlier one: give the list that is
 * for everything first, and no room can allow what it bans.
 *
 * Built once for its lists, which are to have passed their schema; a pattern of nothing but spaces or unseen characters never matches.
 * It never throws. The time grows with the text, not with the rules: each reading of the text is walked once.
 */
export class Words {
  readonly #rules: Compiled<WordRule>;
  readonly #allowed: Compiled<string>;

  constructor(lists: readonly WordList[]) {
    this.#rules = compileRules(lists);
    this.#allowed = compileAllowed(lists);
  }

  /**
   * In the order of the text. Matches may overlap. Of those that end in the same place and ask for the same action there is only the
   * longest, so that there are at most three for each place in each of the few readings.
   */
  find(text: string): Match[] {
    const readings = readingsOf(text);
    const isAllowed = this.#allowances(readings, text.length);
    const matches = new Map<string, Match>();
    for (const reading of readings) {
      sight(this.#rules, reading, {
        whole: ({ match }) => match === "word",
        group: ({ action }) => action,
        take: ({ value: rule, list, start, end }) => {
          if (isAllowed(list, start, end)) return false;
          // Two readings often see the same.
          const place = `${rule.action} ${start} ${end}`;
          if (!matches.has(place)) matches.set(place, { rule, start, end });
          return true;
        },
      });
    }
    return [...matches.values()].sort((a, b) => a.start - b.start || a.end - b.end);
  }

  judge(text: string): Verdict {
    const matches = this.find(text);
    // The schema names them from the weakest to the strongest.
    const action = WordAction.options.findLast((option) => matches.some(({ rule }) => rule.action === option));
    if (action === undefined) return { action, matches: [] };
    return action === "mask" ? { action, masked: mask(text, matches), matches } : { action, matches };
  }

  /** Whether a range lies within an allowed word of the same list or an earlier one. */
  #allowances(readings: readonly Reading[], length: number): (list: number, start: number, end: number) => boolean {
    /** For each list, from where allowed words begin to how far they reach. */
    const furthest = new Map<number, Int32Array>();
    for (const reading of readings) {
      sight(this.#allowed, reading, {
        whole: () => false,
        group: () => "",
        take: ({ list, start, end }) => {
          const ends = furthest.get(list) ?? new Int32Array(length);
          furthest.set(list, ends);
          ends[start] = Math.max(ends[start] ?? 0, end);
          // One of another list may be shorter, and count for more rules.
          return false;
        },
      });
    }
    for (const ends of furthest.values()) {
      for (let at = 1; at < length; at++) ends[at] = Math.max(ends[at] ?? 0, ends[at - 1] ?? 0);
    }
    return (list, start, end) => [...furthest].some(([from, ends]) => from <= list && (ends[start] ?? 0) >= end);
  }
}
