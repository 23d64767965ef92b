import { expect, test } from "vitest";
import { normalizeText } from "./text.ts";

test("[P2] text is put in NFC and loses control and direction marks, and nothing else", () => {
  const jamo = "\u1112\u1161\u11ab"; // 한, in three pieces
  expect(normalizeText(jamo)).toBe("한");
  expect(normalizeText("a\u0000b\u001b[31mc\u009bd\u202eevil\u2066x\r\n\ty")).toBe("ab[31mcdevilx\n\ty");
  for (const text of ["안녕하세요 👨‍👩‍👧‍👦 ❤️", "שלום مرحبا", "ก็ 日本語 é\n\t<b>&amp;", "\u200d\ufe0f"])
    expect(normalizeText(text)).toBe(text);
  expect(normalizeText("\ud800x")).toBe("\ufffdx");
});

test("[P2] marks piled up on one letter are cut to eight, and no language loses any", () => {
  const zalgo = `Z${"\u0335\u0321\u0489".repeat(40)}algo`;
  const cut = normalizeText(zalgo);
  expect(cut.match(/\p{M}/gu)).toHaveLength(8);
  expect([cut.startsWith("Z"), cut.endsWith("algo")]).toEqual([true, true]);
  const texts = [
    "안녕하세요 훈민정음 ㅋㅋㅋ",
    "Tiếng Việt: những người Việt ở hải ngoại ặ ễ ộ",
    "ที่นี่ กำลังน้ำท่วม ปั๊ม",
    "हिन्दी में क्षत्रिय स्त्रियाँ",
    "العَرَبِيَّةُ لُغَةٌ جَمِيلَةٌ",
    "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים",
    "བོད་སྐད་ བསྒྲུབས།",
    "தமிழ் క్ష్మి ಕನ್ನಡ",
    "👩🏽‍❤️‍💋‍👨🏿 🏴󠁧󠁢󠁷󠁬󠁳󠁿 1️⃣ ❤️‍🔥",
  ];
  for (const text of texts) expect(normalizeText(text)).toBe(text.normalize("NFC"));
});
