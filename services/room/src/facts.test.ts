import { type ActCommand, type Action, type Line, limits, MessageId, RoomId, type SendCommand, site } from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import { createLogger } from "@madang/runtime";
import { describe, expect, test } from "vitest";
import type { StoredGift } from "./decision.ts";
import { Facts } from "./facts.ts";
import { type Asked, Reviews, type ReviewVerdict } from "./reviews.ts";
import { kim, lee, moderator, type Person, Stage, speaker } from "./test-stage.ts";

const room = RoomId.parse("live:facts");

class ToldReviews extends Reviews {
  readonly asked: Asked[] = [];
  override async ask(_: unknown, asked: Asked): Promise<ReviewVerdict> {
    this.asked.push(asked);
    return "hold";
  }
}

function facts(
  stage: Stage,
  find: (offset: number) => Promise<Line | undefined> = async (offset) => stage.line(offset),
  gift: StoredGift = { upTo: 0 },
) {
  const reviews = new ToldReviews(createLogger("test", "silent"));
  const asked: string[] = [];
  const findGift = async (_: RoomId, id: MessageId) => {
    asked.push(id);
    return gift;
  };
  return { it: new Facts({ id: room, room: stage.room, find: (_, offset) => find(offset), findGift, reviews }), reviews, asked };
}

const act = (by: Person, action: Action): ActCommand => ({
  ...{ v: 1, command: "act", by: speaker(by), id: MessageId.parse("x"), action },
});
const send = ({ user, role = "viewer" }: Person): SendCommand => ({
  ...{ v: 1, command: "send", author: user as never, id: MessageId.parse("x"), data: { text: "hi" }, role },
});
const reviewed = { review: { url: "http://127.0.0.1/", failOpen: true } };

describe("what a room finds out first", () => {
  test("what an act is about, as it reads now", async () => {
    const stage = new Stage();
    stage.say(kim, "teh");
    stage.act(kim, { type: "edit", offset: 1, data: { text: "the" } });
    const { it } = facts(stage);
    const pin = act(moderator, { type: "pin", offset: 1 });
    expect(it.needed(pin)).toBe(true);
    expect(await it.gather(pin)).toMatchObject({ target: { offset: 1, author: "kim", publication: { data: { text: "the" } } } });
    expect((await it.gather(act(moderator, { type: "pin", offset: 9 }))).target).toBeUndefined();
    expect(it.needed(act(moderator, { type: "lockdown", seconds: 1 }))).toBe(false);
  });

  test("what the site's review says of a message and of an edit, unless staff speaks, or nobody is asked", async () => {
    const stage = new Stage();
    const { it, reviews } = facts(stage);
    expect(it.needed(send(kim))).toBe(false);
    stage.configure(reviewed);
    stage.say(kim, "hi");
    expect([it.needed(send(kim)), it.needed(send(moderator))]).toEqual([true, false]);
    expect(await it.gather(send(kim))).toEqual({ review: "hold" });
    const edit = { type: "edit", offset: 2, data: { text: "worse" } } as const;
    expect(await it.gather(act(kim, edit))).toMatchObject({ review: "hold", target: { offset: 2 } });
    expect((await it.gather(act(moderator, edit))).review).toBeUndefined();
    // Nor is anybody asked about the edit of what is another's.
    expect((await it.gather(act(lee, edit))).review).toBeUndefined();
    expect(reviews.asked).toEqual([
      { room, user: "kim", data: { text: "hi" } },
      { room, user: "kim", data: { text: "worse" } },
    ]);
  });

  test("[G27] whether the store knows a gift, where the room may have forgotten some, and of no other act", async () => {
    const stage = new Stage();
    const { it, asked } = facts(stage, undefined, { offset: 3, upTo: 9 });
    const gift = act(site, { type: "gift", user: "kim" as never, amount: 1, currency: "KRW" });
    expect(it.needed(gift)).toBe(false);
    stage.room.gifts.miss(5);
    expect([it.needed(gift), it.needed(act(moderator, { type: "lockdown", seconds: 1 }))]).toEqual([true, false]);
    expect(await it.gather(gift)).toEqual({ gift: { offset: 3, upTo: 9 } });
    expect(asked).toEqual(["x"]);
  });

  test("so many at a time; one more is told to come again, and there is place when one is answered", async () => {
    const answers: (() => void)[] = [];
    const { it } = facts(new Stage(), () => new Promise((resolve) => answers.push(() => resolve(undefined))));
    const pin = act(moderator, { type: "pin", offset: 1 });
    const waiting = Array.from({ length: limits.targetsAtOnce }, () => it.gather(pin));
    await expect(it.gather(pin)).rejects.toThrow(LogUnavailable);
    for (const answer of answers.splice(0)) answer();
    await Promise.all(waiting);
    const more = it.gather(pin);
    answers[0]?.();
    await expect(more).resolves.toEqual({});
  });

  test("a place is given back, too, by one that failed", async () => {
    const { it } = facts(new Stage(), async () => Promise.reject(new LogUnavailable("away")));
    const pin = act(moderator, { type: "pin", offset: 1 });
    for (let i = 0; i <= limits.targetsAtOnce; i++) await expect(it.gather(pin)).rejects.toThrow("away");
  });
});
