import { limits } from "@madang/contracts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ClaimTurns, NoTurn } from "./claim-turns.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("turns to claim", () => {
  const busy = () => {
    const turns = new ClaimTurns();
    const ends: (() => void)[] = [];
    const claims = Array.from({ length: limits.claimsAtOnce }, () =>
      turns.with(() => new Promise<void>((resolve) => ends.push(resolve))),
    );
    return { turns, ends, claims };
  };

  test("come in order, so many at a time", async () => {
    const { turns, ends } = busy();
    const claimed: number[] = [];
    const waiting = [1, 2].map((n) => turns.with(async () => void claimed.push(n)));
    await vi.advanceTimersByTimeAsync(limits.claimTurnMs - 1);
    expect(claimed).toEqual([]);
    ends[0]?.();
    await Promise.all(waiting);
    expect(claimed).toEqual([1, 2]);
  });

  test("are given up after a while, and the place of one that was goes to the next", async () => {
    const { turns, ends } = busy();
    const late = expect(turns.with(async () => "claimed")).rejects.toThrow(NoTurn);
    await vi.advanceTimersByTimeAsync(limits.claimTurnMs);
    await late;
    const next = turns.with(async () => "claimed");
    ends[0]?.();
    expect(await next).toBe("claimed");
  });
});
