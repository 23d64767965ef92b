// Words that are written in pieces, with something between them.
import { isVowel } from "./hangul.ts";
import { type Reading, separator } from "./reading.ts";
import { isLetter, Kind, type Sign } from "./sign.ts";

/** Pieces of letters with something between them, joined where that may be meant to hide a word. */
export function pieced(signs: readonly Sign[], text: string, how: "spaced" | "inserted"): Reading {
  const read: Sign[] = [];
  const joints = new Map<number, string>();
  const pieces = piecesOf(signs);
  let open = false;
  for (const [place, piece] of pieces.entries()) {
    const next = pieces[place + 1];
    const between = next === undefined ? [] : signs.slice(piece.to, next.from);
    const joins = next !== undefined && (how === "spaced" ? spaces(piece, next, between) : inserts(piece, next, between));
    // A piece may be longer than a call has arguments.
    if (open || joins) for (const sign of piece.signs) read.push(sign);
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
    while (to < signs.length && isLetter(signs[to] as Sign) && !isLost(signs, to)) to++;
    if (to === from) continue;
    pieces.push({ signs: signs.slice(from, to), from, to });
    from = to;
  }
  return pieces;
}

/** One letter of another script within Hangul is no part of a word: 시x발. */
const isLost = (signs: readonly Sign[], at: number) =>
  signs[at]?.kind === Kind.letter && signs[at - 1]?.kind === Kind.hangul && signs[at + 1]?.kind === Kind.hangul;

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
 * 시1발놈, fu*ck: within a word stands what ends no sentence and joins no two words. In Hangul that is a digit, a symbol or a lost letter;
 * what is common at the end of a sentence is none (다시~발).
 */
function inserts(piece: Piece, next: Piece, between: readonly Sign[]): boolean {
  const hangul = [piece.signs.at(-1), next.signs[0]].map((sign) => sign?.kind === Kind.hangul);
  const character = ({ code }: Sign) => String.fromCodePoint(code);
  if (hangul.every(Boolean)) {
    return between.length <= 2 && between.every((sign) => sign.kind !== Kind.gap && !"!~".includes(character(sign)));
  }
  return !hangul.some(Boolean) && between.length === 1 && between.every((sign) => ".-_*^+=|~·".includes(character(sign)));
}
