import { expect, test } from "vitest";
import { audience, type Moment, sceneMs, sceneOf } from "./show.ts";

/** From 0, up to and not 1, and the same each time. */
function steps(): () => number {
  let n = 0;
  return () => (n++ * 0.618_034) % 1;
}

const scenes = [0, 1, 2, 3, 4].map((number) => sceneOf(number, steps()));
const of = <K extends Moment["kind"]>(kind: K, scene: Moment[]) =>
  scene.filter((moment): moment is Extract<Moment, { kind: K }> => moment.kind === kind);

test("a scene is played in its order and its time, by people who are there", () => {
  for (const scene of scenes) {
    const times = scene.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    for (const moment of scene) {
      expect(moment.at).toBeGreaterThanOrEqual(0);
      expect(moment.at).toBeLessThan(sceneMs);
      if ("by" in moment) expect(audience[moment.by]).toBeDefined();
      if (moment.kind === "hearts") expect(moment.count).toBeGreaterThan(0);
    }
  }
});

test("a scene is lively, and can be read: one to three comments a second, and one burst", () => {
  for (const scene of scenes) {
    const said = of("say", scene);
    expect((said.length / sceneMs) * 1_000).toBeGreaterThan(1);
    expect((said.length / sceneMs) * 1_000).toBeLessThan(3);
    const within = (from: number) => said.filter(({ at }) => at >= from && at < from + 2_500).length;
    const busiest = Math.max(...said.map(({ at }) => within(at)));
    expect(busiest).toBeGreaterThan(2 * ((said.length * 2_500) / sceneMs));
  }
});

test("the show has its host who pins, answers to questions, gifts and hearts; and goes on from its beginning", () => {
  const all = scenes.flat();
  expect(of("host", all).some(({ pin }) => pin)).toBe(true);
  expect(of("host", all).length).toBeGreaterThan(scenes.length);
  expect(of("gift", all).length).toBeGreaterThan(0);
  expect(of("hearts", all).length).toBeGreaterThan(20 * scenes.length);
  expect(sceneOf(5, steps())).toEqual(scenes[0]);
});
