import { type HeartsCommand, limits, type MessageId, type UserId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { Dedupe } from "./dedupe.ts";
import { HeartLedger } from "./heart-ledger.ts";
import { kim, owner, Stage } from "./test-stage.ts";

type Batch = readonly [user: string, id: string, count: number, kind?: string];

function ledger(): HeartLedger {
  const dedupe = new Dedupe({
    key: "k",
    limits: { windowMs: limits.heartsDedupeMs, entries: 1_000, segment: 100 },
    nextName: () => "s",
  });
  return new HeartLedger(dedupe, new Map());
}

function count(it: HeartLedger, now: number, ...batches: Batch[]) {
  const hearts = batches.map(([user, id, many, kind = "heart"]): HeartsCommand["hearts"][number] => [
    user as UserId,
    id as MessageId,
    kind,
    many,
  ]);
  return it.count({ hearts }, { perUserPerS: 20, now });
}

describe("hearts", () => {
  test("[G19] are summed by kind, and the note has the totals and what was counted for whom", () => {
    const it = ledger();
    count(it, 1_000, ["kim", "1", 3]);
    expect(count(it, 2_000, ["kim", "2", 4], ["lee", "1", 5, "🎉"])).toEqual({
      counts: [4, 5],
      note: {
        hearts: { heart: 7, "🎉": 5 },
        batches: [
          ["kim", "2", 4],
          ["lee", "1", 5],
        ],
        at: 2_000,
      },
    });
  });

  test("[G19] the same batch counts once: in one command, in the next, and at the next owner's", () => {
    const it = ledger();
    const { note } = count(it, 1_000, ["kim", "1", 3], ["kim", "1", 3]);
    expect(note?.hearts).toEqual({ heart: 3 });
    expect(count(it, 1_000 + limits.heartsDedupeMs, ["kim", "1", 9])).toEqual({ counts: [3] });
    const next = ledger();
    if (note !== undefined) next.apply(note);
    expect(count(next, 2_000, ["kim", "1", 3], ["kim", "2", 1])).toMatchObject({
      counts: [3, 1],
      note: { hearts: { heart: 4 } },
    });
  });

  test("[G19] a note from before what is known takes nothing away", () => {
    const it = ledger();
    const first = count(it, 1_000, ["kim", "1", 3]).note;
    count(it, 2_000, ["kim", "2", 4]);
    if (first !== undefined) it.apply(first);
    expect(Object.fromEntries(it.totals)).toEqual({ heart: 7 });
  });

  test("[G20] one user's count up to five seconds' worth at once, and 20 a second on; the rest does not count, and is told", () => {
    const it = ledger();
    expect(count(it, 0, ["kim", "1", 150], ["lee", "1", 10]).counts).toEqual([100, 10]);
    expect(count(it, 500, ["kim", "2", 150]).counts).toEqual([10]);
    expect(count(it, 500, ["kim", "3", 1])).toMatchObject({ counts: [0], note: { batches: [["kim", "3", 0]] } });
    // A repeat is answered as before, though there would be place by now.
    expect(count(it, 9_000, ["kim", "3", 1])).toEqual({ counts: [0] });
    expect(count(it, 60_000, ["kim", "4", 150]).counts).toEqual([100]);
    expect(count(it, 0, ["kim", "5", 1]).counts).toEqual([0]);
  });

  test("[G20] of so many kinds", () => {
    const it = ledger();
    for (let i = 0; i < limits.heartKinds; i++) expect(count(it, 0, [`u${i}`, "1", 1, `k${i}`]).counts).toEqual([1]);
    expect(count(it, 0, ["x", "1", 1, "one more"]).counts).toEqual([0]);
    expect(it.totals.size).toBe(limits.heartKinds);
    expect(count(it, 0, ["x", "2", 1, "k0"]).counts).toEqual([1]);
  });

  test("[G20] of the banned, or in a room that has ended, do not count; what counted before is still answered so", () => {
    const it = new Stage();
    expect(it.heart(kim, 3, { id: "1" })).toBe(3);
    it.set("ban", kim);
    expect(it.heart(kim, 3, { id: "1" })).toBe(3);
    expect(it.heart(kim, 5, { id: "2" })).toBe(0);
    it.act(owner, { type: "room", state: "ended" });
    expect(it.heart(owner, 5)).toBe(0);
    expect(it.heart(kim, 3, { id: "1" })).toBe(3);
    expect(Object.fromEntries(it.room.state.totals.hearts)).toEqual({ heart: 3 });
  });
});
