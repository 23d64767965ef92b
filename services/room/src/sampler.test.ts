import { describe, expect, test } from "vitest";
import { Sampler } from "./sampler.ts";
import { kim, lee, moderator, type Person, Stage } from "./test-stage.ts";

/** When lines were admitted of so many that come evenly. */
function admitted(sampler: Sampler, { perS, rate, seconds }: { perS: number; rate: number; seconds: number }): number[] {
  const times = Array.from({ length: rate * seconds }, (_, i) => (i * 1_000) / rate);
  return times.filter((at) => sampler.admits(perS, at));
}

function laneOf(it: Stage, by: Person, text: string): string {
  it.say(by, text);
  return it.last.lane;
}

const mostInOneSecond = (times: readonly number[]) =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));

describe("sampling", () => {
  test("[G17] lets all pass that can be read, a burst of one second's worth included", () => {
    const sampler = new Sampler();
    expect(admitted(sampler, { perS: 20, rate: 20, seconds: 5 })).toHaveLength(100);
    expect(sampler.active(5_000)).toBe(false);
    const burst = new Sampler();
    expect(Array.from({ length: 25 }, () => burst.admits(20, 0)).filter(Boolean)).toHaveLength(20);
  });

  test.each([
    [20, 1_500],
    [20, 21],
    [1, 100],
    [1_000, 4_000],
  ])("[G17] of a flood lets %i a second pass of %i, never more in any second, and evenly", (perS, rate) => {
    const seconds = rate > 2_000 ? 3 : 10;
    const times = admitted(new Sampler(), { perS, rate, seconds });
    expect(mostInOneSecond(times)).toBeLessThanOrEqual(perS);
    expect(times.length).toBeGreaterThanOrEqual(perS * seconds * 0.93);
    const later = times.filter((at) => at >= 2_000);
    const longest = Math.max(...later.slice(1).map((at, i) => at - (later[i] ?? 0)));
    expect(longest).toBeLessThanOrEqual(1_000 / perS + 3_000 / rate);
  });

  test("[G17] chooses the same from the same times, goes on when a clock is put back, and says that it is on", () => {
    const flood = () => admitted(new Sampler(), { perS: 20, rate: 333, seconds: 3 });
    expect(flood()).toEqual(flood());
    const sampler = new Sampler();
    for (let i = 0; i < 30; i++) sampler.admits(20, 100_000);
    expect(sampler.active(104_999)).toBe(true);
    expect(sampler.active(105_000)).toBe(false);
    expect(sampler.admits(20, 40_000)).toBe(true);
    expect(sampler.admits(0, 40_000)).toBe(true);
  });
});

describe("a flooded room", () => {
  test("[G17] leaves out what viewers say, and nothing that staff says, nor any act", () => {
    const it = new Stage().configure({ samplePerS: 2 });
    const lanes = Array.from({ length: 5 }, (_, i) => laneOf(it, kim, `${i}`));
    expect(lanes).toEqual(["all", "all", "skipped", "skipped", "skipped"]);
    it.say(moderator, "still here");
    expect(it.last.lane).toBe("all");
    expect(it.room.sampled(it.now)).toBe(true);
    it.pass(1_000);
    it.say(kim, "again");
    expect(it.last.lane).toBe("all");
  });

  test("[G18] each part of the audience has its own sample, and its own authors", () => {
    const it = new Stage().configure({ samplePerS: 1, shardCapacity: 1 });
    it.room.state.shards = 2;
    const people = Array.from({ length: 12 }, (_, i) => ({ user: `u${i}` }));
    const lanes = people.map((by) => laneOf(it, by, "x"));
    expect([...new Set(lanes)].sort()).toEqual(["shard:0", "shard:1", "skipped"]);
    expect(lanes.filter((lane) => lane !== "skipped")).toHaveLength(2);
    it.pass(1_000);
    it.say(lee, "x");
    const { lane } = it.last;
    it.pass(1_000);
    it.say(lee, "y");
    expect(it.last.lane).toBe(lane);
    it.say(moderator, "all of you");
    expect(it.last.lane).toBe("all");
    it.room.state.shards = 1;
    it.pass(1_000);
    it.say(lee, "z");
    expect(it.last.lane).toBe("all");
  });
});
