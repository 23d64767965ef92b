import { expect, test } from "vitest";
import { conversation } from "./conversation.ts";

const minute = { seed: 7, comments: 30_000, users: 300, durationMs: 60_000 };

test("a conversation has as many comments as asked, in time, the same for the same seed", () => {
  const said = conversation(minute);
  expect(said).toHaveLength(30_000);
  expect(new Set(said.map(({ id }) => id)).size).toBe(30_000);
  expect(said.every(({ at }, index) => at >= (said[index - 1]?.at ?? 0) && at < 60_000)).toBe(true);
  expect(conversation(minute)).toEqual(said);
  expect(conversation({ ...minute, seed: 8 })).not.toEqual(said);
});

test("a conversation has the shape of a real one", () => {
  const said = conversation(minute);
  const perSecond = new Array<number>(60).fill(0);
  const perUser = new Map<string, number>();
  for (const { at, user } of said) {
    perSecond[Math.floor(at / 1000)] = (perSecond[Math.floor(at / 1000)] ?? 0) + 1;
    perUser.set(user, (perUser.get(user) ?? 0) + 1);
  }
  expect(Math.max(...perSecond)).toBeGreaterThan(2 * Math.min(...perSecond));
  const busiest = [...perUser.values()].sort((a, b) => b - a).slice(0, 30);
  expect(busiest.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(30_000 / 4);
  const share = (pattern: RegExp) => said.filter(({ text }) => pattern.test(text)).length / said.length;
  expect(share(/\p{Script=Hangul}/u)).toBeGreaterThan(0.4);
  expect(share(/\p{Extended_Pictographic}/u)).toBeGreaterThan(0.2);
  expect(share(/https:/)).toBeGreaterThan(0.01);
  expect(Math.max(...said.map(({ text }) => text.length))).toBeGreaterThan(300);
});
