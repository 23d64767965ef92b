import { type ActType, type HistoryPage, type HistoryQuery, limits, type RoomId } from "@madang/contracts";
import { seeded } from "@madang/devkit";
import { LogUnavailable } from "@madang/log";
import { describe, expect, test } from "vitest";
import { HistoryResponder, toLine } from "./history.ts";
import { type MessageStore, type StoredEvent, StoreUnavailable } from "./store/message-store.ts";
import { SqliteStore } from "./store/sqlite-store.ts";

describe("history", () => {
  const everything = { stored: [1, 40], logged: [30, 60] } as const;

  test("comes from the store", async () => {
    expect(await offsets({ ...everything, from: 1, to: 20 })).toEqual(range(1, 20));
    expect(await offsets({ ...everything, from: 1, to: 20, reverse: true })).toEqual(range(1, 20));
  });

  test("[L5] [H3] meets the live edge without a seam, forwards and backwards", async () => {
    expect(await offsets({ ...everything, from: 1, to: 60 })).toEqual(range(1, 60));
    expect(await offsets({ ...everything, from: 1, to: 60, reverse: true })).toEqual(range(1, 60));
    expect(await offsets({ ...everything, from: 41, to: 60 })).toEqual(range(41, 60));
    expect(await offsets({ ...everything, from: 39, to: 41, reverse: true })).toEqual([39, 40, 41]);
  });

  test("[L5] comes from the log when the store has nothing yet, or is away", async () => {
    expect(await offsets({ stored: [1, 0], logged: [1, 60], from: 5, to: 60 })).toEqual(range(5, 60));
    expect(await offsets({ ...everything, storeAway: true, from: 35, to: 60 })).toEqual(range(35, 60));
    expect(await offsets({ ...everything, storeAway: true, from: 35, to: 60, reverse: true })).toEqual(range(35, 60));
  });

  test("comes from the store when the log is away", async () => {
    expect(await offsets({ ...everything, logAway: true, from: 1, to: 40 })).toEqual(range(1, 40));
    expect(await offsets({ ...everything, logAway: true, from: 1, to: 60 })).toEqual(range(1, 40));
    expect(await offsets({ ...everything, logAway: true, from: 1, to: 60, reverse: true })).toBe("unavailable");
  });

  test("[H4] is unavailable when neither can be asked, and what the store alone may have is not called lost", async () => {
    expect(await offsets({ ...everything, storeAway: true, logAway: true, from: 1, to: 5 })).toBe("unavailable");
    expect(await offsets({ ...everything, storeAway: true, from: 1, to: 5 })).toBe("unavailable");
  });

  test("is lost when neither has it", async () => {
    expect(await offsets({ stored: [20, 40], logged: [30, 60], from: 1, to: 5 })).toBe("lost");
    expect(await offsets({ stored: [1, 10], logged: [20, 30], from: 11, to: 25 })).toBe("lost");
    expect(await offsets({ stored: [1, 10], logged: [20, 30], from: 1, to: 25 })).toEqual(range(1, 10));
    expect(await offsets({ stored: [1, 10], logged: [20, 30], from: 1, to: 25, reverse: true })).toEqual(range(20, 25));
  });

  test("a store that does not answer counts as away within a second", async () => {
    const started = performance.now();
    expect(await offsets({ ...everything, storeHangs: true, from: 35, to: 60 })).toEqual(range(35, 60));
    expect(performance.now() - started).toBeLessThan(limits.historyRequestMs);
  });

  test("what was stored between the two questions is found", async () => {
    const store = await storeOf([1, 10]);
    const tail = async () => {
      await fill(store, [11, 20]);
      return undefined;
    };
    const reply = await new HistoryResponder({ store, tail }).answer(query({ from: 11, to: 20 }));
    expect(reply).toMatchObject({ ok: true, page: { from: 11 } });
    expect(reply.ok && reply.page.lines.length).toBe(10);
  });

  test("asks the log for no line that only the store has", async () => {
    const asked: HistoryQuery[] = [];
    const log = tailOf([900, 1_000]);
    const tail = async (query: HistoryQuery) => {
      asked.push(query);
      return query.from < 900 ? undefined : log(query);
    };
    const responder = new HistoryResponder({ store: await storeOf([1, 950]), tail });
    const reply = await responder.answer(query({ from: 1, to: 1_000, reverse: true }));
    expect(reply.ok && reply.page.lines.length).toBe(1_000);
    expect(asked).toMatchObject([{ from: 951, to: 1_000 }]);
  });

  test("a page of the log that does not hold the near end is no answer", async () => {
    const tail = async () => ({ from: 11, lines: range(11, 15).map((offset) => toLine(eventAt(offset))) });
    const responder = new HistoryResponder({ store: await storeOf([1, 10]), tail });
    expect(await responder.answer(query({ from: 1, to: 20, reverse: true }))).toEqual({ ok: false, reason: "lost" });
    expect(await responder.answer(query({ from: 16, to: 20 }))).toEqual({ ok: false, reason: "lost" });
    expect(await responder.answer(query({ from: 9, to: 20 }))).toMatchObject({
      ok: true,
      page: { from: 9, lines: { length: 7 } },
    });
  });

  test("[H2] a page ends at its bytes, counted from its own end, and holds one line at least", async () => {
    const line = Buffer.byteLength(lineOf(10));
    expect(await offsets({ ...everything, from: 10, to: 60, maxBytes: 3 * line })).toEqual([10, 11, 12]);
    expect(await offsets({ ...everything, from: 10, to: 60, maxBytes: 3 * line, reverse: true })).toEqual([58, 59, 60]);
    expect(await offsets({ ...everything, from: 10, to: 42, maxBytes: 3 * line, reverse: true })).toEqual([40, 41, 42]);
    expect(await offsets({ ...everything, from: 10, to: 60, maxBytes: 1 })).toEqual([10]);
    expect(await offsets({ ...everything, from: 10, to: 60, maxBytes: 1, reverse: true })).toEqual([60]);
  });

  test("[H2] a page ends at its number of lines", async () => {
    const long = { stored: [1, 2_500], logged: [2_000, 3_000], maxBytes: 10_000_000 } as const;
    expect(await offsets({ ...long, from: 1, to: 3_000 })).toEqual(range(1, limits.historyLines));
    expect(await offsets({ ...long, from: 1, to: 3_000, reverse: true })).toEqual(range(3_001 - limits.historyLines, 3_000));
  });

  test("an empty range is an empty page", async () => {
    expect(await offsets({ ...everything, from: 5, to: 4 })).toEqual([]);
  });

  test("lines are the stored text, byte by byte", async () => {
    const store = new SqliteStore(":memory:");
    const line = '{"data":{"text":"안녕 🎉 \\ud800 e\u0301"},"offset":1}';
    await store.apply([{ room, epoch: "e", head: 1, time: 1, events: [{ ...eventAt(1), line }], totals: [] }], {
      shard: 0,
      sequence: 1,
      epoch: "log",
    });
    const reply = await new HistoryResponder({ store, tail: async () => undefined }).answer(query({ from: 1, to: 1 }));
    expect(reply.ok && Buffer.from(reply.page.lines[0]?.line ?? []).equals(Buffer.from(line))).toBe(true);
  });

  test("[H3] has of each line whom it is for, from the store as from the log", async () => {
    const store = new SqliteStore(":memory:");
    const events = range(1, 6).map((offset) => ({
      ...eventAt(offset),
      author: "ann",
      lane: offset % 2 === 0 ? ("shadow" as const) : ("all" as const),
      mentions: offset === 3 ? ["bea"] : [],
    }));
    await store.apply([{ room, epoch: "e", head: 3, time: 1, events: events.slice(0, 3), totals: [] }], undefined);
    const tail = async () => ({ from: 4, lines: events.slice(3).map(toLine) });
    const reply = await new HistoryResponder({ store, tail }).answer(query({ from: 1, to: 6 }));
    expect(reply).toEqual({ ok: true, page: { from: 1, lines: events.map(toLine) } });
  });

  test.each([
    ["store", 12],
    ["log", 6],
    ["log alone, while the store is away", 0],
  ])("[H7] shows messages as they read now, from the %s", async (_, storedTo) => {
    const events = [
      ...range(1, 6).map((offset) => said(offset, { author: offset === 3 ? "troll" : "ann" })),
      act(7, "deleted", { offset: 1 }),
      act(8, "edited", { offset: 2, data: { text: "better" } }),
      act(9, "purged", { user: "troll", upTo: 8 }),
      act(10, "deleted", { offset: 4 }),
      act(11, "restored", { offset: 4 }),
      said(12, { author: "troll" }),
    ];
    const store = new SqliteStore(":memory:");
    const stored = events.slice(0, storedTo);
    await store.apply([{ room, epoch: "e", head: storedTo, time: 1, events: stored, totals: [] }], undefined);
    if (storedTo === 0) await store.close();
    const tail = async ({ from, to }: HistoryQuery) => ({ from, lines: events.slice(from - 1, to).map(toLine) });
    const reply = await new HistoryResponder({ store, tail }).answer(query({ from: 1, to: 12 }));
    const read = (reply.ok ? reply.page.lines : []).map(({ line }) => JSON.parse(Buffer.from(line).toString()));
    expect(read[0]).toEqual({ data: {}, offset: 1, tags: { type: "posted", id: "m1", time: "1", deleted: "true" } });
    expect(read[1]).toMatchObject({ data: { text: "better" }, tags: { edited: "8" } });
    expect(read[2]).toMatchObject({ data: {}, tags: { deleted: "true" } });
    expect(read.slice(3)).toEqual(events.slice(3).map(({ line }) => JSON.parse(line)));
  });

  test("[V6] what repeats the words of a message that is gone, an edit or a pin, does so no longer, on whatever page it is", async () => {
    const store = new SqliteStore(":memory:");
    const pinned = (offset: number, of: number, user: string) =>
      act(offset, "pinned", { offset: of, message: { data: { text: "bad" }, info: { user } } });
    const events = [
      ...range(1, 3).map((offset) => said(offset, { author: offset === 3 ? "troll" : "ann" })),
      { ...act(4, "edited", { offset: 1, data: { text: "bad" } }), author: "ann" },
      pinned(5, 2, "ann"),
      pinned(6, 3, "troll"),
      act(7, "deleted", { offset: 1 }),
      act(8, "deleted", { offset: 2 }),
      act(9, "purged", { user: "troll", upTo: 8 }),
    ];
    await store.apply([{ room, epoch: "e", head: 9, time: 1, events, totals: [] }], undefined);
    const responder = new HistoryResponder({ store, tail: async () => undefined });
    for (const [from, to] of [
      [4, 6],
      [1, 9],
    ] as const) {
      const reply = await responder.answer(query({ from, to }));
      const read = (reply.ok ? reply.page.lines : []).map(({ line }) => JSON.parse(Buffer.from(line).toString()));
      expect(read.slice(4 - from, 7 - from)).toMatchObject(
        [1, 2, 3].map((offset) => ({ data: { offset }, tags: { deleted: "true" } })),
      );
      expect(JSON.stringify(read)).not.toContain("bad");
    }
  });

  test("[H7] an old page does not undo what was done since", async () => {
    const store = new SqliteStore(":memory:");
    const events = [
      said(1),
      act(2, "deleted", { offset: 1 }),
      act(3, "edited", { offset: 1, data: { text: "one" } }),
      act(4, "restored", { offset: 1 }),
      act(5, "edited", { offset: 1, data: { text: "two" } }),
    ];
    await store.apply([{ room, epoch: "e", head: 5, time: 1, events, totals: [] }], undefined);
    const responder = new HistoryResponder({ store, tail: async () => undefined });
    const reply = await responder.answer(query({ from: 1, to: 3 }));
    const [line] = reply.ok ? reply.page.lines : [];
    expect(JSON.parse(Buffer.from(line?.line ?? []).toString())).toMatchObject({ data: { text: "two" }, tags: { edited: "5" } });
  });

  test("[V6] what was brought back a moment ago reads as before, though the store does not know yet", async () => {
    const store = new SqliteStore(":memory:");
    const events = [said(1), act(2, "deleted", { offset: 1 }), said(3), act(4, "restored", { offset: 1 })];
    await store.apply([{ room, epoch: "e", head: 2, time: 1, events: events.slice(0, 2), totals: [] }], undefined);
    const tail = async ({ from, to }: HistoryQuery) => ({ from, lines: events.slice(from - 1, to).map(toLine) });
    const responder = new HistoryResponder({ store, tail });
    const textOf = async (restoredAt?: number) => {
      const asked = query({ from: 1, to: 1 });
      const reply = await responder.answer(restoredAt === undefined ? asked : { ...asked, restoredAt });
      const [line] = reply.ok ? reply.page.lines : [];
      return JSON.parse(Buffer.from(line?.line ?? []).toString()).data;
    };
    expect(await textOf(4)).toEqual(JSON.parse(said(1).line).data);
    // Who does not know of it reads what the store has.
    expect(await textOf()).toEqual({});
  });

  test.each([1, 2, 3, 4, 5, 6])(
    "pages put together are the whole, both ways, wherever store and log end (seed %d)",
    async (seed) => {
      const random = seeded(seed);
      const head = 1 + random.int(800);
      const storedTo = random.int(head + 1);
      const oldest = 1 + random.int(storedTo + 1);
      const responder = new HistoryResponder({
        store: await storeOf([1, storedTo]),
        tail: tailOf([oldest, head], { cut: () => 1 + random.int(80) }),
      });
      for (const reverse of [false, true]) {
        const seen: string[] = [];
        let from = 1;
        let to = head;
        while (from <= to) {
          const reply = await responder.answer(query({ from, to, reverse, maxBytes: 1 + random.int(20_000) }));
          if (!reply.ok) throw new Error(`${reply.reason} at ${from} to ${to}`);
          const lines = reply.page.lines.map(({ line }) => Buffer.from(line).toString());
          expect(reply.page.from).toBe(reverse ? to - lines.length + 1 : from);
          if (reverse) seen.unshift(...lines);
          else seen.push(...lines);
          if (reverse) to -= lines.length;
          else from += lines.length;
        }
        expect(seen).toEqual(range(1, head).map(lineOf));
      }
    },
  );
});

