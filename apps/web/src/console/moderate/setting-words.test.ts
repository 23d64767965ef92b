import { describe, expect, test } from "vitest";
import { consoleWords } from "../../words/console.ts";
import { settingWords } from "./setting-words.ts";

describe("a setting that was changed", () => {
  const { en, ko } = consoleWords;

  test("is told in the unit of its field", () => {
    expect(settingWords(en, "slowModeMs", 30_000)).toBe("Slow mode 30 seconds");
    expect(settingWords(ko, "accountAgeMs", 86_400_000)).toBe("계정 최소 가입 기간 24시간");
    expect(settingWords(en, "samplePerS", null)).toBe("Lines a second in a flood As the site has it");
  });

  test("is told by the name of what was chosen", () => {
    expect(settingWords(en, "audience", "members")).toBe("Who may speak Members only");
    expect(settingWords(ko, "links", false)).toBe("링크 허용 끔");
  });

  test("is a sentence where its value says only when", () => {
    expect(settingWords(en, "wordsChangedAt", 1_795_752_420_362)).toBe("The list of banned words was changed.");
    expect(settingWords(en, "lockdownUntil", 0)).toBe("End lockdown");
  });

  test("that these pages do not know is told as it came", () => {
    expect(settingWords(en, "confetti", 3)).toBe("confetti 3");
  });
});
