import type { Logger } from "@madang/runtime";
import { expect, test } from "vitest";
import { tellOfAudit, tellOfInterruption, tellOfProjector, tellOfStore } from "./news.ts";

const error = new Error("away");

/** The levels of the lines that are told. */
function levelsOf(tell: (logger: Logger) => void): string[] {
  const levels: string[] = [];
  tell(new Proxy({}, { get: (_, level) => () => void levels.push(String(level)) }) as Logger);
  return levels;
}

test.each<[string, (logger: Logger) => void, (logger: Logger) => void]>([
  [
    "a store that is away",
    (logger) => tellOfStore(logger, { kind: "silent", error }),
    (logger) => tellOfStore(logger, { kind: "answers" }),
  ],
  [
    "a projector that waits",
    (logger) => tellOfProjector(logger, 0, { kind: "paused", error, waitMs: 1 }),
    (logger) => tellOfProjector(logger, 0, { kind: "resumed" }),
  ],
  [
    "a projector that was interrupted",
    (logger) => tellOfInterruption(logger, 0, { kind: "waits", error }),
    (logger) => tellOfInterruption(logger, 0, { kind: "goes-on" }),
  ],
  [
    "an audit that waits",
    (logger) => tellOfAudit(logger, { kind: "waits", error }),
    (logger) => tellOfAudit(logger, { kind: "goes-on" }),
  ],
])("whoever reads in the log of %s reads there that it is over", (_, begin, end) => {
  expect(levelsOf(begin)).toHaveLength(1);
  expect(levelsOf(end)).toEqual(levelsOf(begin));
});
