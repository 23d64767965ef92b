// Hangul is compared as the keys that type it on a two-set keyboard: 시발, ㅅㅣㅂㅏㄹ and 시바ㄹ are all ㅅ ㅣ ㅂ ㅏ ㄹ.
// Doubled consonants (ㅆ) have a key of their own there, and stay one; ㅘ is ㅗ ㅏ, and ㄳ is ㄱ ㅅ.

const initials = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const vowels = [
  "ㅏ",
  "ㅐ",
  "ㅑ",
  "ㅒ",
  "ㅓ",
  "ㅔ",
  "ㅕ",
  "ㅖ",
  "ㅗ",
  "ㅗㅏ",
  "ㅗㅐ",
  "ㅗㅣ",
  "ㅛ",
  "ㅜ",
  "ㅜㅓ",
  "ㅜㅔ",
  "ㅜㅣ",
  "ㅠ",
  "ㅡ",
  "ㅡㅣ",
  "ㅣ",
];
const finals = [
  ..."_ㄱㄲ",
  "ㄱㅅ",
  "ㄴ",
  "ㄴㅈ",
  "ㄴㅎ",
  "ㄷ",
  "ㄹ",
  "ㄹㄱ",
  "ㄹㅁ",
  "ㄹㅂ",
  "ㄹㅅ",
  "ㄹㅌ",
  "ㄹㅍ",
  "ㄹㅎ",
  "ㅁ",
  "ㅂ",
  "ㅂㅅ",
  ..."ㅅㅆㅇㅈㅊㅋㅌㅍㅎ",
];
const codes = (keys: string) => [...keys].map((key) => key.codePointAt(0) ?? 0);
const initialKeys = [...initials].map(codes);
const vowelKeys = vowels.map(codes);
const finalKeys = finals.map((keys) => (keys === "_" ? [] : codes(keys)));
/** Compatibility jamo that two keys type: ㄳ, ㅘ. */
const composedKeys = new Map(
  [..."ㅘㅙㅚㅝㅞㅟㅢㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ"].map((jamo, place) => [
    jamo.codePointAt(0) ?? 0,
    codes(
      [
        "ㅗㅏ",
        "ㅗㅐ",
        "ㅗㅣ",
        "ㅜㅓ",
        "ㅜㅔ",
        "ㅜㅣ",
        "ㅡㅣ",
        "ㄱㅅ",
        "ㄴㅈ",
        "ㄴㅎ",
        "ㄹㄱ",
        "ㄹㅁ",
        "ㄹㅂ",
        "ㄹㅅ",
        "ㄹㅌ",
        "ㄹㅍ",
        "ㄹㅎ",
        "ㅂㅅ",
      ][place] ?? "",
    ),
  ]),
);

/** The keys of a syllable (가), a conjoining jamo (ᄀ) or a compatibility jamo (ㄱ). Undefined for all else. */
export function keysOf(code: number): readonly number[] | undefined {
  if (code >= 0xac00 && code <= 0xd7a3) {
    const place = code - 0xac00;
    return [
      ...(initialKeys[Math.floor(place / 588)] ?? []),
      ...(vowelKeys[Math.floor(place / 28) % 21] ?? []),
      ...(finalKeys[place % 28] ?? []),
    ];
  }
  if (code >= 0x1100 && code <= 0x1112) return initialKeys[code - 0x1100];
  if (code >= 0x1161 && code <= 0x1175) return vowelKeys[code - 0x1161];
  if (code >= 0x11a8 && code <= 0x11c2) return finalKeys[code - 0x11a7];
  if (code >= 0x3131 && code <= 0x3163) return composedKeys.get(code) ?? [code];
  return;
}

/** Whether this code point goes on with a syllable that conjoining jamo have begun. */
export const continuesSyllable = (code: number) => code >= 0x1160 && code <= 0x11ff;

export const isConsonant = (code: number) => code >= 0x3131 && code <= 0x314e;
export const isVowel = (code: number) => code >= 0x314f && code <= 0x3163;

/** What is written for a vowel after a single consonant (ㅅ1발, ㅂr보), and for a consonant before a single vowel (人ㅣ발). */
export const vowelLooks = looks({ ㅣ: "il1|!丨ǀ∣", ㅏ: "rㅏト卜", ㅐ: "h", ㅡ: "一ー-_—", ㅜ: "t丅", ㅗ: "⊥" });
export const consonantLooks = looks({ ㄱ: "7", ㄴ: "し", ㄹ: "己", ㅁ: "口", ㅅ: "人", ㅇ: "o0〇" });

function looks(table: Record<string, string>): ReadonlyMap<number, number> {
  return new Map(Object.entries(table).flatMap(([jamo, others]) => codes(others).map((other) => [other, codes(jamo)[0] ?? 0])));
}

/** Laughter, tears and trembling stand beside words, and are no part of them: 바보ㅋㅋ. */
export const isExclamation = (code: number) => exclamations.has(code);
const exclamations = new Set(codes("ㅋㅎㅠㅜㅡㄷㅉ"));
