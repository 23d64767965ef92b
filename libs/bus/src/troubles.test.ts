import { expect, test } from "vitest";
import { type TroubleNews, Troubles } from "./troubles.ts";

test("a trouble is told once when it begins, and once when it is over for all whom it befell", () => {
  const news: TroubleNews[] = [];
  const troubles = new Troubles((one) => void news.push(one));
  troubles.well("a");
  expect(news).toEqual([]);
  troubles.failed("a", "first");
  troubles.failed("b", "second");
  troubles.failed("a", "third");
  troubles.well("a");
  troubles.well("c");
  expect(news).toEqual([{ kind: "began", error: "first" }]);
  troubles.well("b");
  troubles.well("b");
  troubles.failed("b", "later");
  expect(news).toEqual([{ kind: "began", error: "first" }, { kind: "over" }, { kind: "began", error: "later" }]);
});
