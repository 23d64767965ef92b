/** What everybody is told of who watches, and when. */
import { limits } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { LogUnavailable } from "@madang/log";
import { afterEach, describe, expect, test, vi } from "vitest";
import { committed, room, world } from "./test-world.ts";

afterEach(() => void vi.useRealTimers());

describe("counters", () => {
  const watching = (clients: number) => ({ room, clients, users: ["kim"] });

  async function awake() {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const at = world();
    const it = at.service();
    await it.send("1");
    return { at, ...it, hear: (gateway: string, clients: number) => it.live.get(room)?.hear(gateway, watching(clients)) };
  }

  test("[G22] are told after what changes them, at most twice a second, however much does", async () => {
    const { send, hear, hearts, told } = await awake();
    for (let i = 0; i < 100; i++) {
      await send(`m${i}`);
      await hearts(["kim", `h${i}`, 1]);
      hear("g", i + 1);
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(told.length).toBeGreaterThanOrEqual(9);
    expect(told.length).toBeLessThanOrEqual(11);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told.at(-1)).toMatchObject({ viewers: 100, peak: 100, comments: 101, hearts: { heart: 100 } });
    const before = told.length;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told).toHaveLength(before);
  });

  test("[V7] are told again to a gateway that says how many watch there: it may be new, or have missed them", async () => {
    const { hear, told } = await awake();
    hear("a", 1);
    await vi.advanceTimersByTimeAsync(10_000);
    const before = told.length;
    hear("a", 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toHaveLength(before + 1);
    expect(told.at(-1)).toEqual(told.at(-2));
  });

  test("[G21] are right within 15 s of the last word of a gateway that died, though nobody says anything", async () => {
    const { hear, told } = await awake();
    hear("a", 500);
    hear("b", 20);
    for (let ms = 0; ms < 14_000; ms += 5_000) {
      await vi.advanceTimersByTimeAsync(5_000);
      if (ms < 5_000) hear("b", 20);
    }
    await vi.advanceTimersByTimeAsync(0);
    expect(told.at(-1)).toMatchObject({ viewers: 20, peak: 520 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told.at(-1)).toMatchObject({ viewers: 0, peak: 520 });
  });

  test("[G21] a peak is noted, and known after a crash", async () => {
    const { at, hear } = await awake();
    vi.spyOn(at.snapshots, "save").mockRejectedValue(new LogUnavailable("away"));
    hear("a", 300);
    await vi.advanceTimersByTimeAsync(1_000);
    hear("a", 400);
    await vi.advanceTimersByTimeAsync(limits.peakEveryMs + 1_000);
    hear("a", 10);
    vi.useRealTimers();
    const heir = at.service("heir");
    await heir.send("2");
    await eventually(() => expect(heir.told.at(-1)).toMatchObject({ peak: 400, viewers: 0 }), {
      withinMs: limits.commentsToldWithinMs + 3_000,
    });
  });

  test("[G18] an audience that outgrows its room is split by an event, and by one only", async () => {
    const { at, act, hear, send, told } = await awake();
    await act("c", { type: "configure", settings: { shardCapacity: 100 } });
    await vi.advanceTimersByTimeAsync(30_000);
    hear("a", 350);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await send("2")).toEqual(committed(4));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told.at(-1)).toMatchObject({ shards: 4 });
    const heir = at.service("heir");
    expect(await heir.send("3")).toEqual(committed(5));
    await vi.advanceTimersByTimeAsync(limits.commentsToldWithinMs + 1_000);
    expect(heir.told.at(-1)).toMatchObject({ shards: 4 });
  });
});
