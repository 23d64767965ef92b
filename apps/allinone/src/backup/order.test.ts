import { describe, expect, test } from "vitest";
import { ahead, forgotten } from "./order.ts";

describe("a copy of the store and a later one of the log", () => {
  test("belong together while the log still has what the store lacks", () => {
    expect(forgotten([0, 50, 50], { first: [1, 1, 1] }, { first: [1, 51, 20] })).toEqual([]);
    expect(forgotten([0, 50, 50], { first: [1, 1, 1] }, { first: [2, 51, 52] })).toEqual([0, 2]);
  });

  test("do so, too, where something was lost before either was made", () => {
    expect(forgotten([0, 10], { first: [30, 30] }, { first: [30, 31] })).toEqual([1]);
  });

  test("do not where the log is the older one", () => {
    expect(ahead([0, 50, 51], { last: [80, 50, 50] })).toEqual([2]);
  });
});
