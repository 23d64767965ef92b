import { type MessageId, UserId } from "@madang/contracts";
import { seeded } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { Dedupe } from "./dedupe.ts";
import { Segment } from "./segment.ts";

const kim = UserId.parse("kim");
const lee = UserId.parse("lee");
const id = (text: string | number) => String(text) as MessageId;
const windowMs = 600_000;

function dedupe(more: { entries?: number; segment?: number } = {}) {
  let names = 0;
  return new Dedupe({ key: "k", limits: { windowMs, entries: 40, segment: 8, ...more }, nextName: () => `s${++names}` });
}

describe("what a room remembers of message ids", () => {
  test("[P6] finds a message by its author and id together", () => {
    const seen = dedupe();
    seen.add({ author: kim, id: id("a"), offset: 1, time: 0 });
    expect(seen.find(kim, id("a"), 0)).toBe(1);
    expect(seen.find(lee, id("a"), 0)).toBeUndefined();
    expect(seen.find(kim, id("b"), 0)).toBeUndefined();
    expect(seen.find("", id("a"), 0)).toBeUndefined();
  });

  test("[P6] finds it in any segment for 10 minutes, and not after", () => {
    const seen = dedupe();
    for (let i = 1; i <= 30; i++) seen.add({ author: kim, id: id(i), offset: i, time: i * 1_000 });
    for (let i = 1; i <= 30; i++) expect(seen.find(kim, id(i), windowMs), String(i)).toBe(i);
    expect(seen.find(kim, id(1), windowMs + 1_001)).toBeUndefined();
    expect(seen.find(kim, id(2), windowMs + 1_001)).toBe(2);
  });

  test("[R8] forgets what is after an offset, in the open segment and in sealed ones, and knows what came before under the same id", () => {
    const seen = dedupe();
    for (let i = 1; i <= 20; i++) seen.add({ author: kim, id: id(i), offset: i, time: 0 });
    seen.add({ author: kim, id: id(3), offset: 21, time: 0 });
    const before = seen.sealed.map(({ name }) => name);
    seen.forgetAfter(10);
    const known = Array.from({ length: 21 }, (_, i) => seen.find(kim, id(i + 1), 0)).filter((offset) => offset !== undefined);
    expect(known).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(seen.size).toBe(10);
    // The first one is as it was stored.
    const after = seen.sealed.map(({ name }) => name);
    expect(after[0]).toBe(before[0]);
    expect(before).not.toContain(after[1]);
  });

  test("[P6] keeps at least the last so many, and stays bounded", () => {
    const seen = dedupe();
    for (let i = 1; i <= 1_000; i++) {
      seen.add({ author: kim, id: id(i), offset: i, time: 0 });
      expect(seen.size).toBeLessThanOrEqual(40 + 8);
    }
    for (let i = 961; i <= 1_000; i++) expect(seen.find(kim, id(i), 0)).toBe(i);
    expect(seen.find(kim, id(900), 0)).toBeUndefined();
  });

  test("[P6] an id that comes again after its time has the newer place", () => {
    const seen = dedupe();
    seen.add({ author: kim, id: id("a"), offset: 1, time: 0 });
    seen.add({ author: kim, id: id("a"), offset: 2, time: windowMs + 1_000 });
    expect(seen.find(kim, id("a"), windowMs + 2_000)).toBe(2);
  });

  test("names each sealed segment once, and a sealed one never changes", () => {
    const seen = dedupe();
    for (let i = 1; i <= 17; i++) seen.add({ author: kim, id: id(i), offset: i, time: 0 });
    expect(seen.sealed.map(({ name }) => name)).toEqual(["s1", "s2"]);
    const before = seen.sealed[0]?.segment.encode();
    for (let i = 18; i <= 20; i++) seen.add({ author: kim, id: id(i), offset: i, time: 0 });
    expect(seen.sealed[0]?.segment.encode()).toEqual(before);
  });
});

describe("a segment", () => {
  test("comes back from its bytes, with every entry and large offsets", () => {
    const random = seeded(7);
    const segment = new Segment(4096);
    const entries = Array.from({ length: 4096 }, (_, i) => ({
      high: random.int(2 ** 32),
      low: random.int(64), // many collide in the index
      offset: 2 ** 52 + i,
      time: i * 1_000,
    }));
    for (const entry of entries) segment.add(entry);
    expect(segment.full).toBe(true);
    const again = Segment.decode(segment.encode(), 4096);
    for (const { high, low, offset } of entries) expect(again.find(high, low, 0)).toBe(offset);
    expect(again.find(1, 65, 0)).toBeUndefined();
    expect(again.newest).toBe(segment.newest);
  });

  test("leaves out what is too old, and refuses bytes that are none", () => {
    const segment = new Segment(8);
    for (let i = 0; i < 4; i++) segment.add({ high: i, low: i, offset: i, time: i * 1_000 });
    const young = Segment.decode(segment.encode(2_000), 8);
    expect(young.size).toBe(2);
    expect(young.find(1, 1, 0)).toBeUndefined();
    expect(young.find(2, 2, 0)).toBe(2);
    expect(() => Segment.decode(new Uint8Array(21), 8)).toThrow(RangeError);
    expect(() => Segment.decode(new Uint8Array(20 * 9), 8)).toThrow(RangeError);
  });
});
