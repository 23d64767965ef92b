import { limits } from "@madang/contracts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Lease } from "./lease.ts";
import type { LeaseBucket } from "./lease-bucket.ts";
import { type TroubleNews, Troubles } from "./troubles.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a holder that cannot renew goes on for a moment, and stops before another may take over", async () => {
  let reachable = true;
  const bucket = {
    take: async () => {
      if (!reachable) throw new Error("no leader");
      return 1;
    },
    delete: async () => {},
  } as unknown as LeaseBucket;
  let working = 0;
  const news: TroubleNews["kind"][] = [];
  const lease = new Lease({
    bucket,
    key: "projector.0",
    holder: "a",
    work: async (signal) => {
      working++;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      working--;
    },
    now: Date.now,
    renewals: new Troubles(({ kind }) => void news.push(kind)),
  });
  await vi.advanceTimersByTimeAsync(2 * limits.memberRenewMs);
  expect(working).toBe(1);
  expect(lease.heldForMs).toBe(2 * limits.memberRenewMs);
  // Renewed just now: the key is there for its whole TTL.
  reachable = false;
  await vi.advanceTimersByTimeAsync(limits.memberRenewMs);
  expect(working).toBe(1);
  await vi.advanceTimersByTimeAsync(limits.memberTtlMs - limits.memberRenewMs - 1);
  expect(working).toBe(0);
  expect([lease.held, lease.heldForMs]).toEqual([false, undefined]);
  expect(news).toEqual(["began"]);
  // It tries again, and has the work again once it can.
  reachable = true;
  await vi.advanceTimersByTimeAsync(2 * limits.memberRenewMs);
  expect(working).toBe(1);
  expect(news).toEqual(["began", "over"]);
  await lease.close();
});
