import { describe, expect, test } from "vitest";
import { fold } from "./folding.ts";
import { fits, runsOf } from "./runs.ts";

const runs = (text: string) => runsOf(fold(text, "seen"));
const shape = (text: string) => runs(text).map(({ code, count }) => `${String.fromCodePoint(code)}${count}`);
const isForm = (text: string, pattern: string, openEnds = false) =>
  fits(
    runs(text),
    0,
    runs(pattern).map(({ count }) => count),
    openEnds,
  );

describe("runs", () => {
  test("are equal signs in a row, and all gaps are one", () => {
    expect(shape("goood ,\n x")).toEqual(["g1", "o3", "d1", " 1", "x1"]);
  });

  test("go on through the syllables that stretch a vowel, from three on", () => {
    expect(shape("바아아보")).toEqual(["ㅂ1", "ㅏ3", "ㅂ1", "ㅗ1"]);
    expect(shape("나아가")).toEqual(["ㄴ1", "ㅏ1", "ㅇ1", "ㅏ1", "ㄱ1", "ㅏ1"]);
  });

  test("fit where they are equal, stretched, or all doubled", () => {
    expect(isForm("good", "good")).toBe(true);
    expect(isForm("gooood", "god")).toBe(true);
    expect(isForm("ggoodd", "god")).toBe(true);
    expect(isForm("good", "god")).toBe(false);
    expect(isForm("god", "good")).toBe(false);
    expect(isForm("1888", "18")).toBe(false);
  });

  test("may be longer at an open end", () => {
    expect(isForm("ssas", "sas", true)).toBe(true);
    expect(isForm("ssas", "sas")).toBe(false);
  });
});
