// A text becomes signs: what looks, or is meant to look, the same to a reader has the same signs. Each keeps its place in the original.
import { confusables } from "./confusables-data.ts";
import { consonantLooks, continuesSyllable, isConsonant, isVowel, keysOf, vowelLooks } from "./hangul.ts";
import { isInherited, isMark, isUnseen } from "./marks.ts";
import { remembering } from "./remembering.ts";
import { Kind, kindOf, type Sign } from "./sign.ts";

/** Of which letters a character is made to look, by UTS #39. */
const lookalikes: ReadonlyMap<number, readonly number[]> = new Map(
  Object.entries(confusables).flatMap(([letters, others]) =>
    [...others].map((other) => [other.codePointAt(0) ?? 0, codePoints(letters)] as const),
  ),
);

/**
 * The steps, for each character with the marks that follow it:
 *
 * 1. What cannot be seen goes: default ignorables (zero-width characters, bidi controls, variation selectors, Hangul fillers), format
 *    and control characters.
 * 2. Compatibility decomposition, which is NFKC but for the composing, and full case folding.
 * 3. Marks go, on letters of Latin, Cyrillic and Greek all of them, elsewhere those of no script. The others are letters (か and が).
 * 4. Hangul becomes keys; what stands beside a single jamo for another (ㅅ1) becomes a key as well.
 * 5. As it is seen: look-alikes of basic Latin letters become these. As it is spelt: they stay, since case folding goes by the
 *    spelling (the Greek Ν looks like N, and its small form ν like v).
 */
export function fold(text: string, as: "seen" | "spelt"): Sign[] {
  const signs: Sign[] = [];
  for (let start = 0; start < text.length; ) {
    const code = text.codePointAt(start) ?? 0;
    let end = start + width(code);
    if (code >= 0x80 || isControl(code)) {
      if (isUnseen(code)) {
        start = end;
        continue;
      }
      end = clusterEnd(text, end, code);
      const codes = end - start === width(code) ? foldedCharacter(code, as) : foldedCluster(text.slice(start, end), code, as);
      push(signs, codes, start, end);
    } else {
      const next = text.charCodeAt(end);
      if (next >= 0x80) end = clusterEnd(text, end, code);
      push(signs, [code >= 0x41 && code <= 0x5a ? code + 0x20 : code], start, end);
    }
    start = end;
  }
  completeHangul(signs);
  return signs;
}

const width = (code: number) => (code > 0xffff ? 2 : 1);
const isControl = (code: number) => code < 0x20 || code === 0x7f;
const takesMarks = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u;

/** Where the marks end that belong to the character before `end`, or the jamo of its syllable. What is unseen between them goes along. */
function clusterEnd(text: string, end: number, base: number): number {
  const conjoining = base >= 0x1100 && base <= 0x11ff;
  for (let at = end; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    if (code < 0x80) break;
    at += width(code);
    if (isMark(code) || (conjoining && continuesSyllable(code))) end = at;
    else if (!isUnseen(code)) break;
  }
  return end;
}

/** A text uses few characters, many times. */
const foldedCharacters = {
  seen: remembering((code) => foldedCluster(String.fromCodePoint(code), code, "seen")),
  spelt: remembering((code) => foldedCluster(String.fromCodePoint(code), code, "spelt")),
};
const foldedCharacter = (code: number, as: "seen" | "spelt"): readonly number[] => foldedCharacters[as](code);

function foldedCluster(cluster: string, first: number, as: "seen" | "spelt"): number[] {
  if (as === "seen") {
    const seen = lookalikes.get(first);
    if (seen !== undefined) return [...seen];
  }
  const folded: number[] = [];
  let onLetter = false;
  // Hangul has to come out composed: a compatibility jamo would otherwise be taken for the first of a syllable.
  for (const base of codePoints(/\p{Script=Hangul}/u.test(cluster) ? cluster.normalize("NFKC") : cluster.normalize("NFKD"))) {
    if (isUnseen(base)) continue;
    if (isMark(base)) {
      if (!onLetter && !isInherited(base)) folded.push(base);
      continue;
    }
    const keys = keysOf(base);
    onLetter = keys === undefined && takesMarks.test(String.fromCodePoint(base));
    if (keys !== undefined) folded.push(...keys);
    // Upper case first: it folds ß to ss and ς to σ, as full case folding does.
    else {
      for (const small of codePoints(String.fromCodePoint(base).toUpperCase().toLowerCase().normalize("NFKD"))) {
        const seen = as === "seen" ? (lookalikes.get(base) ?? lookalikes.get(small)) : undefined;
        if (seen !== undefined) folded.push(...seen);
        else if (!isMark(small)) folded.push(small);
      }
    }
  }
  return folded;
}

function push(signs: Sign[], codes: readonly number[], start: number, end: number): void {
  for (const [place, code] of codes.entries()) {
    signs.push({ code, kind: kindOf(code), start, end, first: place === 0, last: place === codes.length - 1 });
  }
}

/** A look-alike beside a jamo that stands alone: ㅅ1 is ㅅㅣ, and 人ㅣ is ㅅㅣ too. */
function completeHangul(signs: Sign[]): void {
  const alone = (sign: Sign | undefined): sign is Sign => sign?.kind === Kind.hangul && sign.first && sign.last;
  for (const [place, sign] of signs.entries()) {
    if (sign.kind === Kind.hangul) continue;
    const [before, after] = [signs[place - 1], signs[place + 1]];
    const vowel = vowelLooks.get(sign.code);
    const consonant = consonantLooks.get(sign.code);
    if (vowel !== undefined && alone(before) && isConsonant(before.code))
      signs[place] = { ...sign, code: vowel, kind: Kind.hangul };
    else if (consonant !== undefined && alone(after) && isVowel(after.code))
      signs[place] = { ...sign, code: consonant, kind: Kind.hangul };
  }
}

function codePoints(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}
