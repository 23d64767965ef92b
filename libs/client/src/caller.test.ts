import { describe, expect, test } from "vitest";
import { backOffMs } from "./back-off.ts";
import { Caller } from "./caller.ts";

/** A transport whose rpc answers, or fails, as the list says. */
function callerOf(...outcomes: readonly (object | number)[]) {
  const left = [...outcomes];
  const asked: unknown[] = [];
  const handlers = new Map<string, () => void>();
  const centrifuge = {
    state: "connected",
    on: (event: string, handler: () => void) => handlers.set(event, handler),
    rpc: async (_: string, data: unknown) => {
      asked.push(data);
      const outcome = left.length > 1 ? left.shift() : left[0];
      if (typeof outcome === "number") throw { code: outcome, message: `error ${outcome}` };
      return { data: outcome };
    },
  };
  return { caller: new Caller(centrifuge as never), centrifuge, asked, tell: (event: string) => handlers.get(event)?.() };
}

describe("a question", () => {
  test("[P7] is repeated as it is after what may pass: no answer, no connection, an unknown outcome", async () => {
    const { caller, asked } = callerOf(1, 1002, 11, { offset: 5 });
    expect(await caller.ask("send", { id: "a" })).toEqual({ offset: 5 });
    expect(asked).toEqual(Array.from({ length: 4 }, () => ({ id: "a" })));
  });

  test("is not repeated after what will not", async () => {
    const { caller, asked } = callerOf(103);
    await expect(caller.ask("ban", {})).rejects.toMatchObject({ code: 103, message: "error 103" });
    expect(asked).toHaveLength(1);
  });

  test("is given up at its deadline, with the last error", async () => {
    const { caller } = callerOf(1000);
    await expect(caller.ask("send", {}, 300)).rejects.toMatchObject({ code: 1000 });
  });

  test("is repeated at once when the connection is back, and given up when it will not be", async () => {
    const { caller, centrifuge, asked, tell } = callerOf(11, 11, 11, 11, 11, 11, 3);
    const answer = expect(caller.ask("send", {}, 600_000)).rejects.toMatchObject({ code: 3 });
    // The waits between these would come to some seconds.
    for (let n = 1; n <= 6; n++) {
      await Promise.resolve();
      await new Promise(setImmediate);
      expect(asked).toHaveLength(n);
      if (n === 6) centrifuge.state = "disconnected";
      tell("connected");
    }
    await answer;
  });
});

test("waits become longer up to 5 s, and are spread", () => {
  const spread = (attempt: number) => [backOffMs(attempt, () => 0), backOffMs(attempt, () => 1)];
  expect([0, 1, 2, 10].map(spread)).toEqual([
    [100, 200],
    [200, 400],
    [400, 800],
    [2_500, 5_000],
  ]);
});
