import { describe, expect, test } from "vitest";
import { fold } from "./folding.ts";

const folded = (text: string, as: "seen" | "spelt" = "seen") => String.fromCodePoint(...fold(text, as).map(({ code }) => code));

describe("folding", () => {
  test("drops what cannot be seen, and keeps white space", () => {
    expect(folded("a\u200b\u200d\u2060\ufeff\u00ad\u202e\u2066\u061c\u0000\u3164\u{e0041}b\tc")).toBe("ab\tc");
  });

  test("decomposes what is only another form", () => {
    expect(folded("ｆ𝓾ⓒ㎏ﬁ")).toBe("fuckgfi");
  });

  test("folds case in full", () => {
    expect(folded("GRÖSSE größe", "spelt")).toBe("grosse grosse");
    expect(folded("ΣΑΣ σας", "spelt")).toBe("σασ σασ");
  });

  test("drops marks on Latin, Cyrillic and Greek, and those of no script anywhere", () => {
    expect(folded("a\u0301\u0336ñ", "spelt")).toBe("an");
    expect(folded("йё ή", "spelt")).toBe("ие η");
    expect(folded("바\u0336")).toBe("ㅂㅏ");
    expect(folded("か")).not.toBe(folded("が"));
    expect(folded("か\u3099")).toBe(folded("が"));
  });

  test("takes look-alikes for what they look like only as seen", () => {
    expect(folded("раураl ΒΙΤ")).toBe("paypal bit");
    expect(folded("рау", "spelt")).toBe("рау");
    // To UTS #39 m is rn, I is l and 0 is O: in basic Latin each stays what it is.
    expect(folded("mI0 corn")).toBe("mi0 corn");
  });

  test("makes the same keys of every spelling of Hangul", () => {
    for (const text of ["닭과", "ㄷㅏㄺㄱㅘ", "ㄷㅏㄹㄱㄱㅗㅏ", "\u1103\u1161\u11b0\u1100\u116a", "다ㄹㄱ고ㅏ", "ﾧￂﾪﾡￍ"])
      expect(folded(text)).toBe("ㄷㅏㄹㄱㄱㅗㅏ");
    expect(folded("씨")).toBe("ㅆㅣ");
  });

  test("completes jamo by what stands for one beside them", () => {
    expect(folded("ㅅ1 人ㅣ ㅂr 1 r")).toBe("ㅅㅣ ㅅㅣ ㅂㅏ 1 r");
  });

  test("tells for each sign where it is from, and where a character begins and ends", () => {
    expect(fold("x강\u200b\u{1d41a}\u0301", "seen").map(({ start, end, first, last }) => [start, end, first, last])).toEqual([
      [0, 1, true, true],
      [1, 2, true, false],
      [1, 2, false, false],
      [1, 2, false, true],
      [3, 6, true, true],
    ]);
    // Conjoining jamo of one syllable are one character.
    expect(fold("\u1100\u1161\u11bc", "seen").map(({ start, end, first, last }) => [start, end, first, last])).toEqual([
      [0, 3, true, false],
      [0, 3, false, false],
      [0, 3, false, true],
    ]);
  });
});
