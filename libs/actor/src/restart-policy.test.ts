import { describe, expect, test } from "vitest";
import { afterFailure, type FailureTimes, onTrial, type RestartLimits } from "./restart-policy.ts";

const limits: RestartLimits = { maxRestarts: 4, windowMs: 10_000, baseMs: 100, capMs: 500, quarantineMs: 60_000 };

/** The waits that a row of failures at these times leads to; a quarantine is written as its end. */
function waits(times: number[], random = () => 0.999999): (number | string)[] {
  let failures: FailureTimes = [];
  return times.map((now) => {
    const decision = afterFailure(failures, { now, random }, limits);
    if (decision.kind === "quarantine") return `until ${decision.until}`;
    failures = decision.failures;
    return Math.round(decision.afterMs);
  });
}

describe("the restart policy", () => {
  test("doubles the wait with each failure, up to the cap", () => {
    expect(waits([0, 1, 2, 3])).toEqual([100, 200, 400, 500]);
  });

  test("jitters over the whole wait", () => {
    expect(waits([0, 1, 2, 3], () => 0)).toEqual([0, 0, 0, 0]);
    expect(waits([0, 1, 2, 3], () => 0.5)).toEqual([50, 100, 200, 250]);
  });

  test("quarantines after more than maxRestarts failures in the window", () => {
    expect(waits([0, 1, 2, 3, 4]).at(-1)).toBe("until 60004");
  });

  test("forgets failures that have slid out of the window", () => {
    expect(waits([0, 1, 2, 3, 10_001])).toEqual([100, 200, 400, 500, 400]);
    expect(waits([0, 1, 2, 3, 20_000]).at(-1)).toBe(100);
  });

  test("allows a trial no failure within the window, and full grace after it", () => {
    const trial = onTrial(1000, limits);
    expect(afterFailure(trial, { now: 10_999, random: () => 0 }, limits).kind).toBe("quarantine");
    expect(afterFailure(trial, { now: 11_000, random: () => 0 }, limits).kind).toBe("restart");
  });
});
