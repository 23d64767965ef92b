import { type ActType, decodeReplayReply, encodeReplayReply, limits, type ReplayQuery, type RoomId } from "@madang/contracts";
import { seeded } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { ReplayResponder } from "./replay.ts";
import { type StoredEvent, type StoredTotal, StoreUnavailable } from "./store/message-store.ts";
import { SqliteStore } from "./store/sqlite-store.ts";

describe("a replay", () => {
  test("[H8] shows comments as they read now, and nothing that was taken away, held or shadowed", async () => {
    const room = await roomOf([
      act(1, "opened", {}, 0),
      said(2, { at: 1_000 }),
      said(3, { at: 2_000, lane: "skipped" }),
      said(4, { at: 2_500, lane: "shard:3" }),
      said(5, { at: 3_000, lane: "shadow" }),
      { ...act(6, "held", { text: "?" }, 3_100), lane: "moderators" },
      said(7, { at: 3_500 }),
      said(8, { at: 4_000, author: "troll" }),
      act(9, "deleted", { offset: 7 }, 5_000),
      act(10, "purged", { user: "troll", upTo: 9 }, 5_100),
      act(11, "edited", { offset: 2, data: { text: "better" } }, 5_200),
      said(12, { at: 6_000, author: "troll" }),
      act(13, "deleted", { offset: 3 }, 6_100),
      act(14, "restored", { offset: 3 }, 6_200),
    ]);
    expect(await room.all({})).toEqual([
      [1_000, "posted", 2, "better"],
      [2_000, "posted", 3, "message 3"],
      [2_500, "posted", 4, "message 4"],
      [6_000, "posted", 12, "message 12"],
    ]);
  });

  test("[H8] has what was pinned, save what is gone", async () => {
    const room = await roomOf([
      act(1, "opened", {}, 0),
      said(2, { at: 10 }),
      said(3, { at: 20 }),
      act(4, "pinned", { offset: 2 }, 30),
      act(5, "pinned", { offset: 3 }, 40),
      act(6, "unpinned", { offset: 2 }, 50),
      act(7, "deleted", { offset: 3 }, 60),
      act(8, "pinned", { offset: 2 }, 70),
    ]);
    expect((await room.all({})).map(([at, type, offset]) => [at, type, offset])).toEqual([
      [10, "posted", 2],
      [30, "pinned", 4],
      [50, "unpinned", 6],
      [70, "pinned", 8],
    ]);
    expect(await room.page({ from: 65 })).toMatchObject([{ at: 65, hearts: {}, pins: [] }, { at: 70 }]);
    expect(await room.page({ from: 100 })).toEqual([{ at: 100, hearts: {}, pins: [2], gifts: noGifts }]);
  });

  test("[H8] what was deleted or purged is not pinned again when it is back", async () => {
    const room = await roomOf([
      act(1, "opened", {}, 0),
      said(2, { at: 10 }),
      said(3, { at: 20 }),
      said(4, { at: 20, author: "kim" }),
      ...[2, 3, 4].map((offset) =>
        act(offset + 3, "pinned", { offset, message: { info: { user: offset === 4 ? "kim" : "ann" } } }, 30),
      ),
      act(8, "deleted", { offset: 2 }, 40),
      act(9, "restored", { offset: 2 }, 50),
      act(10, "purged", { user: "kim", upTo: 9 }, 60),
      act(11, "restored", { user: "kim" }, 70),
    ]);
    expect(await room.page({ from: 35 })).toMatchObject([{ pins: [2, 3, 4] }]);
    expect(await room.page({ from: 100 })).toEqual([{ at: 100, hearts: {}, pins: [3], gifts: noGifts }]);
  });

  test("[H8] has hearts by the end of each second, and how they stood where a window begins", async () => {
    const totals = [
      { second: epochS, kind: "❤️", total: 3 },
      { second: epochS + 1, kind: "❤️", total: 5 },
      { second: epochS + 1, kind: "🎉", total: 1 },
      { second: epochS + 4, kind: "__peak", total: 12 },
      { second: epochS + 9, kind: "❤️", total: 6 },
    ];
    const room = await roomOf([act(1, "opened", {}, 0), said(2, { at: 1_500 }), said(3, { at: 9_000 })], totals);
    const [first, comment, second, peak, third, last] = [
      { at: 1_000, hearts: { "❤️": 3 } },
      { at: 1_500 },
      { at: 2_000, hearts: { "❤️": 5, "🎉": 1 } },
      { at: 5_000, hearts: {}, peak: 12 },
      { at: 9_000 },
      { at: 10_000, hearts: { "❤️": 6 } },
    ];
    expect(await room.page({})).toMatchObject([first, comment, second, peak, third, last]);
    expect(await room.page({ from: 2_001 })).toMatchObject([
      { at: 2_001, hearts: { "❤️": 5, "🎉": 1 }, pins: [] },
      peak,
      third,
      last,
    ]);
    expect(await room.page({ from: 2_000, to: 9_000 })).toMatchObject([{ hearts: { "❤️": 3 } }, second, peak]);
    for (const limit of [1, 2, 3]) expect(await room.page({ limit })).toMatchObject([first, comment, second, peak, third, last]);
  });

  test("[H8] has gifts at their time, and what had been given where a window begins", async () => {
    const room = await roomOf([
      act(1, "gifted", { user: "ann", amount: 100, currency: "KRW" }, 0, "pay-0"),
      act(2, "opened", {}, 1_000),
      act(3, "gifted", { user: "kim", amount: 500, currency: "KRW", data: { text: "go!" } }, 2_000, "pay-1"),
      said(4, { at: 3_000 }),
      act(5, "gifted", { user: "lee", amount: 7, currency: "JPY" }, 3_000, "pay-2"),
      act(6, "purged", { user: "kim", upTo: 5 }, 4_000),
      act(7, "gifted", { user: "kim", amount: 20, currency: "KRW" }, 5_000, "pay-3"),
    ]);
    const whole = await room.page({});
    expect(whole.map(({ at, publication }) => [at, publication?.tags.type, publication?.offset])).toEqual([
      [0, "gifted", 1],
      [1_000, "gifted", 3],
      [2_000, "posted", 4],
      [2_000, "gifted", 5],
      [4_000, "gifted", 7],
    ]);
    expect(whole[1]?.publication?.data).toEqual({ user: "kim", amount: 500, currency: "KRW", data: { text: "go!" } });
    const gifts = async (from: number) => (await room.page({ from }))[0]?.gifts;
    expect(await gifts(1)).toEqual({ count: 1, amounts: { KRW: 100 } });
    expect(await gifts(1_000)).toEqual({ count: 1, amounts: { KRW: 100 } });
    expect(await gifts(1_001)).toEqual({ count: 2, amounts: { KRW: 600 } });
    expect(await gifts(9_000)).toEqual({ count: 4, amounts: { JPY: 7, KRW: 620 } });
    // What had been given by then and what comes in the window are all of them, wherever it begins, and however it is paged.
    for (const from of [1, 999, 1_000, 1_001, 2_000, 2_001, 4_000, 4_001])
      for (const limit of [1, 2, 1_000]) {
        const [first, ...rest] = await room.page({ from, limit });
        const given = rest.filter(({ publication }) => publication?.tags.type === "gifted");
        expect((first?.gifts?.count ?? 0) + given.length, `${from} ${limit}`).toBe(4);
      }
    const windows = [await room.all({ to: 1_500 }), await room.all({ from: 1_500, to: 4_000 }), await room.all({ from: 4_000 })];
    expect(windows.flat().map(([, , offset]) => offset)).toEqual([1, 3, 4, 5, 7]);
  });

  test("[H8] begins when the room was opened first, else with its first event; what came before is at 0", async () => {
    const before = await roomOf([
      said(1, { at: 0 }),
      act(2, "opened", {}, 5_000),
      said(3, { at: 6_000 }),
      act(4, "opened", {}, 9_000),
    ]);
    expect((await before.all({})).map(([at, , offset]) => [at, offset])).toEqual([
      [0, 1],
      [1_000, 3],
    ]);
    const plain = await roomOf([said(1, { at: 4_000 }), said(2, { at: 6_000 })]);
    expect((await plain.all({})).map(([at]) => at)).toEqual([0, 2_000]);
    expect(await (await roomOf([])).page({})).toEqual([]);
  });

  test("[H8] a page ends at its bytes, and one that is passed over at its rows", async () => {
    const troll = Array.from({ length: limits.replayRows + 10 }, (_, i) => said(i + 1, { at: i, lane: "shadow" }));
    const room = await roomOf([...troll, said(troll.length + 1, { at: troll.length })]);
    expect(await room.all({})).toHaveLength(1);
    expect(room.pages).toBe(2);
    const talk = await roomOf(Array.from({ length: 30 }, (_, i) => said(i + 1, { at: i })));
    expect(await talk.all({ maxBytes: 1_000 })).toHaveLength(30);
    expect(talk.pages).toBeGreaterThan(4);
    talk.pages = 0;
    expect(await talk.all({ maxBytes: 1 })).toHaveLength(30);
    expect(talk.pages).toBe(30);
  });

  test("[H8] goes over holes that nobody filled", async () => {
    const room = await roomOf([said(1, { at: 0 }), said(1_000_000, { at: 10 }), said(1_000_001, { at: 20 })]);
    expect((await room.all({})).map(([, , offset]) => offset)).toEqual([1, 1_000_000, 1_000_001]);
    expect((await room.all({ from: 5, to: 15 })).map(([, , offset]) => offset)).toEqual([1_000_000]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "[H8] windows that meet have every line once, also where clocks step back, and while the room goes on (seed %d)",
    async (seed) => {
      const random = seeded(seed);
      let at = 0;
      const events = Array.from({ length: 200 + random.int(600) }, (_, i) => {
        // Another owner's clock may be behind by up to 2 s.
        at = Math.max(0, at + random.int(120) - (random.int(40) === 0 ? random.int(2_000) : 0));
        const lane = random.int(9) === 0 ? "shadow" : "all";
        return said(i + 1, { at, lane });
      });
      const room = await roomOf(events);
      const visible = events.filter(({ lane }) => lane === "all").map(({ offset }) => offset);
      for (let time = 0; time < 10; time++) {
        const cuts = Array.from({ length: random.int(6) }, () => random.int(at)).sort((a, b) => a - b);
        const seen: number[] = [];
        let from = 0;
        for (const to of [...cuts, undefined]) {
          const window = { from, ...(to === undefined ? {} : { to }), limit: 1 + random.int(90) };
          seen.push(...(await room.all(window)).map(([, , offset]) => Number(offset)));
          from = to ?? 0;
        }
        expect(seen).toEqual(visible);
      }
    },
  );

  test("[H8] a store that is away is unavailable", async () => {
    const store = new SqliteStore(":memory:");
    await store.close();
    await expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await new ReplayResponder(store).answer(query({}))).toEqual({ ok: false, reason: "unavailable" });
  });
});

const epochS = 1_700_000_000;
const noGifts = { count: 0, amounts: {} };
const room = "live:replayed" as RoomId;

function query(asked: Partial<ReplayQuery>): ReplayQuery {
  return { v: 1, room, from: 0, limit: limits.replayEntries, maxBytes: limits.historyBytes, ...asked };
}

function said(
  offset: number,
  { at, author = "ann", lane = "all" }: { at: number; author?: string; lane?: StoredEvent["lane"] },
): StoredEvent {
  const tags = { type: "posted", id: `m${offset}`, time: String(epochS * 1_000 + at) };
  const line = JSON.stringify({ data: { text: `message ${offset}` }, info: { user: author, client: "c" }, offset, tags });
  return { offset, type: "posted", author, messageId: tags.id, time: epochS * 1_000 + at, line, lane, mentions: [] };
}

function act(offset: number, type: ActType, data: object, at: number, id = "x"): StoredEvent {
  const line = JSON.stringify({ data, offset, tags: { type, id, time: String(epochS * 1_000 + at) } });
  return { offset, type, author: "", messageId: id, time: epochS * 1_000 + at, line, lane: "all", mentions: [] };
}

async function roomOf(events: readonly StoredEvent[], totals: readonly StoredTotal[] = []) {
  const store = new SqliteStore(":memory:");
  const head = events.at(-1)?.offset ?? 0;
  if (events.length > 0) await store.apply([{ room, epoch: "e", head, time: 1, events, totals }], undefined);
  const responder = new ReplayResponder(store);
  const found = {
    pages: 0,
    /** All pages of a window. */
    page: async (asked: Partial<ReplayQuery>) => {
      const entries: {
        at: number;
        hearts?: object;
        gifts?: { count: number; amounts: object };
        publication?: { offset: number; data: { text?: string }; tags: { type: string } };
      }[] = [];
      let after: ReplayQuery["after"];
      do {
        const reply = await responder.answer(query({ ...asked, ...(after === undefined ? {} : { after }) }));
        found.pages++;
        const read = decodeReplayReply(encodeReplayReply(reply));
        if (!read.ok) throw new Error(read.reason);
        entries.push(
          ...Buffer.from(read.ndjson)
            .toString()
            .split("\n")
            .slice(0, -1)
            .map((line) => JSON.parse(line)),
        );
        after = read.next;
      } while (after !== undefined);
      return entries;
    },
    all: async (asked: Partial<ReplayQuery>) =>
      (await found.page(asked)).flatMap(({ at, publication }) =>
        publication === undefined ? [] : [[at, publication.tags.type, publication.offset, publication.data.text]],
      ),
  };
  return found;
}
