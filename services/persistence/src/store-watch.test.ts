import { limits } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { StoreUnavailable } from "./store/message-store.ts";
import { StoreWatch } from "./store-watch.ts";

/** A watch on a clock of the test's: each tick is one ping later. */
function setUp() {
  let now = 0;
  let ping = (): Promise<void> => Promise.resolve();
  let wake = () => {};
  const news: string[] = [];
  const watch = new StoreWatch({
    store: { ping: () => ping() },
    now: () => now,
    sleep: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
    report: ({ kind }) => news.push(kind),
  });
  const stop = watch.start();
  return {
    watch,
    news,
    stop,
    pings: (next: () => Promise<void>) => {
      ping = next;
    },
    tick: async (ms = limits.storePingEveryMs) => {
      now += ms;
      wake();
      // The ping, what it brings, and the next sleep.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    },
  };
}

const away = () => Promise.reject(new StoreUnavailable("away"));

describe("the watch on the store", () => {
  test("believes a store that was just opened, and one that answers", async () => {
    const { watch, news, tick, stop } = setUp();
    expect(watch.answers).toBe(true);
    for (let n = 0; n < 20; n++) await tick();
    expect(watch.answers).toBe(true);
    expect(news).toEqual([]);
    stop();
  });

  test("overlooks a moment's silence, tells a longer one once, and its end", async () => {
    const { watch, news, tick, pings, stop } = setUp();
    await tick();
    pings(away);
    for (let waited = 0; waited < limits.storeSilenceMs; waited += limits.storePingEveryMs) await tick();
    expect([watch.answers, news]).toEqual([true, []]);
    for (let n = 0; n < 10; n++) await tick();
    expect(watch.answers).toBe(false);
    pings(() => Promise.resolve());
    await tick();
    expect(watch.answers).toBe(true);
    expect(news).toEqual(["silent", "answers"]);
    stop();
  });

  test("does not wait for a ping that hangs, nor send another after it", async () => {
    const { watch, tick, pings, stop } = setUp();
    let asked = 0;
    await tick();
    pings(() => {
      asked++;
      return new Promise(() => {});
    });
    for (let n = 0; n < 10; n++) await tick();
    expect(watch.answers).toBe(false);
    expect(asked).toBe(1);
    stop();
  });
});
