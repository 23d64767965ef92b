import { expect, test, vi } from "vitest";

vi.stubGlobal("navigator", { languages: ["en"] });
const { namesIn } = await import("./names.ts");

test("a visitor without a name is a guest in each language, the same everywhere; all others are called what they are", () => {
  const visitor = { user: "anon_5a70c0ffee", name: "anon_5a70" };
  expect((["en", "ko", "ja"] as const).map((language) => namesIn(language).of(visitor))).toEqual([
    "Guest 5a70",
    "손님 5a70",
    "ゲスト 5a70",
  ]);
  const names = namesIn("en");
  expect(names.ofUser(visitor.user)).toBe(names.of(visitor));
  expect(names.of({ ...visitor, name: "Mina" })).toBe("Mina");
  expect(names.of({ user: "kim", name: "kim" })).toBe("kim");
  expect(names.ofUser("kim")).toBe("kim");
});
