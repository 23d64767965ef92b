// Where forms are in one reading of a text.
import { standsAlone } from "./boundaries.ts";
import type { Compiled, Form } from "./compiled.ts";
import type { Reading } from "./readings.ts";
import { fits, type Run, runsOf } from "./runs.ts";
import { Kind, type Sign } from "./sign.ts";

/** A form and its range in the original text, in UTF-16 units, `end` not included. */
export interface Sighting {
  readonly form: Form;
  readonly start: number;
  readonly end: number;
  /** The sign of the reading that it ends with. */
  readonly last: number;
}

/** Calls `seen` for each form that is in the reading as its rule wants it, at one place the longest first. */
export function sight(compiled: Compiled, reading: Reading, seen: (sighting: Sighting) => void): void {
  const runs = runsOf(reading.signs);
  const automaton = reading.how === "leet" ? compiled.leet : compiled.plain;
  automaton.walk(
    runs.map(({ code }) => code),
    (form, place) => {
      const matched = runs.slice(place + 1 - form.counts.length, place + 1);
      // Where an honest word might be joined from two by chance (pass.it), only a whole one counts.
      const whole =
        form.rule?.match === "word" || (reading.how === "inserted" && reading.signs[matched[0]?.from ?? 0]?.kind === Kind.letter);
      if (!fits(matched, form.counts, !whole)) return;
      const { from, to } = whole ? wholeRuns(matched) : signsOf(matched, form.counts);
      const signs = reading.signs.slice(from, to);
      // The ㄱ that ends 악 begins no word. Only a whole word may end within a syllable, before a particle: 바본데.
      if (signs[0]?.first !== true || (!whole && signs.at(-1)?.last !== true)) return;
      if (whole && !standsAlone(reading, from, to - 1)) return;
      if (reading.how === "spaced" && !isLongEnough(signs)) return;
      // A reading may go backwards.
      const start = Math.min(...signs.map((sign) => sign.start));
      const end = Math.max(...signs.map((sign) => sign.end));
      seen({ form, start, end, last: to - 1 });
    },
  );
}

const wholeRuns = (runs: readonly Run[]) => ({ from: runs[0]?.from ?? 0, to: runs.at(-1)?.to ?? 0 });

/** A stretched run belongs to the match as a whole; of another one at an open end as many signs as are asked. */
function signsOf(runs: readonly Run[], counts: readonly number[]): { from: number; to: number } {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) return { from: 0, to: 0 };
  const [asked, askedLast] = [counts[0] ?? 0, counts.at(-1) ?? 0];
  return {
    from: runs.length === 1 || first.count >= 3 || first.count === asked ? first.from : first.to - asked,
    to: runs.length === 1 || last.count >= 3 || last.count === askedLast ? last.to : last.from + askedLast,
  };
}

/** Single characters in a row are often initials or grades: two of them are a word in Hangul only. */
function isLongEnough(signs: readonly Sign[]): boolean {
  const characters = signs.filter(({ first }) => first).length;
  return characters >= (signs[0]?.kind === Kind.hangul ? 2 : 3);
}
