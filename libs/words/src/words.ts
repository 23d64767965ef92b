import { WordAction, type WordList, type WordRule } from "@madang/contracts";
import { type Compiled, compile } from "./compiled.ts";
import { mask } from "./mask.ts";
import { readingsOf } from "./readings.ts";
import { type Sighting, sight } from "./sightings.ts";

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
  readonly #compiled: Compiled;

  constructor(lists: readonly WordList[]) {
    this.#compiled = compile(lists);
  }

  /**
   * In the order of the text. Matches may overlap. Of those that end in the same place and ask for the same action there is only the
   * longest, so that there are at most three for each place in each of the few readings.
   */
  find(text: string): Match[] {
    const readings = readingsOf(text).map((reading) => {
      const sightings: Sighting[] = [];
      sight(this.#compiled, reading, (sighting) => sightings.push(sighting));
      return sightings;
    });
    const isAllowed = allowances(
      readings.flat().filter(({ form }) => form.rule === undefined),
      text.length,
    );
    const matches = new Map<string, Match>();
    for (const sightings of readings) {
      const named = new Set<string>();
      for (const { form, start, end, last } of sightings) {
        const { rule, list } = form;
        if (rule === undefined || isAllowed(list, start, end)) continue;
        const place = `${rule.action} ${last}`;
        if (named.has(place)) continue;
        named.add(place);
        matches.set(`${rule.action} ${start} ${end}`, { rule, start, end });
      }
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
}

/** Whether a range lies within an allowed one of its own list or an earlier one. */
function allowances(allowed: readonly Sighting[], length: number): (list: number, start: number, end: number) => boolean {
  const furthest = new Map<number, Int32Array>();
  for (const { form, start, end } of allowed) {
    const ends = furthest.get(form.list) ?? new Int32Array(length + 1);
    furthest.set(form.list, ends);
    ends[start] = Math.max(ends[start] ?? 0, end);
  }
  // From where one begins to how far any reaches that has begun by then.
  for (const ends of furthest.values()) {
    for (let at = 1; at <= length; at++) ends[at] = Math.max(ends[at] ?? 0, ends[at - 1] ?? 0);
  }
  return (list, start, end) => [...furthest].some(([from, ends]) => from <= list && (ends[start] ?? 0) >= end);
}
