import { limits } from "@madang/contracts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Heartbeat } from "./heartbeat.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** When it was pinged and looked at, ms from the beginning. */
function session() {
  const began = Date.now();
  const [pings, looks]: [number[], number[]] = [[], []];
  return {
    pings,
    looks,
    ping: () => void pings.push(Date.now() - began),
    expectPong: () => void looks.push(Date.now() - began),
  };
}

test("[C8] thousands that come at once are pinged one after the other", () => {
  const heartbeat = new Heartbeat({ intervalMs: limits.pingIntervalMs });
  const sessions = Array.from({ length: 2_000 }, session);
  for (const one of sessions) heartbeat.add(one);
  vi.advanceTimersByTime(limits.pingIntervalMs);
  expect(sessions.every(({ pings }) => pings.length === 1)).toBe(true);
  const perSecond = new Map<number, number>();
  for (const { pings } of sessions) {
    const second = Math.floor((pings[0] ?? 0) / 1000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  // 80 on average.
  expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(90);
  heartbeat.close();
});

test("[C8] each is pinged once an interval, and looked at 8 s after", () => {
  const heartbeat = new Heartbeat({ intervalMs: limits.pingIntervalMs });
  for (let before = 0; before < 77; before++) heartbeat.add(session());
  const one = session();
  const remove = heartbeat.add(one);
  vi.advanceTimersByTime(3 * limits.pingIntervalMs);
  const [first = 0] = one.pings;
  expect(one.pings).toEqual([first, first + limits.pingIntervalMs, first + 2 * limits.pingIntervalMs]);
  const afterPing = one.looks.filter((at) => at > first);
  expect(afterPing[0]).toBe(first + limits.pongTimeoutMs);
  remove();
  vi.advanceTimersByTime(2 * limits.pingIntervalMs);
  expect(one.pings).toHaveLength(3);
  heartbeat.close();
});
