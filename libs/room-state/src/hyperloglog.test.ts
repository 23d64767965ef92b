import { describe, expect, test } from "vitest";
import { HyperLogLog } from "./hyperloglog.ts";

const of = (from: number, to: number, name = (n: number) => `user-${n}`) => {
  const sketch = new HyperLogLog();
  for (let n = from; n < to; n++) sketch.add(name(n));
  return sketch;
};

describe("a sketch of users", () => {
  test("counts nobody, and few nearly exactly", () => {
    expect(new HyperLogLog().count()).toBe(0);
    expect(of(0, 1).count()).toBe(1);
    expect(Math.abs(of(0, 100).count() - 100)).toBeLessThanOrEqual(5);
  });

  test.each([1e3, 1e4, 1e5, 1e6])("counts %d users within 10 %%, whatever they are called", (count) => {
    const names = [
      (n: number) => `user-${n}`,
      (n: number) => String(n),
      (n: number) => `anon_${(n * 2_654_435_761).toString(16)}`,
    ];
    for (const name of names) {
      const error = Math.abs(of(0, count, name).count() - count) / count;
      expect(error, name(1)).toBeLessThan(0.1);
    }
  });

  test("errs by no more than some 4 % on average, as its size promises", () => {
    let sum = 0;
    for (let run = 0; run < 50; run++) sum += ((of(0, 20_000, (n) => `r${run}-${n}`).count() - 20_000) / 20_000) ** 2;
    expect(Math.sqrt(sum / 50)).toBeLessThan(0.045);
  });

  test("added to another's counts those in both once", () => {
    const one = of(0, 6_000);
    one.merge(of(3_000, 9_000));
    expect(one.count()).toBe(of(0, 9_000).count());
  });

  test("counts nobody twice, and is the same after it travelled", () => {
    const sketch = of(0, 5_000);
    const count = sketch.count();
    for (let n = 0; n < 5_000; n++) sketch.add(`user-${n}`);
    expect(sketch.count()).toBe(count);
    const text = sketch.encode();
    expect(HyperLogLog.decode(text).count()).toBe(count);
    // It fits the bound of a gateway's report.
    expect(text.length).toBeLessThanOrEqual(2_048);
    expect(() => HyperLogLog.decode("AAAA")).toThrow(RangeError);
  });

  test("has its own registers once it is decoded", () => {
    const text = of(0, 10).encode();
    const one = HyperLogLog.decode(text);
    one.merge(of(100, 5_000));
    expect(HyperLogLog.decode(text).count()).toBe(of(0, 10).count());
  });
});
