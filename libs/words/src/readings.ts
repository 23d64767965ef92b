// One text is read in several ways, each a row of signs in which words are looked for. Each costs one walk, and only where the text asks
// for it.
import { fold } from "./folding.ts";
import { isVowel } from "./hangul.ts";
import { isLetter, Kind, type Sign } from "./sign.ts";

export interface Reading {
  readonly how: "written" | "leet" | "spaced" | "inserted";
  readonly signs: readonly Sign[];
  /** Where pieces were joined: what stood between a sign and the one before it. */
  readonly joints: ReadonlyMap<number, string>;
}

/** All readings of a text that differ. */
export function readingsOf(text: string): Reading[] {
  const seen = fold(text, "seen");
  const rows = [seen];
  // Where no other script is, both are the same.
  if (/[^\0-\x7f\u3131-\u318e\uac00-\ud7a3]/.test(text)) rows.push(fold(text, "spelt"));
  if (text.includes(override)) rows.push(displayed(seen, text));
  return [
    ...rows.map((signs): Reading => ({ how: "written", signs, joints: new Map() })),
    ...rows.flatMap((signs) => joined(signs, text)),
  ];
}

function joined(signs: readonly Sign[], text: string): Reading[] {
  const readings = [leet(signs, text), pieced(signs, text, "spaced"), pieced(signs, text, "inserted")];
  return readings.filter((reading) => reading.signs.length > 0);
}

const override = "\u202e";

/** A right-to-left override shows what follows from its end to its beginning, up to its own end or that of the line. */
function displayed(signs: readonly Sign[], text: string): Sign[] {
  const shown: Sign[] = [];
  let turned: Sign[][] = [];
  let turning = false;
  let at = 0;
  const turnBack = () => {
    shown.push(...turned.reverse().flat());
    turned = [];
  };
  for (const sign of signs) {
    for (; at < sign.start; at++) turning = text[at] === override || (turning && text[at] !== "\u202c" && text[at] !== "\n");
    if (!turning) turnBack();
    if (!turning) shown.push(sign);
    // The signs of one character keep their order.
    else if (sign.first) turned.push([sign]);
    else turned.at(-1)?.push(sign);
  }
  turnBack();
  return shown;
}

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
function leet(signs: readonly Sign[], text: string): Reading {
  const read: Sign[] = [];
  const belongs = (sign: Sign | undefined): sign is Sign => sign !== undefined && (sign.kind === Kind.letter || isLeet(sign));
  for (let from = 0; from < signs.length; from++) {
    if (!belongs(signs[from])) continue;
    let to = from;
    while (belongs(signs[to])) to++;
    const token = withoutOuterMarks(signs.slice(from, to));
    if (isLeetToken(token, text)) read.push(...leetSigns(token), separator(token));
    from = to;
  }
  return { how: "leet", signs: read, joints: new Map() };
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

/** Pieces of letters with something between them, joined where that may be meant to hide a word. */
function pieced(signs: readonly Sign[], text: string, how: "spaced" | "inserted"): Reading {
  const read: Sign[] = [];
  const joints = new Map<number, string>();
  const pieces = piecesOf(signs);
  let open = false;
  for (const [place, piece] of pieces.entries()) {
    const next = pieces[place + 1];
    const between = next === undefined ? [] : signs.slice(piece.to, next.from);
    const joins = next !== undefined && (how === "spaced" ? spaces(piece, next, between) : inserts(piece, next, between));
    if (open || joins) read.push(...piece.signs);
    if (joins) joints.set(read.length, between.map(({ start, end }) => text.slice(start, end)).join(""));
    else if (open) read.push(separator(piece.signs));
    open = joins;
  }
  return { how, signs: read, joints };
}

interface Piece {
  readonly signs: readonly Sign[];
  readonly from: number;
  readonly to: number;
}

function piecesOf(signs: readonly Sign[]): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < signs.length; from++) {
    let to = from;
    while (to < signs.length && isLetter(signs[to] as Sign)) to++;
    if (to === from) continue;
    pieces.push({ signs: signs.slice(from, to), from, to });
    from = to;
  }
  return pieces;
}

/** f u c k, 시 발: every piece is one character, and a little of anything is between them; but 2발 in "1시 2발" is a number of things. */
const spaces = (piece: Piece, next: Piece, between: readonly Sign[]) =>
  between.length <= 3 &&
  isSingle(piece) &&
  isSingle(next) &&
  !(between[0]?.kind === Kind.gap && between.at(-1)?.kind === Kind.digit);

/** One character; in Hangul also the jamo of one syllable: ㅂㅏㄹ, 바ㄹ. */
function isSingle({ signs }: Piece): boolean {
  if (signs.length > 5) return false;
  if (signs.filter(({ first }) => first).length === 1) return true;
  const nuclei = signs.filter(({ code }, place) => isVowel(code) && !isVowel(signs[place - 1]?.code ?? 0)).length;
  return signs.every(({ kind }) => kind === Kind.hangul) && nuclei === 1;
}

/**
 * 시1발놈, fu*ck: within a word stands what ends no sentence and joins no two words. In Hangul that is a digit or a symbol; what is common
 * at the end of a sentence is none (다시~발).
 */
function inserts(piece: Piece, next: Piece, between: readonly Sign[]): boolean {
  const hangul = [piece.signs.at(-1), next.signs[0]].map((sign) => sign?.kind === Kind.hangul);
  const character = ({ code }: Sign) => String.fromCodePoint(code);
  if (hangul.every(Boolean)) {
    return (
      between.length <= 2 &&
      between.every((sign) => (sign.kind === Kind.digit || sign.kind === Kind.symbol) && !"!~".includes(character(sign)))
    );
  }
  return !hangul.some(Boolean) && between.length === 1 && between.every((sign) => ".-_*^+=|~·".includes(character(sign)));
}

/** Keeps what is not together apart: no pattern holds it, not even one of several words. */
function separator(signs: readonly Sign[]): Sign {
  const end = signs.at(-1)?.end ?? 0;
  return { code: 0, kind: Kind.symbol, start: end, end, first: true, last: true };
}
