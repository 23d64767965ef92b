import { limits } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { StoredTotals, Totals } from "./totals.ts";

describe("totals", () => {
  test("of gifts are by currency, and of supporters by user and currency, the largest first", () => {
    const totals = new Totals();
    totals.gift("kim", "KRW", 1_000);
    totals.gift("lee", "KRW", 3_000);
    totals.gift("kim", "KRW", 5_000);
    totals.gift("kim", "USD", 4_000);
    expect(totals.gifts).toBe(4);
    expect(Object.fromEntries(totals.amounts)).toEqual({ KRW: 9_000, USD: 4_000 });
    expect(totals.topSupporters()).toEqual([
      { user: "kim", currency: "KRW", amount: 6_000 },
      { user: "kim", currency: "USD", amount: 4_000 },
      { user: "lee", currency: "KRW", amount: 3_000 },
    ]);
  });

  test("name so many supporters, remember some more, and forget who gave least", () => {
    const totals = new Totals();
    for (let n = 1; n <= limits.supportersRemembered; n++) totals.gift(`u${n}`, "KRW", 1_000 + n);
    expect(totals.topSupporters()).toHaveLength(limits.supporters);
    totals.gift("new", "KRW", 1_002);
    expect(totals.toStored().supporters.map(([user]) => user)).not.toContain("u1");
    expect(totals.toStored().supporters).toHaveLength(limits.supportersRemembered);
    // The sums are exact all the same.
    expect(totals.amounts.get("KRW")).toBe(
      1_000 * limits.supportersRemembered + (limits.supportersRemembered * (limits.supportersRemembered + 1)) / 2 + 1_002,
    );
  });

  test("take so many currencies", () => {
    const totals = new Totals();
    for (let n = 0; n < limits.currencies; n++) totals.gift("kim", `CU${n}`, 1);
    expect([totals.takes("CU0", 1), totals.takes("KRW", 1)]).toEqual([true, false]);
  });

  test("take no more than a sum that is exact", () => {
    const totals = new Totals();
    totals.gift("kim", "KRW", Number.MAX_SAFE_INTEGER - 5);
    expect([totals.takes("KRW", 5), totals.takes("KRW", 6), totals.takes("USD", 6)]).toEqual([true, false, true]);
  });

  test("are the same after they were stored", () => {
    const totals = new Totals();
    totals.comments = 7;
    totals.peak = 5;
    totals.setHearts({ "❤": 3, wow: 2 });
    totals.gift("kim", "KRW", 1_000);
    const stored = StoredTotals.parse(JSON.parse(JSON.stringify(totals.toStored())));
    const again = Totals.restore(stored);
    expect(again.toStored()).toEqual(totals.toStored());
    expect([...again.hearts]).toEqual([
      ["❤", 3],
      ["wow", 2],
    ]);
    // And can go on.
    again.gift("kim", "KRW", 500);
    expect(again.topSupporters()).toEqual([{ user: "kim", currency: "KRW", amount: 1_500 }]);
    expect(totals.amounts.get("KRW")).toBe(1_000);
  });
});
