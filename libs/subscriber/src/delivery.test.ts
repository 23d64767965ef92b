import type { RoomId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { Delivery, type DeliveryOptions, HandlerTooSlow } from "./delivery.ts";
import type { SubscriberNews } from "./news.ts";
import type { RoomEvent } from "./room-event.ts";

const event: RoomEvent = {
  ...{
    room: "live:a" as RoomId,
    offset: 7,
    epoch: "e",
    type: "posted",
    author: "",
    lane: "all",
    mentions: [],
    data: {},
    time: 0,
  },
  tags: { type: "posted", id: "i" as never, time: "0" },
};

function deliveryOf(handle: DeliveryOptions["handle"], more: Partial<DeliveryOptions> = {}) {
  const news: SubscriberNews[] = [];
  const pauses: number[] = [];
  const leaving = new AbortController();
  const delivery = new Delivery({
    ...{ handle, attempts: 4, handlerMs: 5_000, leaving: leaving.signal, report: (one) => void news.push(one) },
    pause: async (ms) => void pauses.push(ms),
    ...more,
  });
  return { delivery, news, pauses, leaving };
}

describe("a delivery", () => {
  test("is done when the handler resolves, at once or later", async () => {
    const seen: number[] = [];
    const { delivery, news } = deliveryOf(async ({ offset }, { attempt }) => void seen.push(offset, attempt));
    expect(await delivery.deliver(event)).toBe(true);
    expect(seen).toEqual([7, 1]);
    expect(news).toEqual([]);
  });

  test("is tried again after longer and longer waits, whether the handler throws or rejects", async () => {
    let tries = 0;
    const { delivery, news, pauses } = deliveryOf((_, { attempt }) => {
      tries = attempt;
      if (attempt === 1) throw new Error("thrown");
      return attempt === 2 ? Promise.reject(new Error("rejected")) : undefined;
    });
    expect(await delivery.deliver(event)).toBe(true);
    expect(tries).toBe(3);
    expect(pauses).toEqual([200, 400]);
    expect(news).toMatchObject([
      { kind: "failed", attempt: 1, error: { message: "thrown" } },
      { kind: "failed", attempt: 2, error: { message: "rejected" } },
    ]);
  });

  test("is given up after its last try, and told", async () => {
    const { delivery, news } = deliveryOf(() => Promise.reject(new Error("never")));
    expect(await delivery.deliver(event)).toBe(true);
    expect(news.map(({ kind }) => kind)).toEqual(["failed", "failed", "failed", "given-up"]);
    expect(news.at(-1)).toMatchObject({ event: { room: "live:a", offset: 7 }, error: { message: "never" } });
  });

  test("that takes too long has failed, and its signal says so", async () => {
    const signals: AbortSignal[] = [];
    const { delivery, news } = deliveryOf(
      (_, { attempt, signal }) => {
        signals.push(signal);
        return attempt === 1 ? new Promise(() => {}) : undefined;
      },
      { handlerMs: 10 },
    );
    expect(await delivery.deliver(event)).toBe(true);
    expect(news).toMatchObject([{ kind: "failed", error: expect.any(HandlerTooSlow) }]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  test("is left undone when its subscriber leaves, however many tries it has", async () => {
    const { delivery, leaving } = deliveryOf(
      () => {
        leaving.abort();
        throw new Error("again");
      },
      { attempts: Number.POSITIVE_INFINITY },
    );
    expect(await delivery.deliver(event)).toBe(false);
  });
});
