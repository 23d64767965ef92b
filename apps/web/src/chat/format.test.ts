import { describe, expect, test } from "vitest";
import { compact, exactClock, exactDayAndClock, isLong, money, plain, span } from "./format.ts";

describe("what people read", () => {
  test("has numbers as each language shortens them", () => {
    expect(compact(950, "en")).toBe("950");
    expect(compact(12_345, "en")).toBe("12.3K");
    expect(compact(12_345, "ko")).toBe("1.2만");
    expect(plain(1_312, "ko")).toBe("1,312");
  });

  test("has midnight as the beginning of a day, in every language", () => {
    const midnight = new Date(2026, 10, 27, 0, 5, 3).getTime();
    for (const language of ["en", "ko", "ja"]) {
      expect(exactClock(midnight, language)).toBe("00:05:03");
      expect(exactDayAndClock(midnight, language)).toMatch(/27.*00:05/);
    }
  });

  test("has sums of money from the currency's smallest unit", () => {
    expect(money(10_000, "KRW", "ko")).toBe("₩10,000");
    expect(money(1_250, "USD", "en")).toBe("$12.50");
    expect(money(500, "JPY", "en")).toBe("¥500");
  });

  test("has spans of time that are never nothing", () => {
    expect(span(0, "en")).toBe("1s");
    expect(span(4_200, "ko")).toBe("5초");
    expect(span(90_000, "en")).toBe("2m");
    expect(span(3_600_000, "ja").replaceAll(" ", "")).toBe("1時間");
  });
});

test("a comment is long that would push others out of sight", () => {
  expect(["", "짧아요", "a\n".repeat(9), "w".repeat(700)].map(isLong)).toEqual(Array(4).fill(false));
  expect(["a\n".repeat(10), "\n".repeat(400), "w".repeat(701)].map(isLong)).toEqual(Array(3).fill(true));
});
