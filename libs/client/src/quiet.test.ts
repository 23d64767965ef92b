import { expect, test } from "vitest";
import { ErrorCode } from "./errors.ts";
import { unknownFacts } from "./facts.ts";
import { Quiet } from "./quiet.ts";

const slow = { ...unknownFacts, settings: { ...unknownFacts.settings, slowModeMs: 500, slowModeExemptsMembers: true } };

test("[G13] slow mode begins again with each message, save for those who are exempt", () => {
  const untilOf = (role: typeof slow.role) => {
    const quiet = new Quiet();
    quiet.sent({ ...slow, role }, 1_000);
    return quiet.until({ ...slow, role }, 1_001);
  };
  expect([untilOf("viewer"), untilOf("member"), untilOf("moderator")]).toEqual([1_500, undefined, undefined]);
});

test("[G3] [G9] a refusal that says until when, and a lockdown, keep one quiet until then", () => {
  const quiet = new Quiet();
  quiet.refused({ code: ErrorCode.wordBanned, message: "", retryAt: 9_000 });
  expect(quiet.until(slow, 1_000)).toBeUndefined();
  quiet.refused({ code: ErrorCode.muted, message: "", retryAt: 5_000 });
  expect(quiet.until(slow, 1_000)).toBe(5_000);
  expect(quiet.until(slow, 5_000)).toBeUndefined();
  const locked = { ...slow, settings: { ...slow.settings, lockdownUntil: 8_000 } };
  expect(quiet.until(locked, 1_000)).toBe(8_000);
  expect(quiet.until({ ...locked, role: "owner" }, 6_000)).toBeUndefined();
});

test("[G9] a lockdown ends in time for those whose clock is behind", () => {
  const quiet = new Quiet();
  const anHour = 3_600_000;
  const locked = { ...slow, settings: { ...slow.settings, lockdownUntil: anHour + 8_000 } };
  quiet.heard(anHour + 1_000, 1_000);
  // What is older says nothing.
  quiet.heard(5_000, 1_000);
  quiet.heard(500, 2_000);
  expect(quiet.until(locked, 2_000)).toBe(8_000);
  expect(quiet.until(locked, 8_000)).toBeUndefined();
});
