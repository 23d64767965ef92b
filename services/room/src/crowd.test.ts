import { limits, type Audience as Report, RoomId } from "@madang/contracts";
import { HyperLogLog, RoomState } from "@madang/room-state";
import { describe, expect, test } from "vitest";
import { Audience } from "./audience.ts";
import { Crowd } from "./crowd.ts";

const room = RoomId.parse("live:crowd");
const named = (...users: string[]): Report => ({ room, clients: users.length, users });
const many = (clients: number): Report => ({ room, clients, users: [] });

describe("those who watch", () => {
  test("[G21] are the sum of what each gateway said last; who is at two gateways is one user", () => {
    const it = new Audience();
    it.hear("a", named("kim", "lee"), 0);
    it.hear("b", named("kim", "kim"), 0);
    expect(it.count(1)).toEqual({ viewers: 4, users: 2 });
    it.hear("a", named("kim"), 2);
    expect(it.count(3)).toEqual({ viewers: 3, users: 1 });
    it.hear("b", { room, clients: 0 }, 4);
    expect(it.count(5)).toEqual({ viewers: 1, users: 1 });
  });

  test("[G21] are gone when their gateway is silent for too long, and only then", () => {
    const it = new Audience();
    it.hear("a", named("kim"), 0);
    it.hear("b", named("lee"), 5_000);
    it.hear("a", named("kim"), 6_000);
    expect(it.forgetsAt).toBe(5_000 + limits.audienceForgottenMs);
    expect(it.count(limits.audienceForgottenMs + 4_999).viewers).toBe(2);
    expect(it.count(limits.audienceForgottenMs + 5_000).viewers).toBe(1);
    expect(it.count(limits.audienceForgottenMs + 6_000).viewers).toBe(0);
    expect(it.forgetsAt).toBeUndefined();
  });

  test("[G21] beyond what can be named users are estimated, within 10 % and never more than connections", () => {
    const it = new Audience();
    for (const gateway of ["a", "b"]) {
      const sketch = new HyperLogLog();
      for (let i = 0; i < 3_000; i++) sketch.add(`user ${gateway === "a" ? i : i + 1_500}`);
      it.hear(gateway, { room, clients: 3_000, sketch: sketch.encode() }, 0);
    }
    it.hear("c", named("user 1", "somebody"), 0);
    const { viewers, users } = it.count(1);
    expect(viewers).toBe(6_002);
    expect(users).toBeGreaterThan(4_050);
    expect(users).toBeLessThan(4_950);
  });

  test("[G21] a report that cannot be read is refused where it comes in, and changes nothing", () => {
    const it = new Audience();
    it.hear("a", named("kim"), 0);
    expect(() => it.hear("b", { room, clients: 9, sketch: "nonsense" }, 0)).toThrow(RangeError);
    expect(it.count(1)).toEqual({ viewers: 1, users: 1 });
  });
});

describe("a crowd", () => {
  /** A room whose owner has had it for long. */
  function crowd(capacity: number) {
    const state = new RoomState();
    state.settings = { ...state.settings, shardCapacity: capacity };
    const it = new Crowd(state, -60_000);
    let now = 0;
    const watched = (viewers: number, afterMs = 30_000) => {
      now += afterMs;
      const shards = it.resharded(viewers, now);
      if (shards !== undefined) state.shards = shards;
      return state.shards;
    };
    return { it, state, watched };
  }

  test("[G21] remembers the most that there were", () => {
    const { it, state } = crowd(0);
    it.hear("a", many(50), 0);
    expect(it.counters(1, { sampled: true })).toMatchObject({ state: "open", viewers: 50, peak: 50, sampled: true, shards: 1 });
    it.hear("a", many(10), 2);
    expect(it.counters(3, { sampled: false })).toMatchObject({ viewers: 10, peak: 50 });
    expect(state.totals.peak).toBe(50);
  });

  test("[G18] is split when it outgrows its parts, and merged only when it would fit well into fewer", () => {
    const { watched } = crowd(100);
    const steps = [100, 101, 150, 71, 70, 1_000, 705, 699, 400, 0];
    expect(steps.map((viewers) => watched(viewers))).toEqual([1, 2, 2, 2, 1, 10, 10, 10, 6, 1]);
  });

  test("[G18] does not go to and fro: around a border it changes once, and at most once in half a minute", () => {
    const { watched } = crowd(100);
    const around = [101, 99, 102, 98, 101, 95].map((viewers) => watched(viewers));
    expect(new Set(around)).toEqual(new Set([2]));
    expect([watched(1_000, 30_000), watched(0, 29_999), watched(0, 1)]).toEqual([10, 10, 1]);
  });

  test("[G18] has at most so many parts, one where splitting is off, and as many as before until a new owner has heard of all", () => {
    expect(crowd(1).watched(10_000)).toBe(limits.shards);
    expect(crowd(0).watched(10_000)).toBe(1);
    const state = new RoomState();
    state.settings = { ...state.settings, shardCapacity: 100 };
    state.shards = 10;
    const heir = new Crowd(state, 0);
    expect(heir.resharded(0, 29_999)).toBeUndefined();
    expect(heir.resharded(0, 30_000)).toBe(1);
  });
});
