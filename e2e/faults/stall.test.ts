import { describe, expect, test } from "vitest";
import { longestStall } from "./stall.ts";

describe("a stall", () => {
  test("begins with the fault, whenever the room last acknowledged before it", () => {
    expect(longestStall([1, 2, 50], { from: 40, until: 51 })).toBe(10);
  });
  test("may come later, when the room had already gone on", () => {
    expect(longestStall([41, 42, 90, 91], { from: 40, until: 92 })).toBe(48);
  });
  test("lasts until now in a room that acknowledges nothing any more", () => {
    expect(longestStall([39], { from: 40, until: 70 })).toBe(30);
    expect(longestStall([41], { from: 40, until: 70 })).toBe(29);
  });
});
