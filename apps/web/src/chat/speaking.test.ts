import { defaultSettings } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { charactersOf, speaking } from "./speaking.ts";

const room = { life: "open", role: "viewer", settings: defaultSettings, membership: { kind: "live" } } as const;
const now = 1_000_000;

describe("one can speak", () => {
  test("in an open room", () => {
    expect(speaking(room, now)).toEqual({ kind: "free" });
  });

  test("not where the room has ended, whoever one is", () => {
    expect(speaking({ ...room, life: "ended", role: "owner" }, now)).toEqual({ kind: "closed", why: "ended" });
  });

  test("before the broadcast, and in a frozen room, as staff alone", () => {
    const frozen = { ...room, settings: { ...defaultSettings, frozen: true } };
    expect(speaking({ ...room, life: "scheduled" }, now)).toEqual({ kind: "closed", why: "scheduled" });
    expect(speaking(frozen, now)).toEqual({ kind: "closed", why: "frozen" });
    expect(speaking({ ...frozen, role: "member" }, now)).toEqual({ kind: "closed", why: "frozen" });
    expect(speaking({ ...frozen, life: "scheduled", role: "moderator" }, now)).toEqual({ kind: "free" });
  });

  test("among members as a member", () => {
    const members = { ...room, settings: { ...defaultSettings, audience: "members" as const } };
    expect(speaking(members, now)).toEqual({ kind: "closed", why: "members" });
    expect(speaking({ ...members, role: "member" }, now)).toEqual({ kind: "free" });
  });

  test("once slow mode, a mute and a lockdown are over", () => {
    expect(speaking({ ...room, quietUntil: now + 1 }, now)).toEqual({ kind: "wait", until: now + 1 });
    expect(speaking({ ...room, quietUntil: now }, now)).toEqual({ kind: "free" });
    // A lockdown's own time is by the server's clock, and in `quietUntil` by ours.
    const locked = { ...room, quietUntil: now + 5, settings: { ...defaultSettings, lockdownUntil: now + 3_600_000 } };
    expect(speaking(locked, now)).toEqual({ kind: "wait", until: now + 5 });
  });

  test("with letters counted as letters", () => {
    expect(charactersOf("안녕하세요😊")).toBe(6);
  });
});
