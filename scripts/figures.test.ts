import { describe, expect, test } from "vitest";
import { figuresOf } from "./figures.mjs";

const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((status) => ({ status })) });
const report = (...testResults: ReturnType<typeof file>[]) => ({ testResults });

describe("the figures of a test run", () => {
  test("count what passed and what failed", () => {
    const run = report(file("passed", "passed", "passed"), file("failed", "passed", "failed"));
    expect(figuresOf(run, { exitCode: 1 })).toEqual({ passed: 3, failed: 1 });
  });

  test("count a skipped test as failed, unless a name pattern left it out", () => {
    const run = report(file("passed", "passed", "skipped", "todo"));
    expect(figuresOf(run, { exitCode: 0 })).toEqual({ passed: 1, failed: 2 });
    expect(figuresOf(run, { exitCode: 0, chosen: true })).toEqual({ passed: 1, failed: 0 });
  });

  test("count a file that did not load", () => {
    expect(figuresOf(report(file("failed"), file("passed", "passed")), { exitCode: 1 })).toEqual({ passed: 1, failed: 1 });
  });

  test("are never clean after a crash, an error outside the tests, or a run without tests", () => {
    expect(figuresOf(undefined, { exitCode: 1 })).toEqual({ passed: 0, failed: 1 });
    expect(figuresOf(report(file("passed", "passed")), { exitCode: 1 })).toEqual({ passed: 1, failed: 1 });
    expect(figuresOf(report(), { exitCode: 0 })).toEqual({ passed: 0, failed: 1 });
  });
});
