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
