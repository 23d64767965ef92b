// Digits and other signs that are written for letters.
import { type Reading, separator } from "./reading.ts";
import { Kind, type Sign } from "./sign.ts";

/** The letters that digits and other signs are written for. i, l and what stands for either are one. */
const leetLetters: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "0": "o",
    "1": "l",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "8": "b",
    "@": "a",
    $: "s",
    "!": "l",
    "|": "l",
    "+": "t",
    i: "l",
  }),
);
const leetCodes: ReadonlyMap<number, number> = new Map(
  [...leetLetters].map(([from, to]) => [from.charCodeAt(0), to.charCodeAt(0)]),
);
const isLeet = ({ code, kind }: Sign) => kind !== Kind.letter && leetCodes.has(code);

/** A pattern, or a token of a text, as leet is compared. */
export const leetSigns = (signs: readonly Sign[]): Sign[] =>
  signs.map((sign) => ({ ...sign, code: leetCodes.get(sign.code) ?? sign.code, kind: isLeet(sign) ? Kind.letter : sign.kind }));

/** Tokens that hold letters and what is written for letters: sh1t, a$$. A capital I within small letters is one as well: asshoIe. */
export function leet(signs: readonly Sign[], text: string): Reading {
  const read: Sign[][] = [];
  const belongs = (sign: Sign | undefined): sign is Sign => sign !== undefined && (sign.kind === Kind.letter || isLeet(sign));
  for (let from = 0; from < signs.length; from++) {
    if (!belongs(signs[from])) continue;
    let to = from;
    while (belongs(signs[to])) to++;
    const token = withoutOuterMarks(signs.slice(from, to));
    if (isLeetToken(token, text)) read.push(leetSigns(token), [separator(token)]);
    from = to;
  }
  return { how: "leet", signs: read.flat(), joints: new Map() };
}

/** "Shit!" ends with a mark, and is a word as it is. */
function withoutOuterMarks(token: readonly Sign[]): readonly Sign[] {
  const isMark = (sign: Sign) => sign.kind === Kind.symbol && !"@$".includes(String.fromCodePoint(sign.code));
  const from = token.findIndex((sign) => !isMark(sign));
  return from === -1 ? [] : token.slice(from, token.findLastIndex((sign) => !isMark(sign)) + 1);
}

/** Models and roads have one letter, and more digits (A55); and a token without letters is a number. */
function isLeetToken(token: readonly Sign[], text: string): boolean {
  const count = (test: (sign: Sign) => boolean) => token.filter(test).length;
  const letters = count(({ kind }) => kind === Kind.letter);
  if (letters === 0 || count(({ kind }) => kind === Kind.digit) > (letters === 1 ? 1 : 2 * letters)) return false;
  return (
    token.some(isLeet) ||
    token.some(({ start }, place) => place > 0 && text[start] === "I" && /[a-z]/.test(text[start - 1] ?? ""))
  );
}
