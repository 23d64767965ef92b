import { describe, expect, test } from "vitest";
import { RunQueue } from "./run-queue.ts";

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a run queue", () => {
  test("never runs anyone inside the call that adds them", async () => {
    const queue = new RunQueue(10);
    let ran = 0;
    queue.add({ run: () => ++ran });
    expect(ran).toBe(0);
    await tick();
    expect(ran).toBe(1);
  });

  test("gives turns in the order of readiness, and those who want more go to the end", async () => {
    const queue = new RunQueue(100);
    const seen: string[] = [];
    const runnable = (name: string, turns: number) => {
      const self = {
        run() {
          seen.push(name);
          turns -= 1;
          if (turns > 0) queue.add(self);
          return 1;
        },
      };
      queue.add(self);
    };
    runnable("a", 3);
    runnable("b", 1);
    runnable("c", 2);
    await tick();
    expect(seen.join("")).toBe("abcaca");
  });

  test("lets the event loop in after so many messages", async () => {
    const queue = new RunQueue(10);
    let turns = 0;
    const endless = {
      run() {
        turns += 1;
        if (turns < 1000) queue.add(endless);
        return 5;
      },
    };
    queue.add(endless);
    await tick();
    expect(turns).toBe(2);
  });

  test("goes on with the others after a runnable has thrown", async () => {
    const queue = new RunQueue(10);
    const errors: unknown[] = [];
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.once("uncaughtException", (error) => errors.push(error));
    let ran = false;
    queue.add({
      run() {
        throw new Error("a fault of the kernel");
      },
    });
    queue.add({
      run() {
        ran = true;
        return 1;
      },
    });
    await tick();
    await tick();
    for (const listener of listeners) process.on("uncaughtException", listener);
    expect(ran).toBe(true);
    expect(errors).toHaveLength(1);
  });
});
