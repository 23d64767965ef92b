import { describe, expect, test } from "vitest";
import { Shared } from "./shared.ts";

function counting({ failing = false } = {}) {
  let now = 0;
  let times = 0;
  const work = async () => {
    times++;
    if (failing) throw new Error("no");
    return times;
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { shared: new Shared(work, { forMs: 500, now: () => now }), pass };
}

describe("a shared answer", () => {
  test("serves all who ask within its time, and is made anew after that", async () => {
    const { shared, pass } = counting();
    expect(await Promise.all([shared.get(), shared.get()])).toEqual([1, 1]);
    pass(499);
    expect(await shared.get()).toBe(1);
    pass(1);
    expect(await shared.get()).toBe(2);
  });

  test("that failed is told to those who waited, and tried again for the next", async () => {
    const { shared } = counting({ failing: true });
    const both = await Promise.allSettled([shared.get(), shared.get()]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(shared.get()).rejects.toThrow("no");
  });

  test("that is forgotten is made anew", async () => {
    const { shared } = counting();
    await shared.get();
    shared.forget();
    expect(await shared.get()).toBe(2);
  });
});
