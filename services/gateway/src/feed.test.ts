import { type Batch, encodeBatch, limits, type Position, RoomId, subjects } from "@madang/contracts";
import { collectGarbage, eventAt, eventually, type LineParts, lineAt, seeded } from "@madang/devkit";
import { LogUnavailable } from "@madang/log";
import { RoomState } from "@madang/room-state";
import { createLogger, Rate } from "@madang/runtime";
import { describe, expect, test } from "vitest";
import { Feed } from "./feed.ts";
import { payloadOf } from "./frame.ts";
import { HistoryUnavailable } from "./past.ts";
import { noRow, SocketTable } from "./socket-table.ts";
import { recipient } from "./test-viewer.ts";
import type { Viewer } from "./viewer.ts";

const room = RoomId.parse("live:feed");
const batch = (from: number, to: number, epoch = "e"): Batch => ({
  epoch,
  head: to,
  time: 0,
  entries: Array.from({ length: to - from + 1 }, (_, i) => eventAt(from + i)),
});

/** A feed on a bus, a log and a past that the test plays. */
function setUp({ at = { offset: 0, epoch: "e" } as Position, load = new Rate(limits.rateOverMs) } = {}) {
  const handlers = new Map<string, (message: { data: Uint8Array }) => void>();
  const world = {
    position: at,
    pages: [] as [number, number][],
    lost: false,
    troubles: 0,
    unanswered: 0,
    hold: undefined as Promise<void> | undefined,
    taken: undefined as Promise<void> | undefined,
    asked: 0,
    card: undefined as object | undefined,
    cardsRead: 0,
    pauses: [] as number[],
    /** How far viewers were when a page was asked for. */
    shown: [] as number[],
  };
  const feed = new Feed(room, {
    sockets: new SocketTable(),
    bus: {
      subscribe: (subject, handler) => {
        handlers.set(subject, handler as never);
        return { close: () => void (handlers.get(subject) === handler && handlers.delete(subject)) };
      },
      flush: async () => world.taken,
    },
    log: {
      position: async () => {
        world.asked++;
        if (world.unanswered-- > 0) throw new LogUnavailable("away");
        return world.position;
      },
    },
    past: {
      page: async ({ from, to, reverse }) => {
        await world.hold;
        if (world.lost) return "lost";
        if (world.troubles-- > 0) throw new HistoryUnavailable();
        world.shown.push(feed.position.offset);
        world.pages.push([from, to]);
        // Pages of three.
        const [first, last] = reverse ? [Math.max(from, to - 2), to] : [from, Math.min(to, from + 2)];
        return Array.from({ length: last - first + 1 }, (_, i) => eventAt(first + i));
      },
    },
    cards: {
      read: async () => {
        world.cardsRead++;
        return world.card && Buffer.from(JSON.stringify(world.card));
      },
      follow: (_, handle) => {
        handlers.set("card", ({ data }) => handle(data));
        return { close: () => {} };
      },
    },
    logger: createLogger("test", "silent"),
    serverTime: () => 1_000,
    load,
    pause: async (ms) => void world.pauses.push(ms),
  });
  const live = (one: Batch) => handlers.get(subjects.live(room))?.({ data: encodeBatch(one) });
  const signal = (one: object) => handlers.get(subjects.signal(room))?.({ data: Buffer.from(JSON.stringify(one)) });
  const putCard = (card: object) => handlers.get("card")?.({ data: Buffer.from(JSON.stringify(card)) });
  return { feed, world, live, signal, handlers, putCard };
}

function viewer(client = "c1", wantsJoinLeave = false, user = "kim") {
  const seen: number[] = [];
  const pushed: string[] = [];
  const ended: number[] = [];
  const one: Viewer = {
    ...recipient(user),
    info: { user, client } as never,
    wantsJoinLeave,
    row: noRow,
    broadcast: (frame) => {
      for (const line of payloadOf(frame).toString().split("\n")) {
        const { push } = JSON.parse(line);
        expect(push.channel).toBe(room);
        seen.push(push.pub.offset);
      }
    },
    push: (message) => void pushed.push(message),
    end: ({ code }) => void ended.push(code),
  };
  return Object.assign(one, { seen, pushed, ended });
}

