import { Action, ErrorCode, limits, site, UserId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { inShort, kim, lee, member, moderator, owner, type Person, Stage } from "./test-stage.ts";

const id = ({ user }: Person) => UserId.parse(user);
const refused = ({ message }: { message: string }) => message;

describe("who may do what", () => {
  test("[G1] a viewer may report, edit and delete what is theirs, and nothing else", () => {
    const it = new Stage();
    it.say(kim, "mine");
    it.say(lee, "yours");
    const mayNot: Action[] = [
      { type: "mute", user: id(lee) },
      { type: "unmute", user: id(lee) },
      { type: "ban", user: id(lee) },
      { type: "shadow", user: id(lee) },
      { type: "delete", offset: 2 },
      { type: "undelete", offset: 1 },
      { type: "purge", user: id(kim) },
      { type: "pin", offset: 1 },
      { type: "unpin", offset: 1 },
      { type: "configure", settings: { frozen: true } },
      { type: "lockdown", seconds: 10 },
      { type: "grant", user: id(kim), role: "owner" },
      { type: "room", state: "ended" },
      { type: "approve", offset: 1 },
      { type: "deny", offset: 1 },
      { type: "resolve", offset: 1 },
      { type: "gift", user: id(kim), amount: 1, currency: "KRW" },
    ];
    for (const action of mayNot) expect(inShort(it.act(kim, action)), action.type).toBe(refused(ErrorCode.permissionDenied));
    expect(inShort(it.act(kim, { type: "report", offset: 2 }))).toEqual([["reported", "moderators"]]);
    expect(inShort(it.act(kim, { type: "edit", offset: 1, data: { text: "changed" } }))).toEqual([["edited", "all"]]);
    expect(inShort(it.act(kim, { type: "delete", offset: 1 }))).toEqual([["deleted", "all"]]);
  });

  test("[G1] roles are granted by owners, a gift comes from the site alone", () => {
    const it = new Stage();
    expect(inShort(it.act(moderator, { type: "grant", user: id(kim), role: "moderator" }))).toBe("permission denied");
    expect(inShort(it.act(owner, { type: "grant", user: id(kim), role: "moderator" }))).toEqual([["granted", "moderators"]]);
    expect(inShort(it.act(kim, { type: "mute", user: id(lee) }))).toEqual([["moderated", "moderators"]]);
    it.act(owner, { type: "grant", user: id(kim), role: "viewer" });
    expect(inShort(it.act(kim, { type: "unmute", user: id(lee) }))).toBe("permission denied");
    const gift = { type: "gift", user: id(kim), amount: 500, currency: "KRW" } as const;
    expect(inShort(it.act(owner, gift))).toBe("permission denied");
    expect(inShort(it.act(site, gift))).toEqual([["gifted", "all"]]);
    expect(it.room.state.totals.topSupporters()).toEqual([{ user: "kim", currency: "KRW", amount: 500 }]);
  });

  test("[G27] a gift counts once, whenever it is told of again, and whatever else the room has been through", () => {
    const it = new Stage();
    const gift = { type: "gift", user: id(kim), amount: 500, currency: "KRW" } as const;
    it.act(site, gift, "pay-1");
    it.pass(600_001).say(kim, "hi");
    expect(it.pass(31_536_000_000).act(site, gift, "pay-1")).toEqual({ kind: "repeat", offset: 1 });
    // Messages and other acts are known for their ten minutes.
    expect(inShort(it.act(site, { type: "lockdown", seconds: 1 }, "pay-1"))).toEqual([["configured", "all"]]);
    expect(it.room.state.totals.gifts).toBe(1);
    // Nobody else learns of a payment by its id.
    expect(inShort(it.act(owner, gift, "pay-1"))).toBe("permission denied");
  });

  test("[G27] a gift that the room may have forgotten is as the store says, and is not taken before it can say", () => {
    const it = new Stage();
    const gift = { type: "gift", user: id(kim), amount: 500, currency: "KRW" } as const;
    for (const text of ["a", "b", "c"]) it.say(kim, text);
    it.room.gifts.miss(3);
    const told = (id: string, stored: Stage["gift"]) => {
      it.gift = stored;
      return it.act(site, gift, id);
    };
    expect(inShort(told("pay-1", undefined))).toBe("history unavailable");
    expect(inShort(told("pay-1", { upTo: 2 }))).toBe("history unavailable");
    expect(told("pay-1", { offset: 2, upTo: 2 })).toEqual({ kind: "repeat", offset: 2 });
    // Another owner has gone on from here.
    expect(inShort(told("pay-1", { offset: 4, upTo: 4 }))).toBe("history unavailable");
    expect(inShort(told("pay-2", { upTo: 3 }))).toEqual([["gifted", "all"]]);
    // Now it knows that one by itself.
    it.pass(600_001);
    expect(told("pay-2", undefined)).toEqual({ kind: "repeat", offset: 4 });
  });

  test("[A14] a gift is of 10^12 at the most, and none is taken that could not be added up", () => {
    const it = new Stage();
    const gift = { type: "gift", user: id(kim), amount: 1e12, currency: "KRW" } as const;
    expect(Action.safeParse(gift).success).toBe(true);
    expect(Action.safeParse({ ...gift, amount: 1e12 + 1 }).success).toBe(false);
    for (let i = 0; i < 9_007; i++) it.room.state.totals.gift("kim", "KRW", 1e12);
    expect(inShort(it.act(site, gift))).toBe(refused(ErrorCode.tooMany));
    expect(it.room.state.totals.amounts.get("KRW")).toBe(9_007e12);
  });

  test("[G2] nobody moderates themselves, nor whom the room has made as high; and nobody lifts their own punishment", () => {
    const it = new Stage();
    it.act(site, { type: "grant", user: id(owner), role: "owner" });
    it.act(owner, { type: "grant", user: id(moderator), role: "moderator" });
    it.act(owner, { type: "grant", user: id(lee), role: "moderator" });
    for (const type of ["mute", "ban", "shadow", "purge", "unpurge"] as const)
      for (const whom of [owner, lee, moderator])
        expect(inShort(it.act(moderator, { type, user: id(whom) })), `${type} ${whom.user}`).toBe("permission denied");
    expect(inShort(it.act(owner, { type: "mute", user: id(moderator) }))).toEqual([["moderated", "moderators"]]);
    expect(inShort(it.act(moderator, { type: "unmute", user: id(moderator) }))).toBe("permission denied");
    expect(inShort(it.act(owner, { type: "unmute", user: id(moderator) }))).toEqual([["moderated", "moderators"]]);
    expect(inShort(it.act(site, { type: "ban", user: id(owner) }))).toEqual([["moderated", "moderators"]]);
  });

  test("[G2] a moderator does not delete what an owner says", () => {
    const it = new Stage();
    it.act(site, { type: "grant", user: id(owner), role: "owner" });
    it.say(owner, "welcome");
    it.say(moderator, "hello");
    expect(inShort(it.act(moderator, { type: "delete", offset: 2 }))).toBe("permission denied");
    expect(inShort(it.act(moderator, { type: "delete", offset: 3 }))).toEqual([["deleted", "all"]]);
  });

  test("[G2] an owner does not take another owner's role; the site does", () => {
    const it = new Stage();
    it.act(site, { type: "grant", user: id(owner), role: "owner" });
    it.act(owner, { type: "grant", user: id(kim), role: "owner" });
    expect(inShort(it.act(kim, { type: "grant", user: id(owner), role: "viewer" }))).toBe("permission denied");
    expect(inShort(it.act(site, { type: "grant", user: id(owner), role: "viewer" }))).toEqual([["granted", "moderators"]]);
  });

  test("[G2] the banned do nothing at all, staff included", () => {
    const it = new Stage();
    it.say(kim, "mine");
    it.set("ban", moderator, { seconds: 60 });
    it.set("ban", kim);
    expect(it.act(moderator, { type: "unban", user: id(kim) })).toMatchObject({
      refusal: { code: ErrorCode.banned.code, retryAfterMs: 60_000 },
    });
    expect(inShort(it.act(kim, { type: "delete", offset: 1 }))).toBe(refused(ErrorCode.banned));
    it.pass(60_000);
    expect(inShort(it.act(moderator, { type: "unban", user: id(kim) }))).toEqual([["moderated", "moderators"]]);
  });
});

describe("sanctions", () => {
  test("[G3] say who did it, when, why and until when", () => {
    const it = new Stage();
    it.act(moderator, { type: "mute", user: id(kim), seconds: 30, reason: "spam" }, "m1");
    expect(it.last.event).toEqual({
      data: { action: "mute", user: "kim", until: it.now + 30_000, reason: "spam" },
      info: { user: "mo", client: "c" },
      offset: 1,
      tags: { type: "moderated", id: "m1", time: String(it.now) },
    });
  });

  test("[G3] what is not so cannot be undone", () => {
    const it = new Stage();
    for (const type of ["unmute", "unban", "unshadow"] as const)
      expect(inShort(it.act(site, { type, user: id(kim) }))).toBe(refused(ErrorCode.notFound));
    it.set("mute", kim, { seconds: 1 });
    it.pass(1_000);
    expect(inShort(it.act(site, { type: "unmute", user: id(kim) }))).toBe(refused(ErrorCode.notFound));
  });

  test("[G3] are bounded; one more of the same user is none more, and those that are over make room", () => {
    const it = new Stage();
    for (let i = 0; i < limits.sanctions; i++) it.set("mute", { user: `u${i}` }, i === 0 ? { seconds: 10 } : {});
    expect(inShort(it.set("ban", kim))).toBe(refused(ErrorCode.tooMany));
    expect(inShort(it.set("mute", { user: "u1" }, { seconds: 5 }))).toEqual([["moderated", "moderators"]]);
    it.pass(10_000);
    expect(inShort(it.set("ban", kim))).toEqual([["moderated", "moderators"]]);
  });

  test("[G3] are bounded by what the names take, too, together with the roles that are granted", () => {
    const it = new Stage();
    const long = (n: number) => ({ user: "\u{1f600}".repeat(124) + String(n).padStart(4, "0") });
    let n = 0;
    while (inShort(it.set("ban", long(n))) !== refused(ErrorCode.tooMany)) n++;
    expect([n, it.room.state.sanctions.bytes(it.now) <= limits.sanctionBytes]).toEqual([261, true]);
    const grant = { type: "grant", user: id(long(n)), role: "member" } as const;
    expect(inShort(it.act(site, grant))).toBe(refused(ErrorCode.tooMany));
    expect(inShort(it.set("ban", long(0), { seconds: 5 }))).toEqual([["moderated", "moderators"]]);
    it.pass(5_000);
    expect(inShort(it.act(site, grant))).toEqual([["granted", "moderators"]]);
    expect(inShort(it.set("ban", long(n)))).toBe(refused(ErrorCode.tooMany));
  });
});

describe("messages", () => {
  test("[G4] a purge of all that a user said is one event, and is undone by one", () => {
    const it = new Stage();
    for (let i = 0; i < 5; i++) it.say(kim, `spam ${i}`);
    it.say(lee, "fine");
    const before = it.log.length;
    expect(inShort(it.act(moderator, { type: "purge", user: id(kim) }))).toEqual([["purged", "all"]]);
    expect(it.log.length - before).toBe(1);
    expect(it.last.event.data).toEqual({ user: "kim", upTo: 6 });
    expect(inShort(it.act(moderator, { type: "pin", offset: 3 }))).toBe(refused(ErrorCode.notFound));
    it.say(kim, "sorry");
    expect(inShort(it.act(moderator, { type: "pin", offset: 8 }))).toEqual([["pinned", "all"]]);
    expect(inShort(it.act(moderator, { type: "unpurge", user: id(kim) }))).toEqual([["restored", "all"]]);
    expect(inShort(it.act(moderator, { type: "pin", offset: 3 }))).toEqual([["pinned", "all"]]);
  });

  test("[G4] what is gone cannot be deleted, pinned, edited or reported; what is back can", () => {
    const it = new Stage();
    it.say(kim, "one");
    it.act(moderator, { type: "delete", offset: 1, reason: "rude" });
    expect(it.last.event.data).toEqual({ offset: 1, user: "kim", reason: "rude" });
    expect(inShort(it.act(moderator, { type: "delete", offset: 1 }))).toBe("no such message");
    expect(inShort(it.act(moderator, { type: "pin", offset: 1 }))).toBe("no such message");
    expect(inShort(it.act(kim, { type: "edit", offset: 1, data: {} }))).toBe("no such message");
    expect(inShort(it.act(lee, { type: "report", offset: 1 }))).toBe("no such message");
    it.act(moderator, { type: "undelete", offset: 1 });
    expect(inShort(it.act(lee, { type: "report", offset: 1 }))).toEqual([["reported", "moderators"]]);
  });

  test("[G4] what is not deleted is not brought back, nor what its author took back, nor what somebody higher deleted", () => {
    const it = new Stage();
    it.act(site, { type: "grant", user: id(owner), role: "owner" });
    it.act(owner, { type: "grant", user: id(moderator), role: "moderator" });
    it.say(kim, "one");
    const { offset } = it.last.event;
    const [remove, back] = [{ type: "delete", offset } as const, { type: "undelete", offset } as const];
    expect(inShort(it.act(moderator, back))).toBe("no such message");
    it.act(kim, remove);
    for (const by of [moderator, owner]) expect(inShort(it.act(by, back)), by.user).toBe("no such message");
    expect(inShort(it.act(site, back))).toEqual([["restored", "all"]]);
    for (const by of [owner, site]) {
      it.act(by, remove);
      expect(inShort(it.act(moderator, back)), by.user).toBe("permission denied");
      expect(inShort(it.act(by, back)), by.user).toEqual([["restored", "all"]]);
    }
    it.act(moderator, remove);
    expect(inShort(it.act(moderator, back))).toEqual([["restored", "all"]]);
  });

  test("[G4] where nobody remembers who deleted it, whose it is counts", () => {
    const it = new Stage();
    it.act(site, { type: "grant", user: id(owner), role: "owner" });
    it.say(kim, "one");
    it.say(owner, "two");
    for (const offset of [2, 3]) it.room.state.changes.delete(offset);
    expect(inShort(it.act(moderator, { type: "undelete", offset: 3 }))).toBe("permission denied");
    expect(inShort(it.act(moderator, { type: "undelete", offset: 2 }))).toEqual([["restored", "all"]]);
  });

  test("[G4] only messages are meant: no other event, and nothing that is not there", () => {
    const it = new Stage();
    it.configure({ links: false });
    for (const offset of [1, 2])
      for (const type of ["delete", "undelete", "pin", "report"] as const)
        expect(inShort(it.act(moderator, { type, offset })), `${type} ${offset}`).toBe("no such message");
  });

  test("[G5] an author edits within the window, and nobody else does", () => {
    const it = new Stage().configure({ editWindowMs: 10_000 });
    it.say(kim, "teh");
    expect(inShort(it.act(moderator, { type: "edit", offset: 2, data: { text: "the" } }))).toBe("no such message");
    it.pass(10_000);
    expect(inShort(it.act(kim, { type: "edit", offset: 2, data: { text: "the\u0000" } }))).toEqual([["edited", "all"]]);
    expect(it.last.event.data).toEqual({ offset: 2, data: { text: "the" } });
    it.pass(limits.editEveryMs);
    expect(inShort(it.act(kim, { type: "edit", offset: 2, data: { text: "late" } }))).toBe(refused(ErrorCode.editTooLate));
    it.configure({ editWindowMs: 0 });
    it.say(kim, "for ever");
    const { offset } = it.last.event;
    expect(inShort(it.act(kim, { type: "edit", offset, data: {} }))).toBe(refused(ErrorCode.editTooLate));
  });

  test("[G5] the new words are judged as a message is, though they are not repeated, and not too soon after it", () => {
    const it = new Stage().configure({ slowModeMs: 60_000, uniqueChat: true, links: false });
    it.say(kim, "hello");
    const edit = (text: string) => inShort(it.act(kim, { type: "edit", offset: 2, data: { text } }));
    expect(edit("hello")).toEqual([["edited", "all"]]);
    it.pass(60_000);
    expect(edit("see https://spam.example")).toBe(refused(ErrorCode.noLinks));
    it.judge = (text) => (text === "bad" ? { action: "mask", masked: "***", matches: [] } : { action: "hold", matches: [] });
    expect(edit("bad")).toEqual([["edited", "all"]]);
    expect(it.last.event.data).toEqual({ offset: 2, data: { text: "***" } });
    it.pass(60_000);
    expect(edit("doubtful")).toBe(refused(ErrorCode.wordBanned));
    it.judge = () => ({ action: "reject", matches: [] });
    expect(edit("worse")).toBe(refused(ErrorCode.wordBanned));
    it.review = "decline";
    expect(edit("x")).toBe(refused(ErrorCode.declined));
    it.set("mute", kim);
    expect(edit("y")).toBe(refused(ErrorCode.muted));
  });

  test("[G5] a user edits once in two seconds, and once in the time of slow mode; staff as it likes", () => {
    const it = new Stage();
    it.say(kim, "teh");
    it.say(moderator, "teh");
    const edit = (by: Person, offset: number) => it.act(by, { type: "edit", offset, data: { text: "the" } });
    expect(inShort(edit(kim, 1))).toEqual([["edited", "all"]]);
    it.pass(500);
    expect(edit(kim, 1)).toMatchObject({ refusal: { ...ErrorCode.slowMode, retryAfterMs: limits.editEveryMs - 500 } });
    for (let i = 0; i < 3; i++) expect(inShort(edit(moderator, 2))).toEqual([["edited", "all"]]);
    it.pass(limits.editEveryMs - 500);
    expect(inShort(edit(kim, 1))).toEqual([["edited", "all"]]);
    it.configure({ slowModeMs: 10_000 });
    it.pass(limits.editEveryMs);
    expect(edit(kim, 1)).toMatchObject({ refusal: { ...ErrorCode.slowMode, retryAfterMs: 10_000 - limits.editEveryMs } });
  });

  test("[G5] to edit what was left out of a flood shows it to nobody else", () => {
    const it = new Stage().configure({ samplePerS: 1 });
    it.say(kim, "1");
    it.say(kim, { text: "2", mentions: ["lee"] });
    expect(inShort(it.act(kim, { type: "edit", offset: 3, data: { text: "x" } }))).toEqual([["edited", "skipped"]]);
    expect(it.last.mentions).toEqual(["lee"]);
  });

  test("[G5] what becomes of a shadowed message only its readers see; a shadowed author changes nothing that all see", () => {
    const it = new Stage();
    it.say(kim, "before");
    it.set("shadow", kim);
    it.say(kim, "after");
    expect(it.last.lane).toBe("shadow");
    expect(inShort(it.act(kim, { type: "edit", offset: 1, data: { text: "spam" } }))).toBe(refused(ErrorCode.editTooLate));
    expect(inShort(it.act(kim, { type: "edit", offset: 3, data: { text: "spam" } }))).toEqual([["edited", "shadow"]]);
    expect(inShort(it.act(kim, { type: "delete", offset: 3 }))).toEqual([["deleted", "shadow"]]);
  });

  test("[G6] a message that is for few is not shown to all: not by a pin, an edit or an approval", () => {
    const it = new Stage();
    it.set("shadow", kim, { seconds: 60 });
    it.say(kim, "shadowed");
    expect(inShort(it.act(moderator, { type: "pin", offset: 2 }))).toBe("no such message");
    expect(inShort(it.act(moderator, { type: "approve", offset: 2 }))).toBe("no such message");
    it.judge = () => ({ action: "hold", matches: [] });
    it.say(lee, "held");
    it.say(kim, "shadowed and held");
    expect(inShort(it.act(moderator, { type: "pin", offset: 3 }))).toBe("no such message");
    it.judge = () => ({ action: undefined, matches: [] });
    expect(inShort(it.act(lee, { type: "edit", offset: 3, data: { text: "x" } }))).toBe("no such message");
    it.pass(59_999);
    const shown = it.act(moderator, { type: "approve", offset: 4 });
    expect(inShort(shown)).toEqual([
      ["posted", "shadow"],
      ["approved", "moderators"],
    ]);
    it.pass(1);
    expect(inShort(it.act(kim, { type: "edit", offset: 2, data: { text: "x" } }))).toEqual([["edited", "shadow"]]);
    expect(inShort(it.act(moderator, { type: "pin", offset: 5 }))).toBe("no such message");
  });

  test("[G4] what becomes of a message that was skipped, or of one part of the audience, everybody hears", () => {
    const it = new Stage().configure({ samplePerS: 1, shardCapacity: 10 });
    it.say(kim, "1");
    it.say(kim, "2");
    expect(it.last.lane).toBe("skipped");
    expect(inShort(it.act(kim, { type: "delete", offset: 3 }))).toEqual([["deleted", "all"]]);
    it.room.state.shards = 4;
    it.say(kim, "3");
    expect(it.last.lane).toMatch(/^shard:[0-3]$/);
    const { offset } = it.last.event;
    expect(inShort(it.act(kim, { type: "edit", offset, data: { text: "x" } }))).toEqual([["edited", "all"]]);
  });

  test("[G6] at most three are pinned, a second pin of one is none more, and a pin shows its message", () => {
    const it = new Stage();
    for (const text of ["a", "b", "c", "d"]) it.say(kim, text);
    for (const offset of [1, 2, 3]) expect(inShort(it.act(moderator, { type: "pin", offset }))).toEqual([["pinned", "all"]]);
    expect(it.last.event.data).toMatchObject({ offset: 3, message: { data: { text: "c" }, info: { user: "kim" } } });
    expect(inShort(it.act(moderator, { type: "pin", offset: 4 }))).toBe(refused(ErrorCode.tooMany));
    expect(inShort(it.act(moderator, { type: "pin", offset: 2 }))).toEqual([["pinned", "all"]]);
    expect(it.room.state.pins).toEqual([1, 3, 2]);
    expect(inShort(it.act(moderator, { type: "unpin", offset: 1 }))).toEqual([["unpinned", "all"]]);
    expect(inShort(it.act(moderator, { type: "unpin", offset: 1 }))).toBe("no such message");
    expect(inShort(it.act(moderator, { type: "pin", offset: 4 }))).toEqual([["pinned", "all"]]);
    it.act(moderator, { type: "delete", offset: 4 });
    expect(it.room.state.pins).toEqual([3, 2]);
  });
});

describe("what waits for a moderator", () => {
  test("[G7] a held message is shown by one approval: posted anew with its own id, and answered with one place", () => {
    const it = new Stage();
    it.judge = () => ({ action: "hold", matches: [] });
    expect(it.say(kim, { text: "hmm", mentions: ["lee"] }, "k1")).toMatchObject({ held: true });
    expect(it.last).toMatchObject({ lane: "moderators", event: { tags: { type: "held" } } });
    expect(inShort(it.act(kim, { type: "approve", offset: 1 }))).toBe("permission denied");
    const approval = it.act(moderator, { type: "approve", offset: 1 }, "m1");
    expect(inShort(approval)).toEqual([
      ["posted", "all"],
      ["approved", "moderators"],
    ]);
    expect(it.log[1]).toMatchObject({
      event: { data: { text: "hmm" }, info: { user: "kim" }, offset: 2, tags: { id: "k1", held: "1" } },
      mentions: ["lee"],
    });
    expect(it.act(moderator, { type: "approve", offset: 1 }, "m1")).toEqual({ kind: "repeat", offset: 3 });
    expect(it.say(kim, "hmm", "k1")).toEqual({ kind: "repeat", offset: 2 });
    expect(inShort(it.act(moderator, { type: "approve", offset: 1 }))).toBe("no such message");
    expect(it.room.state.totals.comments).toBe(1);
  });

  test("[G7] a denied one waits no more, and may still be let through, once", () => {
    const it = new Stage();
    it.judge = () => ({ action: "hold", matches: [] });
    it.say(kim, "a", "k1");
    expect(inShort(it.act(moderator, { type: "deny", offset: 1 }))).toEqual([["denied", "moderators"]]);
    expect(inShort(it.act(moderator, { type: "deny", offset: 1 }))).toBe("no such message");
    const approved = [
      ["posted", "all"],
      ["approved", "moderators"],
    ];
    expect(inShort(it.act(moderator, { type: "approve", offset: 1 }))).toEqual(approved);
    for (const type of ["approve", "deny"] as const)
      expect(inShort(it.act(moderator, { type, offset: 1 }))).toBe("no such message");
    expect(it.say(kim, "a", "k1")).toEqual({ kind: "repeat", offset: 3 });
  });

  test("[G7] one is not shown in a room that has ended", () => {
    const it = new Stage();
    it.judge = () => ({ action: "hold", matches: [] });
    it.say(kim, "a");
    it.say(kim, "b");
    it.act(owner, { type: "room", state: "ended" });
    expect(inShort(it.act(moderator, { type: "approve", offset: 2 }))).toBe(refused(ErrorCode.notOpen));
  });

  test("[G7] that it was let through is not the moment at which its author spoke", () => {
    const it = new Stage().configure({ slowModeMs: 10_000 });
    it.judge = () => ({ action: "hold", matches: [] });
    it.say(kim, "a");
    it.pass(9_000);
    it.act(moderator, { type: "approve", offset: 2 });
    it.pass(1_000);
    it.judge = () => ({ action: undefined, matches: [] });
    expect(inShort(it.say(kim, "b"))).toEqual([["posted", "all"]]);
  });

  test("[G8] a report waits until it is resolved", () => {
    const it = new Stage();
    it.say(kim, "rude");
    it.act(lee, { type: "report", offset: 1, reason: "rude" });
    expect(it.last.event.data).toEqual({ offset: 1, user: "kim", reason: "rude" });
    expect(it.room.state.toStored()).toMatchObject({ reports: [2], reported: [[1, expect.any(Number)]] });
    expect(inShort(it.act(moderator, { type: "resolve", offset: 1 }))).toBe("no such message");
    expect(inShort(it.act(moderator, { type: "resolve", offset: 2 }))).toEqual([["resolved", "moderators"]]);
    expect(inShort(it.act(moderator, { type: "resolve", offset: 2 }))).toBe("no such message");
  });
});

describe("reports", () => {
  const report = (it: Stage, offset: number, by = lee) => it.act(by, { type: "report", offset });

  test("[G8] one user has one open of each message, and so many in all; the site has as many as there are", () => {
    const it = new Stage();
    for (let i = 0; i <= limits.reportsPerUser; i++) it.say(kim, `rude ${i}`);
    for (let offset = 1; offset <= limits.reportsPerUser; offset++) {
      expect(inShort(report(it, offset))).toEqual([["reported", "moderators"]]);
      it.pass(limits.reportEveryMs);
      if (offset === 1) expect(inShort(report(it, 1))).toBe(refused(ErrorCode.tooMany));
    }
    const first = limits.reportsPerUser + 2;
    expect(inShort(report(it, limits.reportsPerUser + 1))).toBe(refused(ErrorCode.tooMany));
    for (const by of [member, site, site]) expect(inShort(report(it, 1, by)), by.user).toEqual([["reported", "moderators"]]);
    it.act(moderator, { type: "resolve", offset: first });
    expect(inShort(report(it, 1))).toEqual([["reported", "moderators"]]);
  });

  test("[G8] one user reports once in two seconds; staff as it likes", () => {
    const it = new Stage();
    for (const text of ["a", "b"]) it.say(kim, text);
    report(it, 1);
    it.pass(500);
    expect(report(it, 2)).toMatchObject({ refusal: { ...ErrorCode.slowMode, retryAfterMs: limits.reportEveryMs - 500 } });
    for (const offset of [1, 2]) expect(inShort(report(it, offset, moderator))).toEqual([["reported", "moderators"]]);
    it.pass(limits.reportEveryMs - 500);
    expect(inShort(report(it, 2))).toEqual([["reported", "moderators"]]);
  });
});

describe("the room itself", () => {
  test("[G9] a lockdown ends by itself, or when it is told to", () => {
    const it = new Stage();
    it.act(moderator, { type: "lockdown", seconds: 30 });
    expect(it.say(kim, "a")).toMatchObject({ refusal: { code: ErrorCode.frozen.code, retryAfterMs: 30_000 } });
    expect(inShort(it.say(moderator, "calm down"))).toEqual([["posted", "all"]]);
    it.pass(30_000);
    expect(inShort(it.say(kim, "b"))).toEqual([["posted", "all"]]);
    it.act(moderator, { type: "lockdown", seconds: 30 });
    it.act(moderator, { type: "lockdown", seconds: 0 });
    expect(inShort(it.say(kim, "c"))).toEqual([["posted", "all"]]);
  });

  test("[G10] a room that has ended is for reading; staff still deletes, and it may be opened again", () => {
    const it = new Stage();
    it.say(kim, "a");
    expect(inShort(it.act(owner, { type: "room", state: "ended" }))).toEqual([["closed", "all"]]);
    for (const by of [kim, moderator, owner, site]) expect(inShort(it.say(by, "b"))).toBe(refused(ErrorCode.notOpen));
    expect(inShort(it.act(kim, { type: "edit", offset: 1, data: {} }))).toBe(refused(ErrorCode.notOpen));
    expect(inShort(it.act(moderator, { type: "delete", offset: 1 }))).toEqual([["deleted", "all"]]);
    expect(inShort(it.act(owner, { type: "room", state: "open" }))).toEqual([["opened", "all"]]);
    expect(inShort(it.say(kim, "c"))).toEqual([["posted", "all"]]);
  });

  test("[G10] the first opening of a room that was never scheduled is an event; a second says nothing", () => {
    const it = new Stage();
    expect(inShort(it.act(owner, { type: "room", state: "open", title: "Show" }))).toEqual([["opened", "all"]]);
    expect(it.room.state).toMatchObject({ title: "Show", openedAt: it.now });
    expect(inShort(it.act(owner, { type: "room", state: "open" }))).toBe("no such message");
    expect(inShort(it.act(owner, { type: "room", title: "New" }))).toEqual([["configured", "all"]]);
  });

  test("[P2] a title and a reason are put in order as comments are: anybody may start a room, and report", () => {
    const it = new Stage();
    it.act(owner, { type: "room", state: "open", title: "Cafe\u0301 \u202egnp.exe\u001b[2J\ud800" });
    expect(it.room.state.title).toBe("Café gnp.exe[2J\ufffd");
    it.say(kim, "a");
    const reported = it.act(lee, { type: "report", offset: 2, reason: "\u2066spam\u0007" });
    expect(reported).toMatchObject({ events: [{ event: { data: { reason: "spam" } } }] });
  });

  test("[G11] settings are changed one by one, and whom the site asks is for the site to say", () => {
    const it = new Stage();
    const review = { url: "http://127.0.0.1/", failOpen: true };
    expect(inShort(it.act(owner, { type: "configure", settings: { review } }))).toBe("permission denied");
    expect(inShort(it.act(owner, { type: "configure", settings: {} }))).toBe("bad request");
    it.configure({ review });
    it.act(moderator, { type: "configure", settings: { slowModeMs: 5 } });
    expect(it.room.state.settings).toMatchObject({ review, slowModeMs: 5, links: true });
  });
});

describe("an act", () => {
  test("[M1] that is repeated has the place of the first try, whoever the room is by then; the site's, too", () => {
    const it = new Stage();
    const mute = { type: "mute", user: id(kim) } as const;
    it.act(moderator, mute, "x");
    it.act(site, mute, "x");
    it.act(site, { type: "gift", user: id(kim), amount: 1, currency: "KRW" }, "pay-1");
    expect(it.act(moderator, mute, "x")).toEqual({ kind: "repeat", offset: 1 });
    expect(it.act(site, mute, "x")).toEqual({ kind: "repeat", offset: 2 });
    expect(it.act(site, { type: "gift", user: id(lee), amount: 9, currency: "KRW" }, "pay-1")).toEqual({
      kind: "repeat",
      offset: 3,
    });
    expect(it.act(owner, mute, "x")).toMatchObject({ kind: "append" });
  });
});
