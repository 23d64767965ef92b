import * as contracts from "@madang/contracts";
import { expect, expectTypeOf, test } from "vitest";
import { ErrorCode, isTemporary } from "./errors.ts";
import { unknownFacts } from "./facts.ts";
import { maxPerCall } from "./heart-sum.ts";
import type * as protocol from "./protocol.ts";

test("the errors are those of the contract, and so is which of them are temporary", () => {
  const table = Object.entries(contracts.ErrorCode);
  expect(ErrorCode).toEqual(Object.fromEntries(table.map(([name, { code }]) => [name, code])));
  for (const [, { code, temporary }] of table) expect([code, isTemporary(code)]).toEqual([code, temporary]);
  // The transport's own: no connection, no answer in time.
  for (const code of [1, 2, 10, 11]) expect(isTemporary(code)).toBe(true);
});

test("the types are those of the contract", () => {
  expectTypeOf<protocol.Role>().toEqualTypeOf<contracts.Role>();
  expectTypeOf<protocol.RoomLifeState>().toEqualTypeOf<contracts.RoomLifeState>();
  expectTypeOf<protocol.EventType>().toEqualTypeOf<contracts.EventType>();
  expectTypeOf<protocol.Counters>().toEqualTypeOf<contracts.Counters>();
  expectTypeOf<protocol.RoomSettings>().toEqualTypeOf<contracts.RoomSettings>();
  expectTypeOf<protocol.Skip>().toEqualTypeOf<contracts.Skip>();
  expectTypeOf<protocol.WordAction>().toEqualTypeOf<contracts.WordAction>();
  expectTypeOf<protocol.WordRule>().toEqualTypeOf<contracts.WordRule>();
  // Its user is branded there.
  expectTypeOf<contracts.DryRunFinding>().toExtend<protocol.DryRunFinding>();
  expectTypeOf<keyof contracts.DryRunFinding>().toEqualTypeOf<keyof protocol.DryRunFinding>();
});

test("what is assumed before a room has said what it is like is what a room is like by default", () => {
  expect(unknownFacts.settings).toEqual(contracts.defaultSettings);
});

test("[N2] no call has more hearts than a gateway takes", () => {
  expect(maxPerCall).toBe(contracts.limits.heartsPerCall);
});