/** A batch of one event. */
const event = (offset: number, parts: LineParts, epoch = "e"): Batch => ({
  epoch,
  head: offset,
  time: 0,
  entries: [lineAt(offset, parts)],
});
const ban = (offset: number, user: string) =>
  event(offset, { type: "moderated", lane: "moderators", data: { action: "ban", user } });
const cardWith = (offset: number, sanctions: [string, string, number | null][] = []) => ({
  ...new RoomState().toStored(),
  offset,
  sanctions,
});
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("a room's feed", () => {
  test("[S4] brings live batches to its viewers, each event once", async () => {
    const { feed, live } = setUp();
    await feed.open();
    const kim = viewer();
    feed.join(kim);
    live(batch(1, 3));
    live(batch(1, 3));
    live(batch(4, 4));
    expect(kim.seen).toEqual([1, 2, 3, 4]);
    expect(feed.position).toEqual({ offset: 4, epoch: "e" });
  });

  test("[S5] takes what came while it opened once, and only what the log did not count yet", async () => {
    const { feed, live, world } = setUp();
    world.position = { offset: 5, epoch: "e" };
    live(batch(4, 5));
    live(batch(6, 7));
    await feed.open();
    expect(feed.position.offset).toBe(7);
    expect(feed.recent(6, 7)?.length).toBe(2);
  });

  test("[S5] asks the log where it stands only when NATS has taken its subscription: nothing falls between the two", async () => {
    const { feed, world, handlers } = setUp();
    const taken = Promise.withResolvers<void>();
    world.taken = taken.promise;
    const opening = feed.open();
    await new Promise(setImmediate);
    expect([handlers.has(subjects.live(room)), world.asked]).toEqual([true, 0]);
    taken.resolve();
    await opening;
    expect(world.asked).toBe(1);
  });

  test("[L2] fills a gap from the past before it goes on, through pages and trouble", async () => {
    const { feed, live, world } = setUp();
    await feed.open();
    const kim = viewer();
    feed.join(kim);
    live(batch(1, 2));
    world.troubles = 3;
    live(batch(10, 12));
    live(batch(13, 13));
    expect(kim.seen).toEqual([1, 2]);
    await eventually(() => expect(kim.seen).toEqual(upTo(1, 13)));
    expect(world.pages).toEqual([
      [3, 9],
      [6, 9],
      [9, 9],
    ]);
  });

  test("what waits behind a gap does not hold what came in the same read", async () => {
    const { feed, live, handlers, world } = setUp();
    await feed.open();
    const kim = viewer();
    feed.join(kim);
    const there = Promise.withResolvers<void>();
    world.hold = there.promise;
    live(batch(4, 4));
    const reads = upTo(5, 9).map((offset) => {
      const read = new ArrayBuffer(64 * 1024);
      const data = encodeBatch(batch(offset, offset));
      new Uint8Array(read).set(data, 100);
      handlers.get(subjects.live(room))?.({ data: new Uint8Array(read, 100, data.length) });
      return new WeakRef(read);
    });
    await collectGarbage();
    expect(reads.filter((read) => read.deref() !== undefined)).toEqual([]);
    there.resolve();
    await eventually(() => expect(kim.seen).toEqual(upTo(1, 9)));
  });

  test("[L2] notices by a note's head what it has missed", async () => {
    const { feed, live } = setUp();
    await feed.open();
    const kim = viewer();
    feed.join(kim);
    live({ epoch: "e", head: 4, time: 0, entries: [{ kind: "note", type: "claim", line: Buffer.from("{}") }] });
    await eventually(() => expect(kim.seen).toEqual([1, 2, 3, 4]));
  });

  test("[L7] one that was found behind listens anew, and misses nothing between its old ear and the new", async () => {
    const { feed, world, live, handlers } = setUp();
    const kim = viewer();
    await feed.open();
    feed.join(kim);
    const deaf = handlers.get(subjects.live(room));
    world.position = { offset: 3, epoch: "e" };
    feed.catchUp(world.position);
    await eventually(() => expect(kim.seen).toEqual([1, 2, 3]));
    expect(handlers.get(subjects.live(room))).not.toBe(deaf);
    live(batch(4, 5));
    expect(kim.seen).toEqual([1, 2, 3, 4, 5]);
    // One that is not behind keeps the ear it has.
    const good = handlers.get(subjects.live(room));
    feed.catchUp({ offset: 5, epoch: "e" });
    expect(handlers.get(subjects.live(room))).toBe(good);
  });

  test("[L2] a recheck brings what was published while nobody listened", async () => {
    const { feed, world } = setUp();
    await feed.open();
    const kim = viewer();
    feed.join(kim);
    world.position = { offset: 5, epoch: "e" };
    await feed.recheck();
    await eventually(() => expect(kim.seen).toEqual(upTo(1, 5)));
  });

  test("[L2] a recheck asks until it is answered, and resolves when all is here", async () => {
    const { feed, world } = setUp();
    await feed.open();
    const kim = viewer();
    feed.join(kim);
    world.position = { offset: 7, epoch: "e" };
    world.unanswered = 3;
    world.troubles = 2;
    await feed.recheck();
    expect(kim.seen).toEqual(upTo(1, 7));
    await feed.recheck();
  });

  test("[L2] a recheck that comes while another gap is read waits for its own too", async () => {
    const { feed, live, world } = setUp();
    await feed.open();
    const hold = Promise.withResolvers<void>();
    world.hold = hold.promise;
    live(batch(5, 5));
    world.position = { offset: 9, epoch: "e" };
    const rechecked = feed.recheck().then(() => feed.position.offset);
    await Promise.resolve();
    hold.resolve();
    expect(await rechecked).toBe(9);
  });

  test("[L2] asks the log once at a time, however many batches cannot be read and however many clients are ahead", async () => {
    const { feed, handlers, world } = setUp();
    await feed.open();
    world.asked = 0;
    world.unanswered = 5;
    for (let n = 0; n < 1_000; n++) handlers.get(subjects.live(room))?.({ data: Buffer.from("garbage") });
    const all = Promise.all(Array.from({ length: 1_000 }, () => feed.recheck()));
    expect(world.asked).toBe(1);
    await all;
    // Five without an answer, the one that had it, and one more for those who asked meanwhile.
    expect(world.asked).toBe(7);
  });

  test("[S10] viewers start again when the log has lost history", async () => {
    const { feed, live, world } = setUp();
    await feed.open();
    const kim = viewer();
    feed.join(kim);
    live(batch(1, 2));
    world.position = { offset: 4, epoch: "another" };
    live(batch(1, 4, "another"));
    live(batch(5, 5, "another"));
    await eventually(() => expect(feed.position).toEqual({ offset: 5, epoch: "another" }));
    expect(kim.ended).toEqual([2500]);
    // Nothing of the former life is given to anybody.
    expect(feed.recent(1, 2)).toBeUndefined();
    expect(feed.recent(5, 5)).toHaveLength(1);
    world.lost = true;
    live(batch(9, 9, "another"));
    await eventually(() => expect(kim.ended).toEqual([2500, 2500]));
  });

  test("[S10] a late batch of a former life of the log moves nobody back", async () => {
    const { feed, live } = setUp({ at: { offset: 9, epoch: "new" } });
    live(batch(8, 8, "old"));
    await feed.open();
    // Not even that it would have to ask the log again.
    expect(feed.live).toBe(true);
    expect(feed.position).toEqual({ offset: 9, epoch: "new" });
    const kim = viewer();
    feed.join(kim);
    live(batch(8, 8, "old"));
    live(batch(10, 10, "new"));
    await eventually(() => expect(kim.seen).toEqual([10]));
    expect(kim.ended).toEqual([]);
  });

  test("[L2] an unreadable batch harms nobody: what it held is read from the past", async () => {
    const { feed, live, world, handlers } = setUp();
    await feed.open();
    const kim = viewer();
    feed.join(kim);
    live(batch(1, 1));
    world.position = { offset: 3, epoch: "e" };
    handlers.get(subjects.live(room))?.({ data: Buffer.from("garbage\n") });
    await eventually(() => expect(kim.seen).toEqual([1, 2, 3]));
  });

  test("is closed for good, also in the middle of reading", async () => {
    const { feed, live, world } = setUp();
    await feed.open();
    const kim = viewer();
    feed.join(kim);
    const hold = Promise.withResolvers<void>();
    world.hold = hold.promise;
    live(batch(5, 5));
    feed.close();
    hold.resolve();
    await new Promise(setImmediate);
    expect(feed.live).toBe(false);
    expect(kim.seen).toEqual([]);
  });

  test("[L2] whatever is dropped, doubled or reordered on the way, a viewer sees one gapless order (seeds 1 to 50)", async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seeded(seed);
      const { feed, live, world } = setUp();
      await feed.open();
      const kim = viewer();
      feed.join(kim);
      let head = 0;
      const waiting: Batch[] = [];
      for (let step = 0; step < 200; step++) {
        const size = 1 + random.int(4);
        const one = batch(head + 1, head + size);
        head += size;
        world.position = { offset: head, epoch: "e" };
        if (!random.chance(0.2)) waiting.push(one);
        if (random.chance(0.1)) waiting.push(one);
        if (random.chance(0.7))
          for (const ready of random.chance(0.2) ? random.shuffle(waiting.splice(0)) : waiting.splice(0)) live(ready);
        if (random.chance(0.2)) await Promise.resolve();
      }
      await feed.recheck();
      await eventually(() => expect(kim.seen.length, `seed ${seed}`).toBe(head));
      expect(kim.seen, `seed ${seed}`).toEqual(upTo(1, head));
    }
  });

  test("[L2] what piles up while the past is read is bounded in bytes, and nothing of it is missed", async () => {
    const { feed, live, world } = setUp();
    await feed.open();
    const kim = viewer();
    feed.join(kim);
    const hold = Promise.withResolvers<void>();
    world.hold = hold.promise;
    const line = (offset: number) => Buffer.from(JSON.stringify({ offset, pad: "x".repeat(200_000) }));
    const wide = (offset: number): Batch => ({ ...batch(offset, offset), entries: [{ ...eventAt(offset), line: line(offset) }] });
    for (let offset = 2; offset <= 60; offset++) live(wide(offset));
    world.hold = undefined;
    hold.resolve();
    live(batch(61, 61));
    await eventually(() => expect(feed.position.offset).toBe(61));
    // The first wide ones were let go of, and came from the past, where lines are short.
    expect(world.pages.length).toBeGreaterThan(5);
  });

  test("[S5] the latest lines are read from the past once, however many who come back ask for them", async () => {
    const { feed, live, world } = setUp({ at: { offset: 8, epoch: "e" } });
    await feed.open();
    live(batch(9, 9));
    await Promise.all(Array.from({ length: 1_000 }, () => feed.recall()));
    expect(world.pages).toEqual([
      [1, 8],
      [1, 5],
      [1, 2],
    ]);
    expect(feed.recent(1, 9)?.map(({ offset }) => offset)).toEqual(upTo(1, 9));
    await feed.recall();
    expect(world.pages).toHaveLength(3);
    // Not before the store has them.
    expect(world.pauses).toEqual([expect.closeTo(limits.storedSoonMs, -2)]);
  });

  test("[S5] what waits for others in a hot room is here, but not given out: who joins meanwhile gets it, once", async () => {
    const load = new Rate(limits.rateOverMs);
    load.add(1e6, performance.now());
    const { feed, live } = setUp({ load });
    await feed.open();
    const [kim, lee] = [viewer("c1"), viewer("c2")];
    feed.join(kim);
    for (let offset = 1; offset <= 50; offset++) live(batch(offset, offset));
    const shown = feed.position.offset;
    expect(shown).toBeLessThan(50);
    expect(feed.head.offset).toBe(50);
    expect(feed.recent(1, 50)?.map(({ offset }) => offset)).toEqual(upTo(1, 50));
    feed.join(lee);
    await feed.flush();
    expect(feed.position.offset).toBe(50);
    expect(kim.seen).toEqual(upTo(1, 50));
    expect(lee.seen).toEqual(upTo(shown + 1, 50));
  });

  test("[L2] takes nothing more while its fan-out has all that it may hold, and misses nothing of it", async () => {
    const { feed, live } = setUp();
    await feed.open();
    const kim = viewer();
    feed.join(kim);
    for (let n = 0; n < limits.fanOutSlice; n++) feed.join({ ...viewer(`c${n}`), broadcast: () => {} });
    const line = (offset: number) => Buffer.from(JSON.stringify({ offset, pad: "x".repeat(200_000) }));
    for (let offset = 1; offset <= 30; offset++)
      live({ ...batch(offset, offset), entries: [{ ...eventAt(offset), line: line(offset) }] });
    // A mebibyte is on its way, behind it waits another, and the rest is not looked at yet.
    expect(feed.live).toBe(false);
    expect(feed.head.offset).toBeLessThan(13);
    await eventually(() => expect(kim.seen).toEqual(upTo(1, 30)));
    expect(feed.live).toBe(true);
  });

  test("[S10] what waits in a hot room is given out before its viewers start again, and nothing of the former life is recovered", async () => {
    const load = new Rate(limits.rateOverMs);
    load.add(1e6, performance.now());
    const { feed, live, world } = setUp({ at: { offset: 6, epoch: "e" }, load });
    await feed.open();
    const kim = viewer();
    const seenAtEnd: number[][] = [];
    feed.join(Object.assign(kim, { end: () => void seenAtEnd.push([...kim.seen]) }));
    for (let offset = 7; offset <= 50; offset++) live(batch(offset, offset));
    expect(feed.position.offset).toBeLessThan(50);
    // A client that comes back is being served when the log loses its history.
    const hold = Promise.withResolvers<void>();
    world.hold = hold.promise;
    const recalled = feed.recall();
    world.position = { offset: 9, epoch: "another" };
    live(batch(9, 9, "another"));
    await eventually(() => expect(feed.position).toEqual({ offset: 9, epoch: "another" }));
    hold.resolve();
    await recalled;
    expect(seenAtEnd).toEqual([upTo(7, 50)]);
    expect(feed.recent(7, 9)).toBeUndefined();
    // The new life has a past of its own.
    const pages = world.pages.length;
    await feed.recall();
    expect(world.pages.length).toBeGreaterThan(pages);
    expect(feed.recent(1, 9)).toHaveLength(9);
  });

  test("[L2] reads no faster from the past than it gives out", async () => {
    const load = new Rate(limits.rateOverMs);
    load.add(1e6, performance.now());
    const { feed, live, world } = setUp({ load });
    await feed.open();
    const kim = viewer();
    feed.join(kim);
    live(batch(40, 60));
    await eventually(() => expect(world.pages.at(-1)?.[0]).toBe(37));
    await eventually(() => expect(kim.seen.length).toBeGreaterThanOrEqual(39));
    for (let page = 1; page < world.pages.length; page++) expect(world.shown[page]).toBe((world.pages[page]?.[0] ?? 0) - 1);
  });

  test("[S11] joins and leaves go to those who asked, and not to oneself", async () => {
    const { feed, signal } = setUp();
    await feed.open();
    const [asked, silent] = [viewer("c1", true), viewer("c2")];
    feed.join(asked);
    feed.join(silent);
    signal({ v: 1, type: "join", info: { user: "lee", client: "c3" } });
    signal({ v: 1, type: "leave", info: { user: "kim", client: "c1" } });
    expect(asked.pushed.map((message) => JSON.parse(message))).toEqual([
      { push: { channel: room, join: { info: { user: "lee", client: "c3" } } } },
    ]);
    expect(silent.pushed).toEqual([]);
  });

  test("[V5] a ban ends that user's subscriptions at once, however it becomes known, and nobody else's", async () => {
    const { feed, live, putCard } = setUp();
    await feed.open();
    const [kim, also, lee, choi] = [viewer("c1"), viewer("c2"), viewer("c3", false, "lee"), viewer("c4", false, "choi")];
    for (const one of [kim, also, lee, choi]) feed.join(one);
    live(ban(1, "kim"));
    expect([kim.ended, also.ended, lee.ended]).toEqual([[2000], [2000], []]);
    putCard(cardWith(9, [["lee", "banned", null]]));
    expect([lee.ended, choi.ended]).toEqual([[2000], []]);
    // One that is over by now is none.
    putCard(cardWith(10, [["choi", "banned", 999]]));
    expect(choi.ended).toEqual([]);
  });

  test("[V1] begins with the room's card, and reads it again after the connection was away", async () => {
    const { feed, world } = setUp({ at: { offset: 5, epoch: "e" } });
    world.card = cardWith(3, [["kim", "banned", null]]);
    await feed.open();
    expect(feed.view.isBanned("kim", 0)).toBe(true);
    const lee = viewer("c1", false, "lee");
    feed.join(lee);
    world.card = cardWith(5, [["lee", "banned", null]]);
    void feed.recheck();
    await eventually(() => expect(lee.ended).toEqual([2000]));
    expect(feed.view.isBanned("kim", 0)).toBe(false);
  });

  test("[V1] listens for cards before it reads one: none falls between the two", async () => {
    const { feed, putCard } = setUp({ at: { offset: 5, epoch: "e" } });
    const opening = feed.open();
    putCard(cardWith(5, [["kim", "banned", null]]));
    await opening;
    expect(feed.view.isBanned("kim", 0)).toBe(true);
  });

  test("[V1] however often a card is to be read again, one read is under way and one more follows", async () => {
    const { feed, world } = setUp();
    await feed.open();
    world.cardsRead = 0;
    await Promise.all(Array.from({ length: 50 }, () => feed.recheck()));
    expect(world.cardsRead).toBeLessThanOrEqual(3);
  });

  test("[V1] a card that cannot be read harms nobody", async () => {
    const { feed, live, handlers } = setUp();
    await feed.open();
    handlers.get("card")?.({ data: Buffer.from("garbage") });
    const kim = viewer();
    feed.join(kim);
    live(batch(1, 1));
    expect(kim.seen).toEqual([1]);
  });

  test("[S10] [V5] who is banned stays so in another life of the log", async () => {
    const { feed, live, world } = setUp();
    await feed.open();
    live(ban(1, "lee"));
    world.card = cardWith(2, [["kim", "banned", null]]);
    world.position = { offset: 4, epoch: "another" };
    live(batch(4, 4, "another"));
    await eventually(() => expect(feed.position).toEqual({ offset: 4, epoch: "another" }));
    expect(["kim", "lee"].map((user) => feed.view.isBanned(user, 0))).toEqual([true, false]);
  });

  test("[S10] [V5] where the cards were lost with the log, nothing of the former life holds, and what comes does", async () => {
    const { feed, live, world } = setUp({ at: { offset: 50, epoch: "e" } });
    await feed.open();
    live(ban(51, "kim"));
    world.position = { offset: 1, epoch: "another" };
    live(event(1, {}, "another"));
    await eventually(() => expect(feed.position).toEqual({ offset: 1, epoch: "another" }));
    expect(feed.view.isBanned("kim", 0)).toBe(false);
    live({ ...ban(2, "lee"), epoch: "another" });
    expect(feed.view.isBanned("lee", 0)).toBe(true);
  });

  test("[V6] what is here reads as it does now, and as it did before once that is undone", async () => {
    const { feed, live } = setUp();
    await feed.open();
    const texts = () => feed.recent(1, 2)?.map(({ line }) => JSON.parse(Buffer.from(line).toString()));
    live(event(1, { author: "kim", data: { text: "first" } }));
    live(event(2, { author: "lee", data: { text: "second" } }));
    live(event(3, { type: "edited", author: "kim", data: { offset: 1, data: { text: "better" } } }));
    live(event(4, { type: "deleted", data: { offset: 2, user: "lee" } }));
    expect(texts()).toMatchObject([
      { data: { text: "better" }, tags: { edited: "3" } },
      { data: {}, tags: { deleted: "true" } },
    ]);
    // What came from the store may be a tombstone itself: it is read again.
    live(event(5, { type: "restored", data: { offset: 2 } }));
    expect(feed.recent(1, 2)).toBeUndefined();
    await feed.recall();
    expect(feed.recent(1, 5)).toHaveLength(5);
  });

  test("[V7] counters go to all viewers, and the last are kept for whoever comes", async () => {
    const { feed, signal } = setUp();
    await feed.open();
    const texts: string[] = [];
    feed.join({ ...viewer(), broadcast: (frame) => void texts.push(payloadOf(frame).toString()) });
    expect(feed.counters).toBeUndefined();
    signal({ v: 1, type: "counters", counters });
    expect(texts.map((text) => JSON.parse(text).push)).toEqual([
      { channel: room, pub: { data: counters, tags: { type: "counters" } } },
    ]);
    expect(feed.counters).toEqual(counters);
    // Told again for those who may have missed it.
    signal({ v: 1, type: "counters", counters });
    expect(texts).toHaveLength(1);
    signal({ v: 1, type: "counters", counters: { ...counters, comments: 8 } });
    expect(texts).toHaveLength(2);
  });

  test("[V8] typing is told to others who want to hear of it, in a small room, and of nobody who is silenced", async () => {
    const { feed, live, signal } = setUp();
    await feed.open();
    const [kim, lee, deaf] = [viewer("c1"), viewer("c2", false, "lee"), viewer("c3", false, "choi")];
    for (const one of [kim, lee, Object.assign(deaf, { blocked: new Set(["kim"]) })]) feed.join(one);
    const typing = (user: string) => signal({ v: 1, type: "typing", info: { user, client: "c9" } });
    typing("kim");
    expect([kim.pushed, deaf.pushed]).toEqual([[], []]);
    expect(lee.pushed.map((message) => JSON.parse(message))).toEqual([
      { push: { channel: room, pub: { data: { user: "kim" }, tags: { type: "typing" } } } },
    ]);
    live(event(1, { type: "moderated", lane: "moderators", data: { action: "shadow", user: "kim" } }));
    typing("kim");
    expect(lee.pushed).toHaveLength(1);
    for (let n = 0; n < limits.presenceClients; n++) feed.join(viewer(`d${n}`, false, `d${n}`));
    typing("park");
    expect(lee.pushed).toHaveLength(1);
  });
});

const counters = {
  ...{ state: "open", viewers: 3, users: 2, peak: 5, comments: 7, hearts: { "❤": 9 } },
  ...{ gifts: { count: 0, amounts: {} }, supporters: [], sampled: false, shards: 1 },
};
