import { describe, expect, test } from "vitest";
import { Sanctions } from "./sanctions.ts";

describe("sanctions", () => {
  test("hold until their time, or until they are undone", () => {
    const sanctions = new Sanctions();
    sanctions.set("muted", "kim", 1_000);
    sanctions.set("banned", "lee", undefined);
    expect([sanctions.is("muted", "kim", 999), sanctions.is("muted", "kim", 1_000)]).toEqual([true, false]);
    expect(sanctions.until("muted", "kim", 0)).toBe(1_000);
    expect(sanctions.until("banned", "lee", 1e15)).toBe(Number.POSITIVE_INFINITY);
    sanctions.clear("banned", "lee");
    expect(sanctions.until("banned", "lee", 0)).toBeUndefined();
  });

  test("of one kind say nothing of another, and the last one counts", () => {
    const sanctions = new Sanctions();
    sanctions.set("muted", "kim", 1_000);
    sanctions.set("shadowed", "kim", undefined);
    sanctions.set("muted", "kim", 500);
    sanctions.clear("banned", "kim");
    expect([sanctions.is("banned", "kim", 0), sanctions.is("shadowed", "kim", 0)]).toEqual([false, true]);
    expect(sanctions.until("muted", "kim", 0)).toBe(500);
  });

  test("are counted, and forgotten once they are over", () => {
    const sanctions = new Sanctions();
    sanctions.set("muted", "kim", 1_000);
    sanctions.set("banned", "kim", undefined);
    sanctions.set("muted", "lee", 2_000);
    expect(sanctions.count(0)).toBe(3);
    expect(sanctions.count(1_000)).toBe(2);
    expect(sanctions.toStored()).toHaveLength(2);
  });

  test("are the same after they were stored, also in JSON", () => {
    const sanctions = new Sanctions();
    sanctions.set("muted", "kim", 1_000);
    sanctions.set("banned", "lee", undefined);
    const stored = JSON.parse(JSON.stringify(sanctions.toStored()));
    expect(stored).toEqual([
      ["kim", "muted", 1_000],
      ["lee", "banned", null],
    ]);
    const again = Sanctions.restore(stored);
    expect(again.toStored()).toEqual(stored);
    expect(again.until("banned", "lee", 1e15)).toBe(Number.POSITIVE_INFINITY);
  });

  test("[M6] are listed with the events that say why, also after they were stored; those of a former version without", () => {
    const sanctions = new Sanctions();
    sanctions.set("muted", "kim", 1_000, 4);
    sanctions.set("muted", "kim", 2_000, 7);
    sanctions.set("banned", "lee", undefined, 5);
    sanctions.set("shadowed", "park", 500, 6);
    const listed = [
      { user: "kim", kind: "muted", until: 2_000, offset: 7 },
      { user: "lee", kind: "banned", until: Number.POSITIVE_INFINITY, offset: 5 },
    ];
    expect(sanctions.list(500)).toEqual(listed);
    expect(Sanctions.restore(sanctions.toStored(), sanctions.offsets).list(500)).toEqual(listed);
    expect(Sanctions.restore(sanctions.toStored()).list(500)).toEqual(listed.map((one) => ({ ...one, offset: 0 })));
  });
});
