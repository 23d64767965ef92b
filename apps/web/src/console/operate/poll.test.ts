import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Answer } from "./api.ts";
import { everyMs, Poll } from "./poll.ts";

/** A document that can be hidden. */
class Page extends EventTarget {
  hidden = false;
  hide(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

const good: Answer<number> = { ok: true, value: 1 };
const away: Answer<number> = { ok: false, problem: { kind: "away" } };

describe("a poll", () => {
  let page: Page;
  let answers: Answer<number>[];
  let asked: number[];
  let poll: Poll<number>;

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    page = new Page();
    answers = [];
    asked = [];
    poll = new Poll({
      page,
      ask: async () => {
        asked.push(Date.now());
        return answers.shift() ?? good;
      },
    });
  });
  afterEach(() => vi.useRealTimers());

  test("asks every two seconds as long as somebody wants it", async () => {
    const [one, other] = [poll.start(), poll.start()];
    await vi.advanceTimersByTimeAsync(2 * everyMs);
    expect(asked).toEqual([0, everyMs, 2 * everyMs]);
    one();
    await vi.advanceTimersByTimeAsync(everyMs);
    expect(asked).toHaveLength(4);
    other();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(4);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("stands still in a hidden page, and asks at once when it is seen again", async () => {
    poll.start();
    await vi.advanceTimersByTimeAsync(everyMs);
    page.hide(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([0, everyMs]);
    page.hide(false);
    expect(asked.at(-1)).toBe(everyMs + 60_000);
  });

  test("asks ever less often while it fails, keeps what it had and says when it asks again", async () => {
    answers = [good, away, away, away, away, away, away];
    poll.start();
    await vi.advanceTimersByTimeAsync(everyMs);
    expect(poll.state).toEqual({ value: 1, receivedAt: 0, problem: { kind: "away" }, nextAt: 6_000 });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(asked.slice(0, 8)).toEqual([0, 2_000, 6_000, 14_000, 30_000, 60_000, 90_000, 120_000]);
    // Then all is well again.
    expect(poll.state).toEqual({ value: 1, receivedAt: 122_000 });
    expect(asked.slice(8)).toEqual([122_000]);
  });

  test("asks no more with a token that is not good, or not for it", async () => {
    for (const kind of ["token", "not-operator"] as const) {
      answers = [{ ok: false, problem: kind === "token" ? { kind, expired: true } : { kind } }];
      asked = [];
      const stop = poll.start();
      await vi.advanceTimersByTimeAsync(600_000);
      expect([asked.length, poll.state.problem?.kind, poll.state.nextAt]).toEqual([1, kind, undefined]);
      stop();
    }
  });

  test("takes no answer to a question that nobody wants any more", async () => {
    let answer: (answer: Answer<number>) => void = () => {};
    const slow = new Poll<number>({ page, ask: () => new Promise((resolve) => (answer = resolve)) });
    const stop = slow.start();
    stop();
    answer(good);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(slow.state).toEqual({});
  });
});
