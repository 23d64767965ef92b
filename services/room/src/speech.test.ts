import { ErrorCode, site, UserId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { hasLink, isEmotes } from "./speech.ts";
import { inShort, kim, lee, member, moderator, owner, Stage } from "./test-stage.ts";

const posted = [["posted", "all"]];

describe("what a room declines", () => {
  test("[G3] the muted, until the mute is over or lifted; the refusal says when, if it ends", () => {
    const it = new Stage();
    it.set("mute", kim, { seconds: 30 });
    it.pass(10_000);
    expect(it.say(kim, "a")).toMatchObject({ refusal: { ...ErrorCode.muted, retryAfterMs: 20_000 } });
    expect(inShort(it.say(lee, "a"))).toEqual(posted);
    it.pass(20_000);
    expect(inShort(it.say(kim, "a"))).toEqual(posted);
    it.set("mute", kim);
    expect(it.say(kim, "b")).toEqual({ kind: "refuse", refusal: ErrorCode.muted });
    it.act(moderator, { type: "unmute", user: UserId.parse("kim") });
    expect(inShort(it.say(kim, "b"))).toEqual(posted);
  });

  test("[G3] the banned, and staff that is banned or muted, too", () => {
    const it = new Stage();
    it.set("ban", kim, { seconds: 1 });
    it.set("mute", moderator);
    expect(it.say(kim, "a")).toMatchObject({ refusal: { ...ErrorCode.banned, retryAfterMs: 1_000 } });
    expect(inShort(it.say(moderator, "a"))).toBe(ErrorCode.muted.message);
  });

  test("[G3] the shadowed are not told, and only they and staff read them", () => {
    const it = new Stage();
    it.set("shadow", kim, { seconds: 60 });
    expect(inShort(it.say(kim, "a"))).toEqual([["posted", "shadow"]]);
    it.pass(60_000);
    expect(inShort(it.say(kim, "b"))).toEqual(posted);
  });

  test("[G13] slow mode: one message in so long, for all but staff, and members if they are exempt", () => {
    const it = new Stage().configure({ slowModeMs: 10_000 });
    expect(inShort(it.say(kim, "a"))).toEqual(posted);
    it.pass(4_000);
    expect(it.say(kim, "b")).toMatchObject({ refusal: { ...ErrorCode.slowMode, retryAfterMs: 6_000 } });
    expect(inShort(it.say(lee, "b"))).toEqual(posted);
    it.pass(6_000);
    expect(inShort(it.say(kim, "b"))).toEqual(posted);
    for (const by of [moderator, owner, site]) for (const text of ["c", "d"]) expect(inShort(it.say(by, text))).toEqual(posted);
    it.say(member, "e");
    expect(inShort(it.say(member, "f"))).toBe(ErrorCode.slowMode.message);
    it.configure({ slowModeExemptsMembers: true });
    expect(inShort(it.say(member, "f"))).toEqual(posted);
  });

  test("[G13] what was refused starts no pause anew", () => {
    const it = new Stage().configure({ slowModeMs: 10_000 });
    it.say(kim, "a");
    it.pass(9_999);
    it.say(kim, "b");
    it.pass(1);
    expect(inShort(it.say(kim, "c"))).toEqual(posted);
  });

  test("[G14] unique chat: the same words by the same user within a minute", () => {
    const it = new Stage().configure({ uniqueChat: true });
    it.say(kim, "First  ONE");
    expect(inShort(it.say(kim, " ｆirst one"))).toBe(ErrorCode.repeated.message);
    expect(inShort(it.say(lee, "first one"))).toEqual(posted);
    it.pass(60_000);
    expect(inShort(it.say(kim, "first one"))).toEqual(posted);
  });

  test("[G15] emote-only, links off, members only, too young an account, frozen, not begun", () => {
    const it = new Stage().configure({ emoteOnly: true });
    expect(inShort(it.say(kim, "nice 👍"))).toBe(ErrorCode.emoteOnly.message);
    expect(inShort(it.say(kim, { sticker: 1 }))).toBe(ErrorCode.emoteOnly.message);
    expect(inShort(it.say(kim, "👍🏽 :party-parrot: 👨‍👩‍👧"))).toEqual(posted);
    expect(inShort(it.say(moderator, "words"))).toEqual(posted);
    it.configure({ emoteOnly: false, links: false });
    expect(inShort(it.say(kim, "go to spam.com"))).toBe(ErrorCode.noLinks.message);
    it.configure({ links: true, audience: "members" });
    expect(inShort(it.say(kim, "a"))).toBe(ErrorCode.membersOnly.message);
    expect(inShort(it.say(member, "a"))).toEqual(posted);
    it.configure({ audience: "everyone", accountAgeMs: 1_000 });
    expect(it.say({ ...kim, registeredAt: it.now - 400 }, "a")).toMatchObject({
      refusal: { ...ErrorCode.accountTooNew, retryAfterMs: 600 },
    });
    expect(it.say(kim, "a")).toMatchObject({ refusal: { ...ErrorCode.accountTooNew, retryAfterMs: 1_000 } });
    expect(inShort(it.say({ ...kim, registeredAt: it.now - 1_000 }, "a"))).toEqual(posted);
    it.configure({ accountAgeMs: 0, frozen: true });
    expect(it.say(kim, "b")).toEqual({ kind: "refuse", refusal: ErrorCode.frozen });
    it.configure({ frozen: false });
    it.act(owner, { type: "room", state: "scheduled", startsAt: it.now + 5_000 });
    expect(it.say(kim, "b")).toMatchObject({ refusal: { ...ErrorCode.notOpen, retryAfterMs: 5_000 } });
    expect(inShort(it.say(moderator, "soon"))).toEqual(posted);
    it.pass(6_000);
    expect(it.say(kim, "b")).toEqual({ kind: "refuse", refusal: ErrorCode.notOpen });
  });

  test("[G16] a banned word is masked, held or refused; staff is not judged; a review that declines counts first", () => {
    const it = new Stage();
    it.judge = (text) =>
      ({
        mask: { action: "mask", masked: "****", matches: [] } as const,
        hold: { action: "hold", matches: [] } as const,
        reject: { action: "reject", matches: [] } as const,
      })[text] ?? { action: undefined, matches: [] };
    expect(inShort(it.say(kim, { text: "mask", n: 1 }))).toEqual(posted);
    expect(it.last.event).toMatchObject({ data: { text: "****", n: 1 }, tags: { masked: "true" } });
    expect(it.say(kim, "hold")).toMatchObject({ held: true });
    expect(it.last).toMatchObject({ lane: "moderators", event: { data: { text: "hold" }, tags: { type: "held" } } });
    expect(inShort(it.say(kim, "reject"))).toBe(ErrorCode.wordBanned.message);
    expect(inShort(it.say(moderator, "reject"))).toEqual(posted);
    it.review = "hold";
    expect(it.say(kim, "mask")).toMatchObject({ held: true });
    expect(inShort(it.say(kim, "reject"))).toBe(ErrorCode.wordBanned.message);
    it.review = "decline";
    expect(inShort(it.say(kim, "fine"))).toBe(ErrorCode.declined.message);
  });

  test("[G1] a role of the token and one of the room: the higher counts", () => {
    const it = new Stage().configure({ audience: "members" });
    it.act(site, { type: "grant", user: UserId.parse("kim"), role: "member" });
    expect(inShort(it.say(kim, "a"))).toEqual(posted);
    expect(inShort(it.say({ ...kim, role: "moderator" }, "a"))).toEqual(posted);
  });

  test("[R2] who says that they are another is not believed", () => {
    const it = new Stage();
    const command = { v: 1, command: "send", author: UserId.parse("kim"), id: "x" as never, data: {} } as const;
    const facts = { now: 0, judge: it.judge };
    expect(inShort(it.room.decide(command, facts))).toBe("bad request");
    const info = { user: UserId.parse("lee"), client: "c" as never };
    expect(inShort(it.room.decide({ ...command, info }, facts))).toBe("bad request");
  });
});

describe("links and emotes", () => {
  test.each([
    "https://a.example",
    "HTTP: //x",
    "www.naver.com",
    "join discord.gg/abc",
    "ｓｐａｍ．ｃｏｍ",
    "bit\u200b.ly/x",
    "한글.kr",
  ])("%s is a link", (text) => expect(hasLink(text)).toBe(true));

  test.each(["3.5 points", "e.g. this", "hello...world", "me@you", "ㅋㅋ.ㅋㅋ", "end.Then", "version 1.2.3", "a.community"])(
    "%s is none",
    (text) => expect(hasLink(text)).toBe(false),
  );

  test.each(["👍", "🇰🇷 ❤️", ":smile:", "1️⃣"])("%s is nothing but emotes", (text) => expect(isEmotes(text)).toBe(true));

  test.each(["", "  ", "a", ":smile", "👍 ok", "12"])("%j is not", (text) => expect(isEmotes(text)).toBe(false));
});
