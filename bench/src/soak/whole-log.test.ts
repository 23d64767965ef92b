import type { Placed } from "@madang/devkit";
import { expect, test } from "vitest";
import { wholeLog } from "./whole-log.ts";

const at = (offset: number, text = "said"): Placed => ({ offset, id: `m${offset}`, user: "kim", text });

test("what the log has freed comes from the store, and nothing that it still has", () => {
  expect(wholeLog([at(3), at(4)], [at(1), at(2), at(3, "otherwise"), at(4), at(5)])).toEqual([at(1), at(2), at(3), at(4)]);
});

test("what is in neither is missing, and a log that has all of it needs no store", () => {
  expect(wholeLog([at(3)], [at(1)])).toEqual([at(1), at(3)]);
  expect(wholeLog([at(1), at(2)], [])).toEqual([at(1), at(2)]);
});

test("of a room whose records are all freed the store has everything", () => {
  expect(wholeLog([], [at(1), at(2)])).toEqual([at(1), at(2)]);
});
