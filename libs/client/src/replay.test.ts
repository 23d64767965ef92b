import { eventually, seeded } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { Replay } from "./replay.ts";
import { ReplayBuffer, type ReplayEntry } from "./replay-buffer.ts";

const minute = 60_000;
const startedAt = 1_700_000_000_000;
const comment = (offset: number, at: number, type = "posted", data: object = { text: `text ${offset}` }): ReplayEntry => ({
  at,
  publication: { data, offset, info: { user: "kim" }, tags: { type, id: `id${offset}`, time: String(startedAt + at) } },
});

/** A broadcast as the server tells it, in pages. */
function broadcast(
  entries: readonly ReplayEntry[],
  { pageSize = 7, after: later = [] as { tags: Record<string, string> }[] } = {},
) {
  const asked: { from: number }[] = [];
  const last = entries.findLast(({ publication }) => publication !== undefined)?.publication as { tags: Record<string, string> };
  const ask = async (method: string, { from = 0, to = Number.POSITIVE_INFINITY, after = 0 }: Record<string, number>) => {
    expect(method).toBe("replay");
    asked.push({ from });
    const inWindow = entries.filter(({ at }) => at >= from && at < to);
    const hearts = entries.findLast((entry) => entry.at < from && entry.hearts !== undefined)?.hearts ?? {};
    const opening = from > 0 && after === 0 ? [{ at: from, hearts, pins: [], gifts: {} }] : [];
    const page = inWindow.slice(after, after + pageSize);
    return { entries: [...opening, ...page], ...(inWindow.length > after + pageSize ? { next: after + pageSize } : {}) };
  };
  const replay = new Replay({
    room: "live:concert",
    caller: { ask } as never,
    me: () => "me",
    history: async () => [...later.map(({ tags }) => ({ data: {}, tags })), { data: {}, tags: last.tags }],
  });
  return { replay, asked };
}

const offsets = (replay: { entriesUntil(at: number): readonly unknown[] }, at: number) =>
  replay.entriesUntil(at).map((entry) => (entry as { offset: number }).offset);
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i);

