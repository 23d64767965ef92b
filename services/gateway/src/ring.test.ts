import { limits } from "@madang/contracts";
import { collectGarbage, eventAt } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { Ring } from "./ring.ts";

const filled = (count: number, bytes = 10, from = 1) => {
  const ring = new Ring({ maxLines: 5, maxBytes: 100 });
  for (let offset = from; offset < from + count; offset++) ring.push([eventAt(offset, Buffer.alloc(bytes))]);
  return ring;
};
const lineIn = (ring: Ring, offset: number) => {
  const [line] = ring.slice(offset, offset) ?? [];
  if (line === undefined) throw new Error(`no line ${offset}`);
  return line;
};
const offsets = (ring: Ring, from: number, to: number) => ring.slice(from, to)?.map(({ offset }) => offset);

describe("a ring of lines", () => {
  test("keeps the latest within its bounds", () => {
    expect(filled(3).first).toBe(1);
    expect(filled(100).first).toBe(96);
    expect(filled(5, 40).first).toBe(4);
    expect(filled(2, 1_000).first).toBe(2);
  });

  test("[S5] gives a range whole or not at all", () => {
    const ring = filled(100);
    expect(offsets(ring, 96, 100)).toEqual([96, 97, 98, 99, 100]);
    expect(offsets(ring, 98, 99)).toEqual([98, 99]);
    expect(offsets(ring, 95, 100)).toBeUndefined();
    expect(offsets(ring, 99, 101)).toBeUndefined();
    expect(offsets(ring, 101, 100)).toEqual([]);
    expect(offsets(filled(0), 1, 1)).toBeUndefined();
  });

  test("[S5] takes older lines where it begins, as many as it has space for", () => {
    const older = (from: number, to: number, bytes = 10) =>
      Array.from({ length: to - from + 1 }, (_, i) => eventAt(from + i, Buffer.alloc(bytes)));
    const ring = filled(2, 10, 8);
    expect(ring.unshift(older(6, 7))).toBe(true);
    expect(offsets(ring, 6, 9)).toEqual([6, 7, 8, 9]);
    // Not those that leave a gap, nor more than five lines or a hundred bytes.
    expect(ring.unshift(older(1, 4))).toBe(false);
    expect(ring.unshift(older(1, 5))).toBe(false);
    expect(ring.first).toBe(5);
    ring.push([eventAt(10, Buffer.alloc(10))]);
    expect(offsets(ring, 6, 10)).toEqual([6, 7, 8, 9, 10]);
    const empty = filled(0);
    expect(empty.unshift(older(1, 9, 40))).toBe(false);
    expect(offsets(empty, 8, 9)).toEqual([8, 9]);
    expect(empty.unshift([])).toBe(false);
  });

  test("holds nothing of what it dropped: its bound of bytes is a bound of memory", async () => {
    const ring = new Ring({ maxLines: 1_000, maxBytes: 100 });
    const pushed = Array.from({ length: 50 }, (_, n) => {
      ring.push([eventAt(n + 1, Buffer.alloc(60))]);
      return new WeakRef(lineIn(ring, n + 1));
    });
    await collectGarbage();
    expect(pushed.filter((line) => line.deref() !== undefined)).toHaveLength(1);
  });

  test("holds nothing of what came with its lines: they are slices of what a socket brought for all rooms", () => {
    const brought = () => Buffer.alloc(64 * 1024, "x").subarray(5, 65);
    const ring = new Ring({ maxLines: 10, maxBytes: 1_000 });
    ring.push([eventAt(3, brought()), eventAt(4, brought())]);
    ring.push([eventAt(5, brought())]);
    ring.unshift([eventAt(1, brought()), eventAt(2, brought())]);
    const lines = ring.slice(1, 5) ?? [];
    expect(lines.map(({ line }) => String(line))).toEqual(Array(5).fill("x".repeat(60)));
    const alive = new Set(lines.map(({ line }) => line.buffer));
    expect([...alive].map(({ byteLength }) => byteLength)).toEqual([120, 120, 60]);
  });

  test("of many that come at once it copies what it keeps, and holds no more than a block beyond its bound", () => {
    const many = (from: number) => Array.from({ length: 500 }, (_, i) => eventAt(from + i, Buffer.alloc(200)));
    const ring = new Ring({ maxLines: 1_000, maxBytes: 20_000 });
    const alive = () => {
      const lines = ring.slice(ring.first ?? 0, 1_000) ?? [];
      return [...new Set(lines.map(({ line }) => line.buffer))].reduce((bytes, { byteLength }) => bytes + byteLength, 0);
    };
    expect(ring.unshift(many(1))).toBe(false);
    expect(ring.first).toBe(401);
    ring.push(many(501));
    expect(ring.first).toBe(901);
    expect(alive()).toBe(20_000);
    ring.push([eventAt(1_001, Buffer.alloc(200))]);
    expect(ring.first).toBe(902);
    expect(alive()).toBeLessThan(20_000 + limits.copiedBlockBytes);
    ring.push([eventAt(1_002, Buffer.alloc(30_000))]);
    expect(ring.first).toBe(1_002);
  });

  test("is empty after clear", () => {
    const ring = filled(5);
    ring.clear();
    expect(ring.first).toBeUndefined();
  });
});
