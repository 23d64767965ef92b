import { limits, MemberId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { NoResponders, RequestTimeout } from "./bus.ts";
import { Pings } from "./pings.ts";

const member = MemberId.parse("room-a");

interface Scene {
  now: number;
  asked: number;
  bus: { connected: boolean; changes: number };
}

function setUp(answer: (at: Scene) => void, { steady = true } = {}) {
  const at: Scene = { now: 0, asked: 0, bus: { connected: true, changes: 0 } };
  const request = async () => {
    at.asked++;
    // So that those who ask at once all have.
    await Promise.resolve();
    answer(at);
    return new Uint8Array();
  };
  const pings = new Pings({
    bus: Object.assign(at.bus, { request }),
    steady: () => Promise.resolve(steady),
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

  test("is not awaited from one that nobody listens for while the broker is well", async () => {
    const { at, pings } = setUp(nobody);
    expect(await pings.answers(member)).toBe(false);
    expect(at.asked).toBe(1);
  });

  test("[R4] is awaited while the broker is not: it may be connecting anew", async () => {
    const back = setUp(({ now }) => now < limits.memberGoneMs - limits.memberPingEveryMs && nobody(), { steady: false });
    expect(await back.pings.answers(member)).toBe(true);
    const gone = setUp(nobody, { steady: false });
    expect(await gone.pings.answers(member)).toBe(false);
    expect(gone.at.now).toBe(limits.memberGoneMs);
  });

  test("is not expected of one that hangs", async () => {
    const hangs = () => {
      throw new RequestTimeout("no answer");
    };
    const { at, pings } = setUp(hangs, { steady: false });
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
