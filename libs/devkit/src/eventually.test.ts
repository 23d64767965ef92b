import { describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";

describe("eventually", () => {
  test("gives the first result that does not throw", async () => {
    let calls = 0;
    const attempt = () => {
      calls++;
      if (calls < 3) throw new Error(`call ${calls}`);
      return calls;
    };
    expect(await eventually(attempt, { everyMs: 1 })).toBe(3);
  });

  test("ends with the last error", async () => {
    let calls = 0;
    const attempt = async () => {
      throw new Error(`call ${++calls}`);
    };
    const failure = await eventually(attempt, { withinMs: 50, everyMs: 5 }).catch((error: Error) => error.message);
    expect(failure).toBe(`call ${calls}`);
    expect(calls).toBeGreaterThan(1);
  });
});
