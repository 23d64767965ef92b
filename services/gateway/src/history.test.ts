import { describe, expect, test } from "vitest";
import { rangeOf } from "./history.ts";

const range = (asked: Partial<Parameters<typeof rangeOf>[0]>) => {
  const found = rangeOf({ head: 10, since: undefined, reverse: false, limit: 3, ...asked });
  return found && [found.from, found.to];
};

describe("[H1] the range of a page", () => {
  test("forwards from the beginning, or after a place", () => {
    expect(range({})).toEqual([1, 3]);
    expect(range({ since: 0 })).toEqual([1, 3]);
    expect(range({ since: 8 })).toEqual([9, 10]);
    expect(range({ since: 10 })).toBeUndefined();
    expect(range({ since: 99 })).toBeUndefined();
  });

  test("backwards from the end, or before a place", () => {
    expect(range({ reverse: true })).toEqual([8, 10]);
    expect(range({ reverse: true, since: 8 })).toEqual([5, 7]);
    expect(range({ reverse: true, since: 2 })).toEqual([1, 1]);
    expect(range({ reverse: true, since: 1 })).toBeUndefined();
    expect(range({ reverse: true, since: 99 })).toEqual([8, 10]);
  });

  test("is empty in an empty room and without a limit", () => {
    expect(range({ head: 0 })).toBeUndefined();
    expect(range({ head: 0, reverse: true })).toBeUndefined();
    expect(range({ limit: 0 })).toBeUndefined();
  });
});
