import { describe, expect, test } from "vitest";
import { systemClock } from "./clock.ts";
import { ManualClock } from "./manual-clock.ts";

describe("a manual clock", () => {
  test("fires timers in the order of time, at their time, those set meanwhile included", () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    clock.setTimer(20, () => seen.push(`b${clock.now()}`));
    clock.setTimer(10, () => {
      seen.push(`a${clock.now()}`);
      clock.setTimer(5, () => seen.push(`c${clock.now()}`));
    });
    clock.setTimer(40, () => seen.push("late"));
    clock.advance(30);
    expect(seen).toEqual(["a10", "c15", "b20"]);
    expect([clock.now(), clock.pending]).toEqual([30, 1]);
  });

  test("fires nothing that was cancelled", () => {
    const clock = new ManualClock();
    let fired = false;
    clock.setTimer(10, () => {
      fired = true;
    })();
    clock.advance(100);
    expect(fired).toBe(false);
  });

  test("lets promises run between timers", async () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimer(ms, resolve));
    void (async () => {
      for (let n = 0; n < 3; n += 1) {
        await sleep(10);
        seen.push(clock.now());
      }
    })();
    await clock.pass(30);
    expect(seen).toEqual([10, 20, 30]);
  });
});

describe("the system clock", () => {
  test("takes an endless wait for endless", async () => {
    let fired = false;
    const cancel = systemClock.setTimer(Number.POSITIVE_INFINITY, () => {
      fired = true;
    });
    await new Promise<void>((resolve) => systemClock.setTimer(5, resolve));
    cancel();
    expect(fired).toBe(false);
  });
});
