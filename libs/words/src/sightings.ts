// Where patterns are in one reading of a text.
import { standsAlone } from "./boundaries.ts";
import type { Compiled } from "./compiled.ts";
import type { Reading } from "./reading.ts";
import { fits, type Run, runsOf } from "./runs.ts";
import { Kind, type Sign } from "./sign.ts";

/** A pattern's value and list, and its range in the original text, in UTF-16 units, `end` not included. */
export interface Sighting<T> {
  readonly value: T;
  readonly list: number;
  readonly start: number;
  readonly end: number;
}

/** What is asked of a pattern's place. */
export interface Wanted<T> {
  whole(value: T): boolean;
  /** Patterns of one group need not be looked at where one of the group, a longer one, is taken already: 3 groups at the most. */
  group(value: T): string;
  /** Whether this one is taken. */
  take(sighting: Sighting<T>): boolean;
}

/** Offers each pattern that is in the reading, at one place the longest first. What is cheap to know is asked first. */
export function sight<T>(compiled: Compiled<T>, reading: Reading, wanted: Wanted<T>): void {
  const { how, signs } = reading;
  const runs = runsOf(signs);
  let takenAt = -1;
  const taken = new Set<string>();
  const codes = runs.map(({ code }) => code);
  (how === "leet" ? compiled.leet : compiled.plain).walk(codes, ({ value, list, counts }, place) => {
    if (place !== takenAt) taken.clear();
    takenAt = place;
    const group = wanted.group(value);
    if (taken.has(group)) return "more";
    const firstRun = runs[place + 1 - counts.length] as Run;
    // Where an honest word might be joined from two by chance (pass.it), only a whole one counts.
    const whole = wanted.whole(value) || (how === "inserted" && signs[firstRun.from]?.kind === Kind.letter);
    const { from, to } = whole
      ? { from: firstRun.from, to: (runs[place] as Run).to }
      : signsOf(firstRun, runs[place] as Run, counts);
    // The ㄱ that ends 악 begins no word. Only a whole word may end within a syllable, before a particle: 바본데.
    if (signs[from]?.first !== true || (!whole && signs[to - 1]?.last !== true)) return "more";
    if (!isLongEnough(reading, from, to) || (whole && !standsAlone(reading, from, to - 1))) return "more";
    if (!fits(runs, place + 1 - counts.length, counts, !whole)) return "more";
    if (wanted.take({ value, list, ...rangeOf(signs, from, to) })) taken.add(group);
    return taken.size === 3 ? "enough" : "more";
  });
}

/** A stretched run belongs to the match as a whole; of another one at an open end as many signs as are asked. */
function signsOf(first: Run, last: Run, counts: readonly number[]): { from: number; to: number } {
  const [asked, askedLast] = [counts[0] ?? 0, counts.at(-1) ?? 0];
  return {
    from: first === last || first.count >= 3 || first.count === asked ? first.from : first.to - asked,
    to: first === last || last.count >= 3 || last.count === askedLast ? last.to : last.from + askedLast,
  };
}

/** A reading may go backwards. */
function rangeOf(signs: readonly Sign[], from: number, to: number): { start: number; end: number } {
  let [start, end] = [Number.POSITIVE_INFINITY, 0];
  for (let at = from; at < to; at++) {
    start = Math.min(start, signs[at]?.start ?? start);
    end = Math.max(end, signs[at]?.end ?? end);
  }
  return { start, end };
}

/**
 * Single characters in a row are often initials or grades: two of them are a word in Hangul only. What looks like a short word with
 * something in it is often the name of a file or a site: a.ss.
 */
function isLongEnough({ how, signs }: Reading, from: number, to: number): boolean {
  if (how === "written" || how === "leet") return true;
  const least = signs[from]?.kind === Kind.hangul ? 2 : how === "spaced" ? 3 : 4;
  let characters = 0;
  for (let at = from; at < to && characters < least; at++) if (signs[at]?.first) characters++;
  return characters >= least;
}
