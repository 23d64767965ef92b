import { readFileSync } from "node:fs";
import { join } from "node:path";
import { shortName } from "@madang/client";
import { describe, expect, test } from "vitest";
import { colourOf, initialOf, nameColours } from "./names.ts";

const css = readFileSync(join(import.meta.dirname, "chat.css"), "utf8");
const look = readFileSync(join(import.meta.dirname, "../look/look.css"), "utf8");

describe("names", () => {
  test("have one of the colours, the same for the same person", () => {
    const colours = Array.from({ length: 500 }, (_, at) => colourOf(`user-${at}`));
    expect(new Set(colours)).toEqual(new Set(Array.from({ length: nameColours }, (_, at) => at)));
    expect(colourOf("김민지")).toBe(colourOf("김민지"));
  });

  test("have colours with a contrast of at least 4.5 on every ground of the list, in both schemes", () => {
    const pairs = [...css.matchAll(/\.chat-name-(\d+) \{\s*color: light-dark\((#\w{6}), (#\w{6})\);/g)];
    expect(pairs.map(([, at]) => Number(at))).toEqual(Array.from({ length: nameColours }, (_, at) => at));
    const grounds = ["surface", "raised", "ground"].map((name) => {
      const [, light = "", dark = ""] = new RegExp(`--madang-${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(look) ?? [];
      return { light, dark };
    });
    expect(grounds.every(({ light, dark }) => light !== "" && dark !== "")).toBe(true);
    for (const [, at, light = "", dark = ""] of pairs) {
      for (const ground of grounds) {
        expect(contrast(light, ground.light), `${at} in the light, on ${ground.light}`).toBeGreaterThanOrEqual(4.5);
        expect(contrast(dark, ground.dark), `${at} in the dark, on ${ground.dark}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  test("of visitors are short, and have the initial of what tells them apart", () => {
    expect(shortName("anon_1d87f00dcafe")).toBe("anon_1d87");
    expect(initialOf({ user: "anon_1d87f00dcafe", name: "anon_1d87" })).toBe("1");
    expect(initialOf({ user: "kim", name: "👩‍👩‍👧 가족" })).toBe("👩‍👩‍👧");
    expect(initialOf({ user: "u", name: "minji" })).toBe("M");
    expect(initialOf({ user: "u", name: " " })).toBe("");
  });
});

/** As WCAG 2.2 defines it. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
