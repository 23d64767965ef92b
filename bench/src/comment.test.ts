import { describe, expect, test } from "vitest";
import { comment, commentBytes, countComments, timesIn } from "./comment.ts";
import { serverFrame } from "./frames.ts";

describe("a comment", () => {
  test.each([0, 7, 12_345, 9_999_999])("number %i has the same size as all others", (number) => {
    for (const at of [1_795_712_345_678, 1_795_712_345_678.5, 1_795_712_345_678.123])
      expect(JSON.stringify(comment(number, at))).toHaveLength(commentBytes);
  });

  test("is counted in whatever it is wrapped, and tells its time", () => {
    const push = (number: number) =>
      `{"push":{"channel":"r","pub":{"data":${JSON.stringify(comment(number, 1_000.25 + number))}}}}`;
    const bytes = Buffer.concat([serverFrame(`${push(1)}\n${push(2)}`), serverFrame('42["other",{}]'), serverFrame(push(3))]);
    expect(countComments(bytes)).toBe(3);
    expect(timesIn(bytes)).toEqual([1_001.25, 1_002.25, 1_003.25]);
  });
});
