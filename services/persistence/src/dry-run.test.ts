import { limits, type RoomId, type WordList } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { dryRun, type Judge } from "./dry-run.ts";
import { startJudgeThread } from "./judge-thread.ts";
import type { StoredEvent } from "./store/message-store.ts";
import { SqliteStore } from "./store/sqlite-store.ts";

describe("a dry run", () => {
  test("tells what a list would have stopped of the last minutes, and of nothing else", async () => {
    const store = await storeOf([
      said(1, "an apple, long ago", 0),
      said(2, "an apple", 290_000),
      said(3, "nothing", 300_000),
      { ...said(4, "an apple that waits", 301_000), type: "held" },
      said(5, "b4nana and apple", 302_000),
      { ...said(6, "", 303_000), line: '{"data":{}}' },
      said(7, "cherry", 600_000),
    ]);
    const reply = await dryRun(
      { store, startJudge: startJudgeThread, now: () => 0 },
      { v: 1, room, lists: [fruits], minutes: 6 },
    );
    expect(reply).toEqual({
      v: 1,
      ok: true,
      messages: 5,
      cut: false,
      stopped: { mask: 1, hold: 1, reject: 1 },
      found: [
        { offset: 2, user: "ann", text: "an apple", action: "mask", matches: [{ pattern: "apple", start: 3, end: 8 }] },
        {
          offset: 5,
          user: "ann",
          text: "b4nana and apple",
          action: "reject",
          matches: [
            { pattern: "banana", start: 0, end: 6 },
            { pattern: "apple", start: 11, end: 16 },
          ],
        },
        { offset: 7, user: "ann", text: "cherry", action: "hold", matches: [{ pattern: "cherry", start: 0, end: 6 }] },
      ],
    });
  });

  test("judges a bounded number, the newest, shows the first hundred, and says so", async () => {
    const count = limits.dryRunMessages + 500;
    const store = await storeOf(Array.from({ length: count }, (_, i) => said(i + 1, "apple", i)));
    const reply = await dryRun({ store, startJudge: () => always, now: () => 0 }, { v: 1, room, lists: [fruits], minutes: 60 });
    expect(reply).toMatchObject({ messages: limits.dryRunMessages, cut: true, stopped: { mask: limits.dryRunMessages } });
    expect(reply.ok && reply.found.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, i) => 501 + i));
  });

  test("ends in time, and says so", async () => {
    const store = await storeOf(Array.from({ length: 1_000 }, (_, i) => said(i + 1, "apple", i)));
    let now = 0;
    const judge: Judge["judge"] = (texts) => {
      now += limits.dryRunMs / 2;
      return always.judge(texts);
    };
    const reply = await dryRun(
      { store, startJudge: () => ({ ...always, judge }), now: () => now },
      { v: 1, room, lists: [], minutes: 60 },
    );
    expect(reply).toMatchObject({ messages: 500, cut: true });
  });

  test("of a room that is empty or unknown finds nothing", async () => {
    const reply = await dryRun(
      { store: await storeOf([]), startJudge: () => always, now: () => 0 },
      { v: 1, room, lists: [], minutes: 1 },
    );
    expect(reply).toMatchObject({ ok: true, messages: 0, cut: false });
  });

  test("takes less than 50 ms of the loop, however long the lists", async () => {
    const rules = Array.from({ length: limits.wordRules }, (_, i) => ({
      pattern: Array.from({ length: limits.wordLength }, (_, j) =>
        String.fromCharCode(0xac00 + ((i * 37 + j * 101) % 11_000)),
      ).join(""),
      match: "substring" as const,
      action: "reject" as const,
    }));
    const judge = startJudgeThread([{ v: 1, rules, allow: [] }]);
    // Processor time, since a machine with much to do holds up everybody.
    const before = process.threadCpuUsage();
    await judge.judge(Array.from({ length: 250 }, (_, i) => `안녕하세요 여러분 ${i}`));
    const { user, system } = process.threadCpuUsage(before);
    await judge.close();
    expect((user + system) / 1_000).toBeLessThan(50);
  });

  test("a judge that dies fails, and is not waited for", async () => {
    const judge = startJudgeThread([null as unknown as WordList]);
    await expect(judge.judge(["a"])).rejects.toThrow();
    await expect(judge.judge(["a"])).rejects.toThrow("gone");
    await judge.close();
  });
});

const room = "live:tried" as RoomId;
const fruits: WordList = {
  v: 1,
  rules: [
    { pattern: "apple", match: "word", action: "mask" },
    { pattern: "banana", match: "word", action: "reject" },
    { pattern: "cherry", match: "word", action: "hold" },
  ],
  allow: [],
};
const always: Judge = {
  judge: async (texts) => texts.map(() => ({ action: "mask", matches: [] })),
  close: async () => {},
};

function said(offset: number, text: string, time: number): StoredEvent {
  const line = JSON.stringify({ data: { text } });
  return { offset, type: "posted", author: "ann", messageId: "m", time, line, lane: "all", mentions: [] };
}

async function storeOf(events: readonly StoredEvent[]): Promise<SqliteStore> {
  const store = new SqliteStore(":memory:");
  const head = events.at(-1)?.offset ?? 0;
  await store.apply([{ room, epoch: "e", head, time: 1, events, totals: [] }], undefined);
  return store;
}
