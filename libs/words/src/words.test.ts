import type { WordList, WordRule } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { Words } from "./words.ts";

const list = (rules: readonly WordRule[], allow: readonly string[] = []): WordList => ({
  v: 1,
  rules: [...rules],
  allow: [...allow],
});
const rule = (pattern: string, options: Partial<WordRule> = {}): WordRule => ({
  pattern,
  match: "word",
  action: "mask",
  ...options,
});
const word = (pattern: string) => new Words([list([rule(pattern)])]);
const substring = (pattern: string) => new Words([list([rule(pattern, { match: "substring" })])]);
const found = (words: Words, text: string) => words.find(text).map(({ start, end }) => text.slice(start, end));
const masked = (words: Words, text: string) => {
  const verdict = words.judge(text);
  return verdict.action === "mask" ? verdict.masked : text;
};

describe("a rule", () => {
  test("for a word finds it alone, a substring within others too", () => {
    expect(found(word("glorp"), "glorp, glorpus 2glorp glorp's")).toEqual(["glorp", "glorp", "glorp"]);
    expect(found(substring("glorp"), "unglorpus")).toEqual(["glorp"]);
  });

  test("names itself and the range in the original", () => {
    const words = word("glorp");
    expect(words.find("a g\u200bl\u0301ｏrp!")).toEqual([{ rule: rule("glorp"), start: 2, end: 9 }]);
  });

  test("may be a phrase, whatever separates its words", () => {
    expect(found(word("go away"), "go,  away! goaway")).toEqual(["go,  away"]);
  });

  test("may hold signs and digits, which stand for themselves", () => {
    expect(found(word("g*rp"), "g*rp glrp garp")).toEqual(["g*rp"]);
    expect(found(word("1818"), "1818 18 181")).toEqual(["1818"]);
    expect(found(word("(.+)+$"), "aaaaaaaaaaaaaaaa")).toEqual([]);
  });

  test("is found in a text of any length", () => {
    for (const part of ["가", "a", "h3", "가1", "a ", "\u202ea"]) {
      expect(found(word("glorp"), `${part.repeat(150_000)} glorp`)).toContain("glorp");
    }
  });

  test("of nothing that can be seen never matches", () => {
    expect(found(word("\u200b . "), "\u200b . ")).toEqual([]);
  });

  test("in another script is found in either case", () => {
    expect(found(word("νους"), "ΝΟΥΣ νους")).toEqual(["ΝΟΥΣ", "νους"]);
    expect(found(word("хрен"), "ХРЕН Хрен хрен")).toEqual(["ХРЕН", "Хрен", "хрен"]);
  });
});

describe("a Hangul word", () => {
  test("may be followed by a particle, and by nothing else", () => {
    expect(found(word("바보"), "바보는 바보들아 바본데 바보ㅋㅋ ㅠㅠ바보 바보상자 울보바보")).toEqual([
      "바보",
      "바보",
      "바본",
      "바보",
      "바보",
    ]);
  });

  test("and one in letters do not join", () => {
    expect(found(word("glorp"), "glorp이야 야glorp")).toEqual(["glorp", "glorp"]);
  });

  test("begins and ends with a syllable", () => {
    expect(found(substring("시바"), "시바 시발 다시바")).toEqual(["시바", "시바"]);
    expect(found(substring("ㅅㅂ"), "ㅅㅂ 맛봐 아ㅅㅂ")).toEqual(["ㅅㅂ", "ㅅㅂ"]);
    expect(found(substring("가"), "악아")).toEqual([]);
  });
});

describe("a verdict", () => {
  const words = new Words([
    list([rule("glorp"), rule("zankle", { action: "hold" }), rule("뚜걸", { action: "reject" })]),
    list([rule("meh")]),
  ]);

  test("is the strongest action of all lists", () => {
    expect(words.judge("hello")).toEqual({ action: undefined, matches: [] });
    expect(words.judge("glorp meh")).toMatchObject({ action: "mask", masked: "***** ***" });
    expect(words.judge("glorp zankle").action).toBe("hold");
    expect(words.judge("zankle glorp 뚜걸")).toMatchObject({ action: "reject", matches: [{}, {}, {}] });
  });

  test("masks what a reader sees, an asterisk for each grapheme, and nothing else", () => {
    expect(masked(words, "g\u200blo\u0301rp\u200b!")).toBe("*****\u200b!");
    expect(masked(words, "(ＧＬＯＲＰ)")).toBe("(*****)");
    expect(masked(words, "g l o r p?")).toBe("*********?");
    expect(masked(words, "🇬🇱🇴🇷🇵 ok")).toMatch(/^\*+ ok$/);
    expect(masked(word("바보"), "ㅂㅏㅂㅗ 바\u1107\u1169 바본데")).toBe("**** ** **데");
    expect(masked(words, "\u202eprolg\u202c x")).toBe("\u202e*****\u202c x");
  });
});

describe("an allowed word", () => {
  test("protects what lies within it, however it is written", () => {
    const words = new Words([
      list([rule("시발", { match: "substring" }), rule("cunt", { match: "substring" })], ["시발점", "Scunthorpe"]),
    ]);
    expect(found(words, "시발점 SCUNTHORPE ｓｃｕｎthorpe 시ㅂㅏㄹ점에서")).toEqual([]);
    expect(found(words, "시발 시발점 cunt")).toEqual(["시발", "cunt"]);
  });

  test("protects no match that reaches beyond it", () => {
    const words = new Words([list([rule("pass it", { match: "substring" })], ["pass"])]);
    expect(found(words, "pass it")).toEqual(["pass it"]);
  });

  test("of a room does not count against a list before it", () => {
    const everywhere = list([rule("glorp", { match: "substring" })]);
    const room = list([rule("orpu", { match: "substring" })], ["glorpus"]);
    expect(found(new Words([everywhere, room]), "glorpus")).toEqual(["glorp"]);
    expect(found(new Words([room, everywhere]), "glorpus")).toEqual([]);
  });
});
