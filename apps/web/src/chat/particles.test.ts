import { describe, expect, test } from "vitest";
import { maxParticles, Particles } from "./particles.ts";

const half = () => 0.5;

describe("hearts", () => {
  test("rise from the bottom to the top, fade, and are gone", () => {
    const particles = new Particles(half);
    particles.add("❤️", 0);
    const [start, middle, late] = [0, 1_000, 2_700].map((now) => particles.at(now, 100, 400)[0]);
    expect(start?.y).toBeGreaterThan(middle?.y ?? 0);
    expect(middle?.y).toBeGreaterThan(late?.y ?? 0);
    expect(late?.opacity).toBeLessThan(0.5);
    expect(particles.at(2_801, 100, 400)).toEqual([]);
    expect(particles.idle).toBe(true);
  });

  test("of others come one after the other within the interval", () => {
    let at = 0;
    const particles = new Particles(() => (at++ % 4) / 4);
    particles.spread({ "❤️": 4 }, 1_000, 800);
    expect(particles.idle).toBe(false);
    const counts = [1_000, 1_200, 1_400, 1_600].map((now) => particles.at(now, 100, 400).length);
    expect(counts.at(0)).toBeLessThan(4);
    expect(counts.at(-1)).toBe(4);
  });

  test("are never more than the canvas can bear", () => {
    const particles = new Particles(half);
    for (let tap = 0; tap < 1_000; tap++) particles.add("❤️", 0);
    particles.spread({ "❤️": 1_000_000, "🔥": 1_000_000, "👏": 1_000_000, "🎉": 9 }, 0, 100);
    expect(particles.at(100, 100, 400).length).toBeLessThanOrEqual(maxParticles);
  });
});
