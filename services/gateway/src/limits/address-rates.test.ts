import { expect, test } from "vitest";
import { AddressRates } from "./address-rates.ts";

const rate = { perS: 1, burst: 2 };

test("each address has a rate of its own", () => {
  const rates = new AddressRates({ rate, most: 10 });
  expect([1, 2, 3].map(() => rates.take("a", 0))).toEqual([true, true, false]);
  expect(rates.take("b", 0)).toBe(true);
  expect(rates.take("a", 1_000)).toBe(true);
});

test("[B3] a million addresses of one network take the room of `most`, and those that are too many share one bucket", () => {
  const rates = new AddressRates({ rate, most: 1_000 });
  let letIn = 0;
  for (let n = 0; n < 1_000_000; n++) if (rates.take(`2001:db8:1:${n.toString(16)}::/64`, 0)) letIn++;
  expect(rates.size).toBe(1_000);
  expect(letIn).toBe(1_000 + rate.burst);
  // One of those who were there before is still itself.
  expect(rates.take("2001:db8:1:5::/64", 0)).toBe(true);
});

test("[B3] one network that fills all places shuts out few newcomers of others", () => {
  const rates = new AddressRates({ rate, most: 1_000 });
  for (let n = 0; n < 50_000; n++) rates.take(`2001:db8:1:${n.toString(16)}::/64`, 0);
  const newcomers = Array.from({ length: 200 }, (_, n) => `${n + 1}.7.0.1`);
  const shutOut = newcomers.filter((address) => !rates.take(address, 0)).length;
  expect(shutOut).toBeLessThan(60);
});

test("an address that was left alone makes room for another, and one that floods does not get a new bucket so", () => {
  const rates = new AddressRates({ rate, most: 2 });
  rates.take("quiet", 0);
  for (let n = 0; n < 3; n++) rates.take("loud", 5_000);
  expect(rates.take("new", 5_000)).toBe(true);
  expect(rates.size).toBe(2);
  expect(rates.take("loud", 5_000)).toBe(false);
});
