// Equal signs in a row are one run: a word and its stretched form (fuuuck) have the same runs, and differ in the counts.
import { isVowel } from "./hangul.ts";
import { gap, isLetter, Kind, type Sign } from "./sign.ts";

export interface Run {
  readonly code: number;
  readonly count: number;
  /** Its signs in the reading, `to` not included. */
  readonly from: number;
  readonly to: number;
  readonly stretchable: boolean;
}

/** A vowel is stretched by syllables too: 바아아보 is ㅂ, ㅏ three times, ㅂ, ㅗ. Twice is common in honest words: 나아가다. */
export function runsOf(signs: readonly Sign[]): Run[] {
  const runs: Run[] = [];
  for (let from = 0; from < signs.length; ) {
    const { to, count } = runAt(signs, from);
    const sign = signs[from] as Sign;
    const separates = sign.kind === Kind.gap;
    runs.push({ code: codeOf(sign), count: separates ? 1 : count, from, to, stretchable: isLetter(sign) });
    from = to;
  }
  return runs;
}

const codeOf = ({ kind, code }: Sign) => (kind === Kind.gap ? gap : code);
const silent = 0x3147; // ㅇ

function runAt(signs: readonly Sign[], from: number): { to: number; count: number } {
  const code = codeOf(signs[from] as Sign);
  let to = from;
  let count = 0;
  for (let at = from; ; ) {
    const sign = signs[at];
    if (sign !== undefined && codeOf(sign) === code) {
      at++;
      to = at;
      count++;
    } else if (isVowel(code) && startsStretch(signs, at, code)) at++;
    else break;
  }
  return { to, count };
}

/** A silent ㅇ between equal vowels, at the beginning of a syllable, with another such before or after it. */
function startsStretch(signs: readonly Sign[], at: number, code: number): boolean {
  const again = (place: number) =>
    signs[place]?.code === silent && signs[place]?.first === true && signs[place + 1]?.code === code;
  return again(at) && (again(at + 2) || (again(at - 2) && signs[at - 3]?.code === code));
}

/**
 * Whether the runs are those of a pattern: as often as there; three times and more, which is no spelling but shouting; or all of them
 * at least doubled (ffuucckk). One letter doubled is another word: god and good. An open end may belong to what stands beside it.
 */
export function fits(runs: readonly Run[], from: number, counts: readonly number[], openEnds: boolean): boolean {
  // Whether one is repeated that is neither open nor stretched, so that all must be doubled; and whether all are.
  let repeated = false;
  let doubled = counts.length > 1;
  for (let place = 0; place < counts.length; place++) {
    const { count, stretchable } = runs[from + place] as Run;
    const asked = counts[place] as number;
    if (count < asked) return false;
    const open = openEnds && (place === 0 || place === counts.length - 1);
    doubled &&= stretchable && count >= 2 * asked;
    repeated ||= count > asked && !open && !(stretchable && count >= 3);
    if (repeated && !doubled) return false;
  }
  return true;
}
