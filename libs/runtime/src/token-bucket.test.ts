import { expect, test } from "vitest";
import { noQuota, TokenBucket } from "./token-bucket.ts";

const taken = (bucket: TokenBucket, now: number, tries: number) =>
  Array.from({ length: tries }, () => bucket.take(now)).filter((one) => one).length;

test("gives its burst at once, and then so many a second, and saves no more than its burst", () => {
  const bucket = new TokenBucket({ perS: 10, burst: 30 }, 0);
  expect(taken(bucket, 0, 100)).toBe(30);
  expect(taken(bucket, 500, 100)).toBe(5);
  expect(taken(bucket, 1_500, 100)).toBe(10);
  expect(taken(bucket, 1_000_000, 100)).toBe(30);
});

test("takes nothing where there is not enough", () => {
  const bucket = new TokenBucket({ perS: 10, burst: 30 }, 0);
  expect(bucket.take(0, 31)).toBe(false);
  expect(bucket.take(0, 30)).toBe(true);
});

test("is full again when it has been left alone for long enough", () => {
  const bucket = new TokenBucket({ perS: 10, burst: 30 }, 0);
  bucket.take(0, 20);
  expect([bucket.isFull(1_999), bucket.isFull(2_000)]).toEqual([false, true]);
});

test("without a rate there is always enough", () => {
  const bucket = new TokenBucket(noQuota, 0);
  expect(taken(bucket, 0, 1_000)).toBe(1_000);
  expect(bucket.take(5, 1e12)).toBe(true);
});