type Range = readonly [from: number, to: number];

interface Scene extends Partial<HistoryQuery> {
  stored: Range;
  logged: Range;
  storeAway?: boolean;
  storeHangs?: boolean;
  logAway?: boolean;
}

/** What a query gets where the store and the log have these ranges: the offsets of its page, or the reason why there is none. */
async function offsets({
  stored,
  logged,
  storeAway,
  storeHangs,
  logAway,
  ...asked
}: Scene): Promise<number[] | "unavailable" | "lost"> {
  const store = await storeOf(stored);
  if (storeAway) store.lines = async () => Promise.reject(new StoreUnavailable("away"));
  if (storeHangs) store.lines = () => new Promise(() => {});
  const tail = logAway ? async () => Promise.reject(new LogUnavailable("away")) : tailOf(logged);
  const reply = await new HistoryResponder({ store, tail }).answer(query(asked));
  if (!reply.ok) return reply.reason;
  const found = reply.page.lines.map(({ line }) => JSON.parse(Buffer.from(line).toString()).offset as number);
  if (found.length > 0) expect(found[0]).toBe(reply.page.from);
  return found;
}

const room = "live:concert" as RoomId;
const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
const lineOf = (offset: number) => `{"data":{"text":"안녕"},"offset":${offset}}`;

