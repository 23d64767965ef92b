import { describe, expect, test } from "vitest";
import { seeded } from "./random.ts";

const take = (count: number, seed: number) => {
  const random = seeded(seed);
  return Array.from({ length: count }, () => random.next());
};

describe("seeded randomness", () => {
  test("repeats itself for the same seed, and for no other", () => {
    expect(take(100, 7)).toEqual(take(100, 7));
    expect(take(100, 7)).not.toEqual(take(100, 8));
  });

  test("spreads evenly", () => {
    const random = seeded(1);
    const counts = new Array<number>(10).fill(0);
    for (let n = 0; n < 100_000; n++) {
      const place = random.int(10);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test("shuffles without losing anything, and leaves the original alone", () => {
    const original = [1, 2, 3, 4, 5, 6, 7, 8];
    const shuffled = seeded(3).shuffle(original);
    expect(shuffled).not.toEqual(original);
    expect(shuffled.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(original).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("takes chances in their share, and picks only what is there", () => {
    const random = seeded(5);
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.2)).filter(Boolean).length;
    expect(Math.abs(hits - 2_000)).toBeLessThan(150);
    expect(["a", "b"]).toContain(random.pick(["a", "b"]));
    expect(() => random.pick([])).toThrow("nothing to pick from");
  });
});
