import { describe, expect, test } from "vitest";
import { bodyText, mostShown } from "./letter-body.ts";

const text = (data: string) => bodyText({ encoding: "utf8", data });

describe("a letter's body", () => {
  test("is shown as JSON on lines of its own, or else as it is", () => {
    expect(text('{"a":["두 번째"]}')).toBe('{\n  "a": [\n    "두 번째"\n  ]\n}');
    expect(text("not {json")).toBe("not {json");
    expect(bodyText({ encoding: "base64", data: "/wA=" })).toBe("/wA=");
  });

  test("hides nothing and turns nothing round", () => {
    expect(text("a\u202eb\u0000c\u200b")).toBe("a\\u{202e}b\\u{0}c\\u{200b}");
  });

  test("is cut where it is larger than a page can bear", () => {
    expect(text("x".repeat(2 * mostShown))).toHaveLength(mostShown + 2);
  });
});
