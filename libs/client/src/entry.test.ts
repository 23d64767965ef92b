import { expect, test } from "vitest";
import { personOf } from "./entry.ts";

const nameIn = (connInfo: unknown) => personOf({ user: "kim", connInfo })?.name;

test("somebody without a name that can be read is called by their id", () => {
  for (const info of [undefined, null, 5, "Kim", [], {}, { name: "" }, { name: "  " }, { name: "\u200b\u200d" }])
    expect(nameIn(info), JSON.stringify(info)).toBe("kim");
  for (const name of [5, null, { first: "Kim" }, ["Kim"]]) expect(nameIn({ name })).toBe("kim");
  expect(nameIn({ name: "김 민지" })).toBe("김 민지");
});

test("a long name is cut where nobody reads on, between letters, and is whole in `info`", () => {
  const long = "😀".repeat(3_000);
  const person = personOf({ user: "kim", connInfo: { name: long } });
  expect(person?.name).toBe(`${"😀".repeat(159)}…`);
  expect(person?.info).toEqual({ name: long });
  expect(nameIn({ name: "n".repeat(160) })).toBe("n".repeat(160));
});
