import { remembering } from "./remembering.ts";

/** What a text is compared by: one folded character, which knows where it comes from. */
export interface Sign {
  /** A code point: of a letter in its folded form, of one key of a Hangul keyboard, or of anything else as it is. */
  readonly code: number;
  readonly kind: Kind;
  /** The range in the original text, in UTF-16 units, `end` not included. Signs of one syllable or ligature share it. */
  readonly start: number;
  readonly end: number;
  /** Whether it begins, and ends, what a reader takes for one character: the ㅅ of 시 begins it, the ㅣ ends it. */
  readonly first: boolean;
  readonly last: boolean;
}

export const Kind = {
  /** White space and punctuation that only separates. Runs of it compare as one. */
  gap: 0,
  letter: 1,
  hangul: 2,
  digit: 3,
  /** All else, and the punctuation that people write for letters. */
  symbol: 4,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** What all gaps compare as. */
export const gap = 0x20;

export const isLetter = ({ kind }: Sign) => kind === Kind.letter || kind === Kind.hangul;

/** Compatibility jamo, which stand here for the keys. */
const isKey = (code: number) => code >= 0x3131 && code <= 0x318e;

export const kindOf = remembering((code): Kind => {
  if (isKey(code)) return Kind.hangul;
  const character = String.fromCodePoint(code);
  if (code < 0x80 && /[@!*#%&]/.test(character)) return Kind.symbol;
  if (/[\p{L}\p{M}]/u.test(character)) return Kind.letter;
  if (/\p{N}/u.test(character)) return Kind.digit;
  return /[\p{Z}\p{C}\p{P}\u2800]/u.test(character) ? Kind.gap : Kind.symbol;
});
