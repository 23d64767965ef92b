import { expect, test } from "vitest";
import { Playhead } from "./playhead.ts";

function playhead(endMs = 60_000): Playhead {
  const made = new Playhead();
  made.setEnd(endMs);
  return made;
}

test("runs with the clock, at its rate, from where it was", () => {
  const head = playhead();
  expect(head.at(500)).toBe(0);
  head.play(1_000);
  expect(head.at(3_000)).toBe(2_000);
  head.setRate(2, 3_000);
  expect(head.at(4_000)).toBe(4_000);
  head.seek(30_000, 4_000);
  expect(head.at(4_500)).toBe(31_000);
  head.pause(5_000);
  expect(head.at(9_000)).toBe(32_000);
});

test("stands still at the end, and begins anew from there", () => {
  const head = playhead(10_000);
  head.play(0);
  expect(head.at(12_000)).toBe(10_000);
  expect(head.playing).toBe(false);
  head.play(13_000);
  expect(head.at(14_000)).toBe(1_000);
});

test("never leaves the broadcast", () => {
  const head = playhead(10_000);
  head.seek(-5, 0);
  expect(head.at(0)).toBe(0);
  head.seek(99_999, 0);
  expect(head.at(0)).toBe(10_000);
});
