import { RoomId } from "@madang/contracts";
import { Emptied, Fenced, LogFull, LogUnavailable, OutcomeUnknown } from "@madang/log";
import { collectMetrics } from "@madang/runtime";
import { expect, test } from "vitest";
import { CommitFigures } from "./figures.ts";

test("what becomes of batches is told by outcome, and only those that are stored have a size and a duration", async () => {
  const { meter, answer } = await collectMetrics("test");
  const commits = new CommitFigures(meter);
  commits.ended(3, 20, undefined);
  commits.ended(1, 2, undefined);
  const failures = [
    new Fenced(RoomId.parse("live:a")),
    new OutcomeUnknown("unknown"),
    new LogFull("full"),
    new LogUnavailable("away"),
    new Emptied("gone"),
  ];
  for (const failure of failures) commits.ended(9, 9_000, failure);
  commits.doubted();
  const page = await new Promise<string>((resolve) => {
    answer({} as never, { setHeader: () => {}, end: resolve, statusCode: 0 } as never);
  });
  const outcomes = [...page.matchAll(/^madang_room_commits_total\{outcome="(\w+)"\} (\d+)$/gm)].map(([, ...pair]) => pair);
  expect(Object.fromEntries(outcomes)).toEqual({
    stored: "2",
    fenced: "1",
    ambiguous: "1",
    full: "1",
    unavailable: "1",
    failed: "1",
  });
  expect(page).toMatch(/^madang_room_commits_in_doubt_total 1$/m);
  expect(page).toMatch(/^madang_room_commit_lines_sum 4$/m);
  expect(page).toMatch(/^madang_room_commit_duration_seconds_sum 0\.022$/m);
  expect(page).toMatch(/^madang_room_commit_duration_seconds_bucket\{le="0\.0025"\} 1$/m);
});