describe("a replay", () => {
  // A comment a second for five minutes, and a heart every ten seconds.
  const entries = Array.from({ length: 300 }, (_, n) => [
    comment(n + 1, n * 1_000),
    ...(n % 10 === 0 ? [{ at: n * 1_000, hearts: { "❤️": n / 10 + 1 } }] : []),
  ]).flat();

  test("[H8] shows at any time what had been said by then, and reads the next window before it is needed", async () => {
    const { replay, asked } = broadcast(entries);
    await replay.seek(0);
    expect(offsets(replay, 0)).toEqual([1]);
    await eventually(() => expect(offsets(replay, 9_500)).toEqual(upTo(10)));
    await eventually(() => expect(asked.some(({ from }) => from === minute)).toBe(true));
    // As a player goes on.
    for (let at = 10_000; at < 4 * minute; at += 10_000)
      await eventually(() => expect(offsets(replay, at)).toEqual(upTo(at / 1_000 + 1)));
  });

  test("[H8] a jump shows what was said shortly before, with the totals by then; a jump back reads again", async () => {
    const { replay } = broadcast(entries);
    await replay.seek(3.5 * minute);
    expect(offsets(replay, 3.5 * minute)).toEqual(upTo(11, 201));
    expect(replay.heartsUntil(3.5 * minute)).toEqual({ "❤️": 22 });
    await replay.seek(30_500);
    expect(offsets(replay, 30_500)).toEqual(upTo(10, 22));
  });

  test("[H8] a player that jumps without saying so has what it needs a moment later, and is told", async () => {
    const { replay } = broadcast(entries);
    let told = 0;
    replay.subscribe(() => told++);
    replay.entriesUntil(4 * minute);
    await eventually(() => expect(offsets(replay, 4 * minute).at(-1)).toBe(241));
    expect(told).toBeGreaterThan(0);
  });

  test("[H8] its graph is the totals from its start to its end", async () => {
    const { replay } = broadcast(entries);
    expect(await replay.length()).toEqual({ startedAt, durationMs: 299_000 });
    const totals = await replay.totals(10);
    expect(totals).toHaveLength(11);
    expect(totals[0]).toEqual({ at: 0, hearts: {}, total: 0, gifts: 0, pins: [] });
    expect(totals.at(-1)).toEqual({ at: 299_000, hearts: { "❤️": 30 }, total: 30, gifts: 0, pins: [] });
    expect(totals.map(({ total }) => total)).toEqual(totals.map(({ total }) => total).sort((one, other) => one - other));
  });

  test("[H8] what was said before a jump is read when it is asked for, with what was at the top then", async () => {
    const message = { data: { text: "look" }, info: { user: "kim" }, time: "5" };
    const pinned = [comment(301, 145_500, "pinned", { offset: 3, message }), comment(302, 150_500, "unpinned", { offset: 3 })];
    const { replay } = broadcast(
      [...entries, ...pinned].sort((a, b) => a.at - b.at),
      { pageSize: 25 },
    );
    await replay.seek(3 * minute);
    expect(replay.older).toBe("more");
    await replay.loadOlder();
    const shown = offsets(replay, 3 * minute).filter((offset) => offset <= 300);
    expect(shown).toEqual(upTo(41, 141));
    expect(replay.pinnedUntil(145_600)).toMatchObject([{ offset: 3, text: "look" }]);
    expect(replay.pinnedUntil(3 * minute)).toEqual([]);
    while (replay.older === "more") await replay.loadOlder();
    expect(offsets(replay, 3 * minute).filter((offset) => offset <= 300)).toEqual(upTo(181));
    // It is not read again, where one goes now.
    await replay.seek(10_000);
    expect(offsets(replay, 10_000)).toEqual(upTo(11));
  });

  test("[H8] where little was said, one asks further back for it", async () => {
    const { replay, asked } = broadcast([comment(1, 0), comment(2, 60 * minute)]);
    await replay.seek(60 * minute);
    const before = asked.length;
    await replay.loadOlder();
    expect(offsets(replay, 60 * minute)).toEqual([1, 2]);
    expect(asked.length - before).toBeLessThan(16);
  });

  test("[H8] ends with what was seen of it last, whatever staff did later", async () => {
    const later = ["deleted", "moderated"].map((type) => ({ tags: { type, time: String(startedAt + 600 * minute) } }));
    const { replay } = broadcast(entries, { after: later });
    expect(await replay.length()).toEqual({ startedAt, durationMs: 299_000 });
  });

  test("what a long flood has made forgotten is read again by who goes back to it", async () => {
    const flood = Array.from({ length: 20_000 }, (_, n) => comment(n + 1, n * 5));
    const { replay } = broadcast(flood, { pageSize: 1_000 });
    for (let at = 0; at <= 50_000; at += 2_500) {
      await replay.seek(at);
      await eventually(() => expect(offsets(replay, at).at(-1)).toBe(at / 5 + 1));
    }
    await replay.seek(5_000);
    expect(offsets(replay, 5_000)).toEqual(upTo(1_000, 2));
  });

  test("a long flood stays bounded", async () => {
    const flood = Array.from({ length: 20_000 }, (_, n) => comment(n + 1, n * 5));
    const { replay, asked } = broadcast(flood, { pageSize: 250 });
    for (let at = 0; at < 30_000; at += 2_500) {
      await replay.seek(at);
      await eventually(() => expect(offsets(replay, at).at(-1)).toBe(at / 5 + 1));
      expect(replay.entriesUntil(at).length).toBeLessThanOrEqual(1_000);
    }
    // 6,000 were shown, and 3,000 are read ahead, in pages of 250.
    await eventually(() => expect(replay.loading).toBe(false));
    expect(asked.length).toBeLessThan(40);
  });
});

test("[H8] a page of a stretch is what the server tells of it", async () => {
  const { replay } = broadcast([comment(1, 10), comment(2, 1_234, "gifted", { amount: 1 }), comment(3, 4_000)], { pageSize: 2 });
  expect((await replay.page(1_000, 4_000)).filter(({ publication }) => publication !== undefined).map(({ at }) => at)).toEqual([
    1_234,
  ]);
  expect((await replay.page(0, 9_000)).map(({ at }) => at)).toEqual([10, 1_234]);
});

test.each([1, 2, 3])("what is at the top is so at any time, also after what lies behind is forgotten (seed %i)", (seed) => {
  const random = seeded(seed);
  const buffer = new ReplayBuffer("me");
  const whole = new ReplayBuffer("me");
  for (let offset = 1; offset <= 9_000; offset++) {
    const of = 1 + random.int(5);
    const message = { data: { text: `pin ${of}` }, time: "5" };
    const kind = random.int(50);
    const entry =
      kind === 0
        ? comment(offset, offset, "pinned", { offset: of, message })
        : kind === 1
          ? comment(offset, offset, "unpinned", { offset: of })
          : comment(offset, offset);
    for (const one of [buffer, whole]) one.add([entry]);
    if (offset % 500 === 0) buffer.forget(offset);
  }
  expect(buffer.pinnedUntil(9_000)).toEqual(whole.pinnedUntil(9_000));
  expect(buffer.entriesUntil(9_000)).toEqual(whole.entriesUntil(9_000));
  expect(whole.pinnedUntil(9_000).length).toBeGreaterThan(0);
});
