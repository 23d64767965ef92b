import { expect, test } from "vitest";
import { OwnHearts } from "./own-hearts.ts";

const three = { id: "a", kind: "❤️", count: 3 };

test("hearts of one's own stay pending from the answer until the totals have them, and are not others'", () => {
  const own = new OwnHearts();
  own.sent(three);
  own.settle("a", 0);
  expect(own.pending).toBe(3);
  expect(own.grew({ "❤️": 2, "👏": 1 })).toEqual({ "👏": 1 });
  expect(own.pending).toBe(1);
  expect(own.grew({ "❤️": 5 })).toEqual({ "❤️": 4 });
  expect(own.pending).toBe(0);
});

test("totals that are told before the answer take hearts out of what is pending, once", () => {
  const own = new OwnHearts();
  own.sent(three);
  expect(own.grew({ "❤️": 3 })).toEqual({});
  expect(own.pending).toBe(0);
  own.settle("a", 0);
  expect(own.grew({ "❤️": 1 })).toEqual({ "❤️": 1 });
});

test("what was not counted is not waited for, nor is what the totals never show", () => {
  const own = new OwnHearts();
  own.sent(three);
  own.settle("a", 2);
  expect(own.pending).toBe(1);
  own.sent({ ...three, id: "b" });
  own.settle("b", 3);
  expect(own.pending).toBe(1);
  for (let told = 0; told < 30; told++) own.grew({});
  expect(own.pending).toBe(0);
  expect(own.grew({ "❤️": 1 })).toEqual({ "❤️": 1 });
});
