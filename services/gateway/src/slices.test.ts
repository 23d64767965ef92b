import { limits } from "@madang/contracts";
import { seeded } from "@madang/devkit";
import { Centrifuge } from "centrifuge";
import { afterEach, describe, expect, test, vi } from "vitest";
import { inSlices } from "./slices.ts";

/** Sends numbers 0 … count − 1 away on a clock of its own: when each one went. */
async function goodbyes(count: number, overMs: number = limits.drainOverMs): Promise<number[]> {
  let now = 0;
  const sleep = async (ms: number) => {
    now += ms;
  };
  const at: number[] = [];
  await inSlices([...Array(count).keys()], { overMs, sleep }, () => at.push(now));
  return at;
}

describe("sending many away", () => {
  test("is spread over the time", async () => {
    const at = await goodbyes(10_000);
    expect(at).toHaveLength(10_000);
    expect(at.at(-1)).toBeGreaterThan(0.95 * limits.drainOverMs);
    expect(at.at(-1)).toBeLessThanOrEqual(limits.drainOverMs);
  });

  test("is done at once with nobody, and with a few that are one slice", async () => {
    expect(await goodbyes(0)).toEqual([]);
    expect(await goodbyes(limits.closeSliceAtLeast)).toEqual(Array(limits.closeSliceAtLeast).fill(0));
    expect(await goodbyes(10_000, 0)).toEqual(Array(10_000).fill(0));
  });

  test("ends where its signal aborts, and the rest stay", async () => {
    const over = new AbortController();
    const gone: number[] = [];
    const options = { overMs: limits.drainOverMs, signal: over.signal, sleep: async () => over.abort() };
    await inSlices([...Array(100).keys()], options, (one) => gone.push(one));
    expect(gone).toHaveLength(limits.closeSliceAtLeast);
  });
});

/** How long the `centrifuge` package waits before it tries again, by its defaults (500 ms, 20 s): its own formula. */
function sdkDelay(attempt: number, random: () => number): number {
  const interval = Math.floor(random() * (Math.min(20_000, 500 * 2 ** attempt) + 1));
  return Math.min(20_000, 500 + interval);
}

describe("the clients of a drained gateway", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  /** Every attempt to connect of 10,000 clients. Until `noticedAt` the balancer still sends half of them to the gateway that refuses. */
  async function attempts(seed: number, { noticedAt = 0 } = {}): Promise<number[]> {
    const random = seeded(seed);
    const next = () => random.next();
    return (await goodbyes(10_000)).flatMap((closedAt) => {
      const made: number[] = [];
      for (let at = closedAt, attempt = 0; ; attempt++) {
        at += sdkDelay(attempt, next);
        made.push(at);
        if (at >= noticedAt || next() < 0.5) return made;
      }
    });
  }

  const most = (times: readonly number[], withinMs: number) => {
    const sorted = Float64Array.from(times).sort();
    let highest = 0;
    for (let first = 0, last = 0; last < sorted.length; last++) {
      while ((sorted[last] ?? 0) - (sorted[first] ?? 0) >= withinMs) first++;
      highest = Math.max(highest, last - first + 1);
    }
    return highest;
  };

  test("[C14] come back with no second above 1,000, whatever the seed: 10,000 of them, on a simulated clock", async () => {
    for (let seed = 1; seed <= 50; seed++) expect(most(await attempts(seed), 1_000), `seed ${seed}`).toBeLessThan(500);
  });

  test("[C14] try no more than 1,000 times in any second, even where the balancer never notices that the gateway leaves", async () => {
    const noticedAt = Number.POSITIVE_INFINITY;
    for (let seed = 1; seed <= 20; seed++)
      expect(most(await attempts(seed, { noticedAt }), 1_000), `seed ${seed}`).toBeLessThanOrEqual(1_000);
  });

  test("wait as the formula says: the SDK itself, on a simulated clock, closed with 3001 and then refused again and again", async () => {
    vi.useFakeTimers();
    const [one, same] = [seeded(7), seeded(7)];
    vi.spyOn(Math, "random").mockImplementation(() => one.next());
    const tried: number[] = [];
    let leave = () => {};
    class Socket {
      readyState = 1;
      onopen = () => {};
      onmessage = (_: { data: string }) => {};
      onclose = (_: { code: number; reason: string }) => {};
      constructor() {
        tried.push(performance.now());
        const first = tried.length === 1;
        leave = () => this.onclose({ code: 3001, reason: "shutdown" });
        queueMicrotask(() => (first ? this.onopen() : this.onclose({ code: 1006, reason: "" })));
      }
      send() {
        queueMicrotask(() => this.onmessage({ data: '{"id":1,"connect":{"client":"c","version":"","ping":25,"pong":true}}' }));
      }
      close() {}
    }
    const client = new Centrifuge("ws://madang/connection/websocket", { websocket: Socket });
    client.on("error", () => {});
    client.connect();
    await client.ready();
    const closedAt = performance.now();
    leave();
    while (tried.length < 11) await vi.advanceTimersByTimeAsync(1_000);
    client.disconnect();
    const waits = tried.slice(1, 11).map((at, n) => at - (n === 0 ? closedAt : (tried[n] ?? 0)));
    expect(waits).toEqual(Array.from({ length: 10 }, (_, attempt) => sdkDelay(attempt, () => same.next())));
  });
});
