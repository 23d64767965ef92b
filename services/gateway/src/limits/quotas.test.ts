import { expect, test } from "vitest";
import { Quotas } from "./quotas.ts";

const quota = { perS: 1, burst: 2 };

test("each address has a rate of its own", () => {
  const quotas = new Quotas({ quota, most: 10 });
  expect([1, 2, 3].map(() => quotas.take("a", 0))).toEqual([true, true, false]);
  expect(quotas.take("b", 0)).toBe(true);
  expect(quotas.take("a", 1_000)).toBe(true);
});

test("[B3] a million addresses of one network take the room of `most`, and those that are too many share one bucket", () => {
  const quotas = new Quotas({ quota, most: 1_000 });
  let letIn = 0;
  for (let n = 0; n < 1_000_000; n++) if (quotas.take(`2001:db8:1:${n.toString(16)}::/64`, 0)) letIn++;
  expect(quotas.size).toBe(1_000);
  expect(letIn).toBe(1_000 + quota.burst);
  // One of those who were there before is still itself.
  expect(quotas.take("2001:db8:1:5::/64", 0)).toBe(true);
});

test("[B3] one network that fills all places shuts out few newcomers of others", () => {
  const quotas = new Quotas({ quota, most: 1_000 });
  for (let n = 0; n < 50_000; n++) quotas.take(`2001:db8:1:${n.toString(16)}::/64`, 0);
  const newcomers = Array.from({ length: 200 }, (_, n) => `${n + 1}.7.0.1`);
  const shutOut = newcomers.filter((address) => !quotas.take(address, 0)).length;
  expect(shutOut).toBeLessThan(60);
});

test("an address that was left alone makes room for another, and one that floods does not get a new bucket so", () => {
  const quotas = new Quotas({ quota, most: 2 });
  quotas.take("quiet", 0);
  for (let n = 0; n < 3; n++) quotas.take("loud", 5_000);
  expect(quotas.take("new", 5_000)).toBe(true);
  expect(quotas.size).toBe(2);
  expect(quotas.take("loud", 5_000)).toBe(false);
});
