import type { RoomAnswer } from "@madang/bus";
import { NoResponders, RequestTimeout } from "@madang/bus";
import { decodeJson, encodeJson, LettersQuery, type LettersReply, type StoredLetter } from "@madang/contracts";
import { describe, expect, test, vi } from "vitest";
import { DeadLettersDesk } from "./dead-letters.ts";

const command = { v: 1, command: "send", author: "kim", id: "m1", info: { user: "kim", client: "c" }, data: { text: "hi" } };
const base64 = (value: string | Buffer) => Buffer.from(value).toString("base64");
const letter = (more: Partial<StoredLetter> = {}): StoredLetter => ({
  ...{ v: 1, source: "room", room: "live:a", reason: "a bug", body: base64(JSON.stringify(command)) },
  ...more,
});

/** Persistence that answers as told, and a room that does. */
function desk(answer: (query: LettersQuery) => LettersReply | Error, room: RoomAnswer = { kind: "unavailable" }) {
  const asked: LettersQuery[] = [];
  const request = async (_: string, data: Uint8Array) => {
    const query = decodeJson(LettersQuery, data);
    asked.push(query);
    const reply = answer(query);
    if (reply instanceof Error) throw reply;
    return encodeJson({ ...reply });
  };
  const ask = vi.fn(async () => room);
  const logger = { info: vi.fn() };
  return {
    here: new DeadLettersDesk({ bus: { request }, rooms: { ask } as never, logger: logger as never }),
    asked,
    ask,
    logger,
  };
}

const shown =
  (stored?: StoredLetter) =>
  (query: LettersQuery): LettersReply =>
    query.ask === "show"
      ? { v: 1, kind: "letter", id: query.id, time: 5, ...(stored && { letter: stored }) }
      : { v: 1, kind: "tried", done: query.ask === "remove", detail: "as the store says" };
const committed: RoomAnswer = { v: 1, kind: "committed", epoch: "e", offset: 4, duplicate: false };

describe("dead letters", () => {
  test("[O5] are listed from the newest, and go on after the last of a full page", async () => {
    const entries = [9, 8].map((id) => ({ id, time: 1 }));
    const { here, asked } = desk(() => ({ v: 1, kind: "list", letters: entries }));
    expect(await here.list({ limit: 2 })).toEqual({ letters: entries, next: 8 });
    expect(await here.list({ after: 10, limit: 3 })).toEqual({ letters: entries });
    expect(asked).toMatchObject([
      { ask: "list", limit: 2 },
      { before: 10, limit: 3 },
    ]);
  });

  test("[O6] are shown as text where they are text, as bytes where not, and without a body where nobody can read them", async () => {
    const show = (stored?: StoredLetter) => desk(shown(stored)).here.show(3);
    const text = await show(letter());
    expect(text).toMatchObject({ id: 3, time: 5, letter: { source: "room", bytes: JSON.stringify(command).length } });
    expect(text.body).toEqual({ encoding: "utf8", data: JSON.stringify(command) });
    expect(text.letter).not.toHaveProperty("body");
    const bytes = base64(Buffer.from([0xff, 1]));
    expect((await show(letter({ body: bytes }))).body).toEqual({ encoding: "base64", data: bytes });
    expect(await show()).toEqual({ id: 3, time: 5 });
  });

  test("[O7] with a command go to its room, and are removed once it is there", async () => {
    const { here, asked, ask, logger } = desk(shown(letter()), committed);
    expect(await here.replay(3, "user:olga")).toEqual({ id: 3, done: true, detail: "committed: live:a at 4" });
    expect(ask).toHaveBeenCalledWith("live:a", command);
    expect(asked.map((query) => query.ask)).toEqual(["show", "remove"]);
    expect(logger.info.mock.calls).toEqual([
      [{ letter: 3, room: "live:a", by: "user:olga", done: true }, "dead letter tried again"],
    ]);
  });

  test.each<[RoomAnswer, string]>([
    [{ v: 1, kind: "refused", refusal: { code: 1100, message: "banned", temporary: false } }, "live:a refuses it: banned"],
    [{ kind: "unavailable" }, "nobody takes it for live:a"],
    [{ kind: "unknown" }, "the owner of live:a does not say whether it is stored"],
  ])("[O7] with a command that its room does not take stay: %o", async (answer, detail) => {
    const { here, asked } = desk(shown(letter()), answer);
    expect(await here.replay(3, "x")).toEqual({ id: 3, done: false, detail });
    expect(asked.map((query) => query.ask)).toEqual(["show"]);
  });

  test("[O7] of the projector, and those that are cut or no letters, are left to the store", async () => {
    for (const stored of [letter({ source: "projector" }), letter({ cut: true }), undefined]) {
      const { here, asked, ask } = desk(shown(stored), committed);
      expect(await here.replay(3, "x")).toEqual({ id: 3, done: false, detail: "as the store says" });
      expect(asked).toMatchObject([{ ask: "show" }, { ask: "replay", id: 3, by: "x" }]);
      expect(ask).not.toHaveBeenCalled();
    }
  });

  test("[O7] that name no room, or hold no command, stay", async () => {
    const details = [];
    for (const stored of [letter({ room: "no such" }), letter({ body: base64("{}") })])
      details.push((await desk(shown(stored), committed).here.replay(3, "x")).detail);
    expect(details).toEqual(["it names no room", "it is no command that this version knows"]);
  });

  test("[O6] [O7] that are not there are not found, and while nobody can say, that is a temporary error", async () => {
    const { here } = desk(() => ({ v: 1, kind: "none" }));
    for (const asking of [here.show(3), here.replay(3, "x")])
      await expect(asking).rejects.toMatchObject({ reply: { code: 1112, temporary: false } });
    for (const trouble of [{ v: 1 as const, kind: "unavailable" as const }, new NoResponders("no"), new RequestTimeout("late")]) {
      const { here } = desk(() => trouble);
      for (const asking of [here.show(3), here.replay(3, "x"), here.list({ limit: 5 })])
        await expect(asking).rejects.toMatchObject({ reply: { code: 1003, temporary: true } });
    }
  });
});