function eventAt(offset: number): StoredEvent {
  return { offset, type: "posted", author: "", messageId: "m", time: 1, line: lineOf(offset), lane: "all", mentions: [] };
}

function said(offset: number, { author = "ann" } = {}): StoredEvent {
  const tags = { type: "posted", id: `m${offset}`, time: "1" };
  const line = JSON.stringify({ data: { text: "안녕" }, info: { user: author, client: "c" }, offset, tags });
  return { ...eventAt(offset), author, line };
}

function act(offset: number, type: ActType, data: object): StoredEvent {
  return { ...eventAt(offset), type, line: JSON.stringify({ data, offset, tags: { type, id: "m", time: "1" } }) };
}

function query(asked: Partial<HistoryQuery>): HistoryQuery {
  return { v: 1, room, from: 1, to: 1, reverse: false, maxBytes: limits.historyBytes, ...asked };
}

async function storeOf(stored: Range): Promise<MessageStore> {
  const store = new SqliteStore(":memory:");
  await fill(store, stored);
  return store;
}

async function fill(store: MessageStore, [from, to]: Range): Promise<void> {
  const events = range(from, to).map(eventAt);
  await store.apply([{ room, epoch: "e", head: to, time: 1, events, totals: [] }], { shard: 0, sequence: to, epoch: "log" });
}

/** A log that holds these lines and gives at most `cut` of them at a time, from the end that was asked for. */
function tailOf([oldest, head]: Range, { cut = () => Number.POSITIVE_INFINITY } = {}) {
  return async ({ from, to, reverse }: HistoryQuery): Promise<HistoryPage | undefined> => {
    const near = reverse ? to : from;
    if (near < oldest || near > head) return undefined;
    const first = Math.max(reverse ? to - cut() + 1 : from, from, oldest);
    const last = Math.min(reverse ? to : from + cut() - 1, to, head);
    return { from: first, lines: range(first, last).map((offset) => toLine(eventAt(offset))) };
  };
}
