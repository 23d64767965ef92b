import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createLogger, withoutQuotes } from "./logger.ts";
import { inTrace, type Trace } from "./trace.ts";

function lines(log: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const written: string[] = [];
  log(createLogger("test", "trace", (line) => void written.push(line)));
  return written;
}

const logged = (log: (logger: ReturnType<typeof createLogger>) => void) => JSON.parse(lines(log)[0] ?? "");
const caught = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
};

describe("a line of the log", () => {
  test("is one line of plain JSON, whatever its fields hold, and does nothing to a terminal", () => {
    const evil = '\r\n{"level":60}\u001b[2J\u009b31m\u0007\u007f\u2028\u202e\u2066"\\';
    const [line = ""] = lines((logger) => logger.warn({ user: evil }, evil));
    expect(line.trimEnd()).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u);
    expect(JSON.parse(line)).toMatchObject({ user: evil, msg: evil });
  });

  test("names its trace within one, and none outside", () => {
    const trace = { traceId: "a".repeat(32), spanId: "b".repeat(16) } as Trace;
    const within = logged((logger) => inTrace(trace, () => logger.info("x")));
    expect(within).toMatchObject({ trace_id: trace.traceId, span_id: trace.spanId });
    expect(logged((logger) => logger.info("x"))).not.toHaveProperty("trace_id");
  });

  test.each<[string, unknown]>([
    ["a parser", caught(() => JSON.parse("secret words"))],
    ["a database", new Error("Data too long: 'secret words' in column `body`, near \"secret words")],
    ["a schema", caught(() => z.strictObject({ a: z.number() }).parse({ a: "secret words", "secret words": 1 }))],
    ["an error with fields", Object.assign(new Error("failed"), { data: "secret words", meta: { text: "secret words" } })],
    ["a cause", new Error("failed", { cause: caught(() => JSON.parse('{"a":secret words}')) })],
    ["no error at all", "could not take 'secret words'"],
  ])("does not tell what %s quotes", (_, error) => {
    expect(lines((logger) => logger.error({ error }, "failed")).join("")).not.toContain("secret");
  });

  test("tells what an error is, where it comes from, and its causes", () => {
    const cause = Object.assign(new Error("the room's log is full"), { code: 10077 });
    const { error } = logged((logger) => logger.error({ error: new TypeError("outer 'name'", { cause }) }, "failed"));
    expect(error).toMatchObject({
      type: "TypeError",
      message: "outer 'name'",
      stack: expect.stringMatching(/^ {4}at .*logger\.test\.ts/),
      cause: { type: "Error", message: "the room's log is full", code: 10077 },
    });
  });
});

test("a message ends where it begins to quote, and an apostrophe is no quote", () => {
  expect(withoutQuotes("another's entry 'it's me' for key `x` was there")).toBe("another's entry …");
  expect(withoutQuotes('near "secret words')).toBe("near …");
  expect(withoutQuotes("the room's log is full")).toBe("the room's log is full");
});
