import { describe, expect, test } from "vitest";
import type { Reading } from "./reading.ts";
import { readingsOf } from "./readings.ts";

/** What is read in a way, its separate parts apart by spaces. */
const read = (text: string, how: Reading["how"]) =>
  readingsOf(text)
    .filter((reading) => reading.how === how)
    .map(({ signs }) => String.fromCodePoint(...signs.map(({ code }) => code || 0x20)).trim());

describe("a text is read", () => {
  test("as written, and once more only where another script is", () => {
    expect(read("Hello 바", "written")).toEqual(["hello ㅂㅏ"]);
    expect(read("сор", "written")).toEqual(["cop", "сор"]);
  });

  test("as an override shows it", () => {
    expect(read("a \u202ecb\u202c d", "written")).toContain("a bc d");
    expect(read("\u202e보바\nx", "written")).toContain("ㅂㅏㅂㅗ\nx");
  });

  test("as leet, where letters and what stands for them meet", () => {
    expect(read("sh1t 100 a$$ ok", "leet")).toEqual(["shlt ass"]);
    expect(read("fooIish", "leet")).toEqual(["foollsh"]);
    for (const text of ["hello!", "A55", "2026", "Is It?"]) expect(read(text, "leet")).toEqual([]);
  });

  test("without what is between single characters", () => {
    expect(read("so f.u c-k off 시 ㅂㅏㄹ", "spaced")).toEqual(["fuck ㅅㅣㅂㅏㄹ"]);
    for (const text of ["f uck", "a ---- b", "1시 2발"]) expect(read(text, "spaced")).toEqual([]);
  });

  test("without what is within words", () => {
    expect(read("fu*ck 시1발놈 병x신", "inserted")).toEqual(["fuck ㅅㅣㅂㅏㄹㄴㅗㅁ ㅂㅕㅇㅅㅣㄴ"]);
    for (const text of ["he'll", "다시~발", "a 1 b", "끝.시작"]) expect(read(text, "inserted")).toEqual([]);
  });
});
