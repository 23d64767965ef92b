import { expect, test } from "vitest";
import { timecode, timeInAddress, timeOf } from "./time.ts";

test.each([
  ["90", 90_000],
  ["90s", 90_000],
  ["1m30s", 90_000],
  ["1h2m3s", 3_723_000],
  ["2h", 7_200_000],
  ["0", 0],
  ["", undefined],
  [null, undefined],
  ["-5", undefined],
  ["soon", undefined],
  ["1m<script>", undefined],
])("an address with t=%s means %s ms", (text, ms) => {
  expect(timeOf(text)).toBe(ms);
});

test.each([0, 7_000, 90_000, 3_600_000, 3_723_000])("%i ms in an address are the same when they are read", (ms) => {
  expect(timeOf(timeInAddress(ms))).toBe(ms);
});

test("people read minutes and seconds, and hours where there are any", () => {
  expect([0, 65_900, 3_723_000].map(timecode)).toEqual(["0:00", "1:05", "1:02:03"]);
});
