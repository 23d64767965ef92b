import type { MessageId, Publication } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { Dedupe } from "./dedupe.ts";
import { GiftLedger, giftIds } from "./gift-ledger.ts";

const id = (n: number) => `pay-${n}` as MessageId;
const yearMs = 366 * 24 * 3_600_000;

function gifted(offset: number, n = offset): Publication {
  return { data: {}, offset, tags: { type: "gifted", id: id(n), time: String(offset) } };
}

function ledger({ entries = giftIds.entries, segment = giftIds.segment } = {}) {
  let names = 0;
  return new GiftLedger(new Dedupe({ key: "k", limits: { ...giftIds, entries, segment }, nextName: () => `g${++names}` }));
}

describe("the gifts that a room knows", () => {
  test("[G27] are known for ever, by their payments' ids", () => {
    const gifts = ledger({ segment: 2 });
    for (let year = 1; year <= 9; year++) {
      const { tags, ...gift } = gifted(year);
      gifts.add({ ...gift, tags: { ...tags, time: String(year * yearMs) } });
    }
    for (let year = 1; year <= 9; year++) expect(gifts.find(id(year))).toBe(year);
    expect([gifts.find(id(10)), gifts.after]).toEqual([undefined, 0]);
  });

  test("[G27] are the newest so many, and it says up to where it has forgotten any", () => {
    const gifts = ledger({ entries: 4, segment: 2 });
    for (let offset = 10; offset <= 50; offset += 10) gifts.add(gifted(offset));
    expect(gifts.after).toBe(0);
    gifts.add(gifted(60));
    expect(gifts.after).toBe(20);
    for (let offset = 10; offset <= 60; offset += 10) expect(gifts.find(id(offset))).toBe(offset > 20 ? offset : undefined);
    expect(gifts.dedupe.size).toBeLessThanOrEqual(6);
  });

  test("[G27] may be in the store alone where some of the log was missed: what is said last counts no less than before", () => {
    const gifts = ledger();
    gifts.miss(9);
    gifts.miss(4);
    expect(gifts.after).toBe(9);
  });

  test("[R8] [G27] are forgotten with what was lost, and then the store may still have them", () => {
    const gifts = ledger({ entries: 8, segment: 2 });
    for (const offset of [3, 5, 8]) gifts.add(gifted(offset));
    gifts.forgetAfter(9);
    expect(gifts.after).toBe(0);
    gifts.forgetAfter(4);
    expect([gifts.find(id(3)), gifts.find(id(5)), gifts.find(id(8))]).toEqual([3, undefined, undefined]);
    expect(gifts.after).toBe(8);
  });
});
