import { limits, MemberId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { NoResponders, RequestTimeout } from "./bus.ts";
import { Pings } from "./pings.ts";

const member = MemberId.parse("room-a");

function setUp(
  answer: (at: { now: number; bus: { connected: boolean; changes: number } }) => void,
  goneMs: number | undefined = limits.memberGoneMs,
) {
  const at = { now: 0, asked: 0, bus: { connected: true, changes: 0 } };
  const request = async () => {
    at.asked++;
    // So that those who ask at once all have.
    await Promise.resolve();
    answer(at);
    return new Uint8Array();
  };
  const pings = new Pings({
    bus: Object.assign(at.bus, { request }),
    goneMs,
    now: () => at.now,
    pause: async (ms) => {
      at.now += ms;
    },
  });
  return { at, pings };
}

const nobody = () => {
  throw new NoResponders("nobody listens");
};

describe("a sign of life", () => {
  test("is an answer, and is asked for once for all who want to know", async () => {
    const { at, pings } = setUp(() => {});
    expect(await Promise.all([pings.answers(member), pings.answers(member)])).toEqual([true, true]);
    expect(at.asked).toBe(1);
  });

  test("[R4] is awaited from one that nobody listens for: it may be connecting anew", async () => {
    const { at, pings } = setUp(({ now }) => now < limits.memberGoneMs && nobody());
    expect(await pings.answers(member)).toBe(true);
    expect(at.now).toBe(limits.memberGoneMs);
    const gone = setUp(nobody);
    expect(await gone.pings.answers(member)).toBe(false);
    expect(gone.at.now).toBe(limits.memberGoneMs);
  });

  test("is not awaited where nothing hangs on it", async () => {
    const { at, pings } = setUp(nobody, 0);
    expect(await pings.answers(member)).toBe(false);
    expect(at.asked).toBe(1);
  });

  test("is not expected of one that hangs", async () => {
    const { at, pings } = setUp(() => {
      throw new RequestTimeout("no answer");
    });
    expect(await pings.answers(member)).toBe(false);
    expect(at.asked).toBe(1);
  });

  test("[R4] is not missed by one that was itself not connected", async () => {
    const lost = setUp(({ bus }) => {
      bus.connected = false;
      throw new RequestTimeout("connection lost");
    });
    expect(await lost.pings.answers(member)).toBe(true);
    const back = setUp(({ bus }) => {
      bus.changes += 2;
      nobody();
    });
    expect(await back.pings.answers(member)).toBe(true);
  });
});
