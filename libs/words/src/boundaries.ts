// Where a whole word begins and ends.
import { isExclamation } from "./hangul.ts";
import { isParticle, longestParticle } from "./particles.ts";
import type { Reading } from "./reading.ts";
import { isLetter, Kind, type Sign } from "./sign.ts";

/**
 * Whether the signs `from` … `to` (both included) stand alone. A letter beside them joins, unless one of the two is Hangul and the other
 * is not: Korean sets its particles behind foreign words without a space. Digits and symbols do not join.
 *
 * A Hangul word may be followed by a particle from a short list (particles.ts): 바보는, 바보들아, but not 바보상자. Laughter and tears
 * beside it do not join: ㅋㅋ바보ㅠㅠ.
 */
export function standsAlone({ how, signs, joints }: Reading, from: number, to: number): boolean {
  const [first, last] = [signs[from], signs[to]];
  if (first === undefined || last === undefined) return false;
  if (how === "spaced" && breaks(joints, from, to, from, signs[from - 1]) && breaks(joints, from, to, to + 1, signs[to + 1]))
    return true;
  if (joins(first, signs[from - 1])) return false;
  return (last.last && !joins(last, signs[to + 1])) || (last.kind === Kind.hangul && particleFollows(signs, to + 1));
}

function joins(edge: Sign, beside: Sign | undefined): boolean {
  if (beside === undefined || !isLetter(beside)) return false;
  if ((edge.kind === Kind.hangul) !== (beside.kind === Kind.hangul)) return false;
  return !(beside.first && beside.last && isExclamation(beside.code));
}

function particleFollows(signs: readonly Sign[], from: number): boolean {
  const keys: number[] = [];
  for (let at = from; keys.length <= longestParticle; at++) {
    const sign = signs[at];
    if (sign?.kind !== Kind.hangul || (sign.first && sign.last && isExclamation(sign.code))) return isParticle(keys);
    keys.push(sign.code);
  }
  return false;
}

/**
 * In a row of single characters everything stands apart. A Hangul word is whole there, since each gap may be one between words; one in
 * letters is where the gap beside it is another than within, or a word of one letter is beside it: "a f u c k", "f.u.c.k y.o.u".
 */
function breaks(joints: Reading["joints"], from: number, to: number, at: number, beside: Sign | undefined): boolean {
  if (beside === undefined || beside.kind === Kind.hangul) return true;
  let place = from + 1;
  while (place <= to && !joints.has(place)) place++;
  const within = place <= to ? joints.get(place) : undefined;
  const outside = joints.get(at);
  return outside === undefined || outside !== within || "aiu".includes(String.fromCodePoint(beside.code));
}
