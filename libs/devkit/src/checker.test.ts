import { describe, expect, test } from "vitest";
import { type Attempt, check, type History, type Placed } from "./checker.ts";

const at = (offset: number, id: string, text = `it says ${id}`): Placed => ({ offset, id, user: "kim", text });
const placed = (...ids: string[]): Placed[] => ids.map((id, index) => at(index + 1, id));
const sent = (id: string, times: [number, number], outcome: Attempt["outcome"]): Attempt => ({
  room: "r",
  user: "kim",
  id,
  text: `it says ${id}`,
  startedAt: times[0],
  endedAt: times[1],
  outcome,
});
const ok = (offset: number) => ({ kind: "ok", offset }) as const;

const clean: History = {
  attempts: [
    sent("a", [0, 10], ok(1)),
    sent("b", [11, 30], ok(2)),
    // At the same time as b: either may come first.
    sent("c", [12, 20], ok(3)),
    sent("lost", [12, 20], { kind: "unknown" }),
    sent("d", [13, 40], { kind: "unknown" }),
    sent("no", [13, 14], { kind: "refused" }),
  ],
  log: new Map([["r", placed("a", "b", "c", "d")]]),
  rows: new Map([["r", placed("a", "b", "c", "d")]]),
  observations: [{ who: "lee", room: "r", seen: placed("a", "b", "c", "d").slice(1) }],
};

describe("the history checker", () => {
  test("finds nothing in a history that kept one order, with unknown outcomes on either side", () => {
    expect(check(clean)).toEqual([]);
  });

  const log = (...lines: Placed[]) => ({
    ...clean,
    log: new Map([["r", lines]]),
    rows: new Map([["r", lines]]),
    observations: [],
  });
  const all = placed("a", "b", "c", "d");
  const reworded = [...placed("a", "b", "c"), at(4, "d", "no more")];
  test.each<[string, History, RegExp]>([
    [
      "an acknowledged message that is gone",
      log(...placed("a", "b", "x", "d")),
      /kim\/c was acknowledged at 3 and is not in the log/,
    ],
    ["an acknowledged message at another place", log(...placed("a", "c", "b", "d")), /kim\/b was acknowledged at 2 and is at 3/],
    ["a refused message that is there", log(...all, at(5, "no")), /kim\/no was refused and is at 5/],
    ["a gap", log(...all, at(6, "z")), /goes from offset 4 to 6/],
    ["an offset given twice", log(...all, at(4, "z")), /goes from offset 4 to 4/],
    ["a message that is there twice", log(...all, at(5, "d")), /kim\/d is in the log twice/],
    [
      "an order against real time",
      { ...clean, attempts: [sent("b", [0, 1], ok(2)), sent("a", [2, 3], ok(1))] },
      /kim\/a at 1 was begun after kim\/b was acknowledged at 2/,
    ],
    [
      "an acknowledged message with other words",
      log(at(1, "a", "no more"), ...all.slice(1)),
      /kim\/a at 1 says no more, and it says a was sent/,
    ],
    ["one in doubt with other words", log(...reworded), /kim\/d at 4 says no more, and it says d was sent/],
    [
      "a row with other words",
      { ...clean, rows: new Map([["r", reworded]]) },
      /store: kim\/d saying no more at 4 instead of kim\/d saying it says d/,
    ],
    [
      "an observer who saw other words",
      { ...clean, observations: [{ who: "lee", room: "r", seen: reworded }] },
      /lee: saw kim\/d saying no more at 4, where the log has kim\/d saying it says d/,
    ],
    ["a missing row", { ...clean, rows: new Map([["r", all.slice(0, 3)]]) }, /no row at 4/],
    ["another row", { ...clean, rows: new Map([["r", placed("a", "b", "c", "x")]]) }, /kim\/x at 4 instead of kim\/d/],
    [
      "an observer with a gap",
      { ...clean, observations: [{ who: "lee", room: "r", seen: [all[0], all[2]] as Placed[] }] },
      /lee: saw 3 after 1/,
    ],
    [
      "an observer who saw something twice",
      { ...clean, observations: [{ who: "lee", room: "r", seen: [all[0], all[0]] as Placed[] }] },
      /lee: saw 1 after 1/,
    ],
    [
      "an observer who saw what was never committed",
      { ...clean, observations: [{ who: "lee", room: "r", seen: placed("a", "ghost") }] },
      /lee: saw kim\/ghost at 2, where the log has kim\/b/,
    ],
  ])("finds %s", (_, history, finding) => {
    expect(check(history).join("\n")).toMatch(finding);
  });
});
