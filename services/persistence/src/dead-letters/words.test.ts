import type { KeptLetter } from "@madang/log";
import { describe, expect, test } from "vitest";
import { lineOf, wholeOf } from "./words.ts";

const kept = (letter: Partial<NonNullable<KeptLetter["letter"]>>): KeptLetter => ({
  id: 17,
  time: Date.UTC(2026, 10, 5, 12),
  letter: { source: "projector", room: "live:concert", reason: "it is not JSON", body: Buffer.from("{"), ...letter },
});

describe("a dead letter, for a person's eyes", () => {
  test("is one line in a list", () => {
    expect(lineOf(kept({ offset: 42 }))).toBe("17  2026-11-05T12:00:00.000Z  projector  live:concert  42  it is not JSON");
    expect(lineOf(kept({ reason: "two\nlines\u001b[2J" }))).toBe(
      "17  2026-11-05T12:00:00.000Z  projector  live:concert  -  two lines\\u001b[2J",
    );
  });

  test("is shown whole, its text as text", () => {
    expect(
      wholeOf(kept({ sequence: 7, offset: 42, type: "posted", author: "윤", body: Buffer.from('{"text":"안녕 🎉"}\n') })),
    ).toBe(`id        17
time      2026-11-05T12:00:00.000Z
source    projector
room      live:concert
sequence  7
offset    42
type      posted
author    윤
reason    it is not JSON
body      23 bytes

{"text":"안녕 🎉"}`);
    expect(wholeOf(kept({ cut: true }))).toContain("too long to be kept");
  });

  test("is shown in hexadecimal where it is no text, and never commands the terminal", () => {
    expect(wholeOf(kept({ body: Buffer.from([0x22, 0xff, 0x41]) }))).toContain("000000  22 ff 41");
    expect(wholeOf(kept({ body: Buffer.from('"\u001b]0;owned\u0007 \u202eback"') }))).toContain(
      '"\\u001b]0;owned\\u0007 \\u202eback"',
    );
  });

  test("that is none says so", () => {
    const none = { id: 3, time: 0, letter: undefined };
    expect(lineOf(none)).toContain("no letter that this version reads");
    expect(wholeOf(none)).toContain("no letter that this version reads");
  });
});
