import type { Entry, Message } from "@madang/client";
import { describe, expect, test } from "vitest";
import { everything, Feed, filtered, hasLink } from "./feed.ts";

const comment = (offset: number, more: Partial<Message> = {}): Message => ({
  ...{ kind: "message", key: `k${offset}`, offset, id: `i${offset}`, author: { user: "kim", name: "Kim" }, mine: false },
  ...{ mentionsMe: false, at: offset, text: `comment ${offset}`, data: {}, edited: false, deleted: false, masked: false },
  ...{ state: { kind: "sent" }, ...more },
});
const comments = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => comment(from + n));
const keys = (entries: readonly Entry[]) => entries.map(({ key }) => key);
const nothing = { reported: new Set<number>(), held: new Set<number>() };

describe("a moderator's feed", () => {
  test("shows what the room shows, until it stands still", () => {
    const feed = new Feed();
    expect(feed.take(comments(1, 3))).toBe(3);
    feed.pause();
    expect(feed.take(comments(1, 60))).toBe(57);
    expect([keys(feed.shown), feed.waiting]).toEqual([["k1", "k2", "k3"], 57]);
    feed.resume(comments(1, 60));
    expect([feed.shown.length, feed.waiting, feed.paused]).toEqual([60, 0, false]);
  });

  test("counts what came also where the room's timeline has let go of it, and nothing twice", () => {
    const feed = new Feed();
    feed.take(comments(1, 1_000));
    feed.pause();
    for (let last = 1_500; last <= 6_000; last += 500) feed.take(comments(last - 999, last));
    feed.take(comments(5_001, 6_000));
    expect([feed.waiting, feed.shown.length]).toEqual([5_000, 1_000]);
  });

  test("shows in its place, while it stands still, that a comment was taken away, and what it was", () => {
    const feed = new Feed();
    feed.take(comments(1, 3));
    feed.pause();
    const before = feed.shown;
    feed.take([...comments(1, 4)]);
    feed.take([comment(1), comment(2, { deleted: true, text: "" }), comment(3)]);
    expect(feed.shown.map((entry) => entry.kind === "message" && entry.deleted)).toEqual([false, true, false]);
    expect(feed.shown).not.toBe(before);
    expect(feed.shown[1]).toMatchObject({ deleted: true, text: "comment 2" });
    const now = [comment(1), comment(2, { deleted: true, text: "" }), comment(3)];
    feed.take(now);
    const after = feed.shown;
    feed.take([...now, comment(4)]);
    expect(feed.shown).toBe(after);
  });

  test("counts what comes also after the log has begun anew", () => {
    const feed = new Feed();
    feed.take(comments(500, 600));
    feed.take(comments(1, 2));
    feed.pause();
    expect(feed.take(comments(1, 5))).toBe(3);
    expect(feed.waiting).toBe(3);
  });

  test("puts more of the past before what it shows", () => {
    const feed = new Feed();
    feed.take(comments(5, 6));
    feed.pause();
    feed.take(comments(3, 8));
    expect([keys(feed.shown), feed.waiting]).toEqual([["k3", "k4", "k5", "k6"], 2]);
  });
});

describe("its filters", () => {
  const entries = [
    comment(1, { text: "Hello www.shop.example" }),
    comment(2, { author: { user: "lee", name: "이영희" }, masked: true }),
    comment(3, { text: "see you" }),
    { kind: "notice", key: "n4", offset: 4, at: 4, type: "held", data: { text: "bad" } } as const,
  ];
  const found = (filter: Partial<typeof everything>, known = nothing) =>
    keys(filtered(entries, { ...everything, ...filter }, known));

  test("find text and names, whatever their case, and people by their id", () => {
    expect(found({ search: "HELLO" })).toEqual(["k1"]);
    expect(found({ search: "영희" })).toEqual(["k2"]);
    expect(found({ user: "lee" })).toEqual(["k2"]);
    expect(filtered(entries, everything, nothing)).toBe(entries);
  });

  test("show what any of them is true of", () => {
    expect(found({ only: new Set(["masked", "links"]) })).toEqual(["k1", "k2"]);
    expect(found({ only: new Set(["reported"]) }, { ...nothing, reported: new Set([3]) })).toEqual(["k3"]);
    expect(found({ only: new Set(["held"]) }, { ...nothing, held: new Set([4]) })).toEqual(["n4"]);
  });

  test("know a link when they see one", () => {
    expect(["https://a.b/c", "www.a.b", "go to shop.kr now", "t.me/x"].map(hasLink)).toEqual([true, true, true, true]);
    expect(["hello", "3.5 points", "end.Start", "ㅋㅋㅋ..."].map(hasLink)).toEqual([false, false, false, false]);
  });
});
