import { describe, expect, test } from "vitest";
import { Outage, type OutageNews } from "./outage.ts";

/** An outage on a clock that the test sets. */
function setUp() {
  const world = { good: true, now: 0 };
  const news: OutageNews[] = [];
  const closings: AbortSignal[] = [];
  const outage = new Outage({
    good: () => world.good,
    keepMs: 30_000,
    closeAll: async (signal) => void closings.push(signal),
    report: (one) => void news.push(one),
    now: () => world.now,
  });
  const look = (good: boolean, now: number) => {
    Object.assign(world, { good, now });
    outage.look();
  };
  return { look, news, closings };
}

describe("a gateway without NATS", () => {
  test("[C16] keeps its sockets for the time given, then sends them away, once", () => {
    const { look, news, closings } = setUp();
    look(true, 0);
    look(false, 1_000);
    look(false, 30_999);
    expect(closings).toHaveLength(0);
    look(false, 31_000);
    look(false, 99_000);
    expect(closings).toHaveLength(1);
    expect(news).toEqual(["began", "closing"]);
  });

  test("[C16] closes nothing if NATS is back before, and counts anew the next time", () => {
    const { look, news, closings } = setUp();
    look(false, 0);
    look(true, 29_000);
    look(false, 30_000);
    look(false, 59_000);
    expect(closings).toHaveLength(0);
    expect(news).toEqual(["began", "over", "began"]);
  });

  test("[C16] lets those that are not closed yet stay when NATS comes back meanwhile", () => {
    const { look, closings } = setUp();
    look(false, 0);
    look(false, 30_000);
    expect(closings[0]?.aborted).toBe(false);
    look(true, 30_100);
    expect(closings[0]?.aborted).toBe(true);
  });
});
