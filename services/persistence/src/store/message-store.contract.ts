/** What every store must do; each implementation's test names itself here. */
import type { ActType, MessageId, RoomId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import {
  type ActsAsked,
  type MessageStore,
  type OffsetRange,
  peakKind,
  type RoomAppend,
  type ShardPosition,
  type StoredEvent,
  type StoredTotal,
  StoreUnavailable,
} from "./message-store.ts";

/** One empty database. Every `open` is another store on the same data. */
export interface StoreFixture extends AsyncDisposable {
  open(): Promise<MessageStore>;
}

export function messageStoreContract(name: string, fixture: () => Promise<StoreFixture>): void {
  describe(`${name} as a message store`, () => {
    test("keeps the lines of a room in the order of their offsets", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      await store.apply([append({ from: 1, to: 3 })], at(1));
      await store.apply([append({ from: 4, to: 5 })], at(2));

      expect(offsets(await store.lines(room, { from: 1, to: 5 }))).toEqual([1, 2, 3, 4, 5]);
      expect(await store.lines(room, { from: 2, to: 2 })).toEqual([eventAt(2)]);
      expect(await headOf(store)).toEqual({ offset: 5, epoch: "e1" });
    });

    test("answers ranges as far as they are stored", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      await store.apply([append({ from: 1, to: 10 })], at(1));

      expect(offsets(await store.lines(room, { from: 8, to: 100 }))).toEqual([8, 9, 10]);
      expect(offsets(await store.lines(room, { from: 3, to: 5 }))).toEqual([3, 4, 5]);
      expect(await store.lines(room, { from: 11, to: 20 })).toEqual([]);
      expect(await store.lines(roomId("elsewhere"), { from: 1, to: 10 })).toEqual([]);
    });

    test("an empty store knows no room and no stream", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      expect(await store.heads([room])).toEqual(new Map());
      expect(await store.heads([])).toEqual(new Map());
      expect(await store.position(3)).toEqual({ sequence: 0, epoch: "" });
      await store.ping();
    });

    test("answers the heads of many rooms at once", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const rooms = Array.from({ length: 500 }, (_, i) => roomId(`live:room-${i}`));
      await store.apply(
        rooms.map((each, i) => append({ room: each, from: 1, to: (i % 3) + 1 })),
        at(1),
      );

      const heads = await store.heads([...rooms, roomId("unknown")]);
      expect(heads.size).toBe(500);
      expect(heads.get(roomId("live:room-2"))).toEqual({ offset: 3, epoch: "e1" });
    });

    test("writing the same again changes nothing", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      for (let i = 0; i < 3; i++) await store.apply([append({ from: 1, to: 5 })], at(7));

      expect(offsets(await store.lines(room, { from: 1, to: 10 }))).toEqual([1, 2, 3, 4, 5]);
      expect(await store.position(0)).toEqual({ sequence: 7, epoch });
    });

    test("of an overlapping repeat only the new rows are taken", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      await store.apply([append({ from: 1, to: 5 })], at(1));
      await store.apply([append({ from: 3, to: 8, line: () => '{"other":true}' })], at(2));

      const lines = await store.lines(room, { from: 1, to: 10 });
      expect(lines.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5].map(lineOf).concat(Array(3).fill('{"other":true}')));
    });

    test("gives a lost row its event, once, and leaves all others as they are", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const lost = (offset: number) => ({ ...eventAt(offset), type: "lost" as const, author: "", line: "{}" });
      const events = [1, 2, 3, 4].map((offset) => (offset % 2 === 0 ? lost(offset) : eventAt(offset)));
      await store.apply([{ ...append({ from: 1, to: 4 }), events }], at(4));
      await store.apply([{ ...append({ from: 1, to: 4, room: roomId("live:other") }), events }], at(5));

      const late = [1, 2, 3, 9].map((offset) => ({ ...eventAt(offset), author: "윤", line: `{"late":${offset}}` }));
      for (let times = 0; times < 2; times++) await store.replaceLost(room, late);
      await store.replaceLost(room, [{ ...eventAt(2), line: '{"too":"late"}' }]);
      await store.replaceLost(room, []);
      expect((await store.lines(room, { from: 1, to: 9 })).map(({ line }) => line)).toEqual([
        lineOf(1),
        '{"late":2}',
        lineOf(3),
        "{}",
      ]);
      expect((await store.lines(roomId("live:other"), { from: 2, to: 2 })).map(({ line }) => line)).toEqual(["{}"]);
      expect(await headOf(store)).toEqual({ offset: 4, epoch: "e1" });
    });

    test("takes what is out of the log's order, and no stream moves by it", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      await store.apply([append({ from: 1, to: 3 })], at(7));
      await store.apply([append({ from: 4, to: 5 })], undefined);
      expect(offsets(await store.lines(room, { from: 1, to: 9 }))).toEqual([1, 2, 3, 4, 5]);
      expect(await headOf(store)).toEqual({ offset: 5, epoch: "e1" });
      expect(await store.position(0)).toEqual({ sequence: 7, epoch });
    });

    test("brings every room once, page by page", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      expect(await store.rooms({ after: undefined, atMost: 10 })).toEqual(new Map());
      const ids = Array.from({ length: 25 }, (_, i) => roomId(`${i % 2 ? "live:" : ""}Room-${i}`));
      for (const id of ids) await store.apply([{ ...append({ from: 1, to: 2, epoch: "e1" }), room: id }], at(1));
      const found: RoomId[] = [];
      for (let after: RoomId | undefined; ; after = found.at(-1)) {
        const page = await store.rooms({ after, atMost: 10 });
        for (const position of page.values()) expect(position).toEqual({ offset: 2, epoch: "e1" });
        found.push(...page.keys());
        if (page.size < 10) break;
      }
      expect(found).toHaveLength(25);
      expect(new Set(found)).toEqual(new Set(ids));
    });

    test("heads and positions only rise", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      await store.apply([append({ from: 1, to: 9, epoch: "e2" })], at(90, { shard: 3 }));
      await store.apply([append({ from: 1, to: 4, epoch: "e1" })], at(40, { shard: 3 }));

      expect(await headOf(store)).toEqual({ offset: 9, epoch: "e2" });
      expect(await store.position(3)).toEqual({ sequence: 90, epoch });
      expect(await store.position(4)).toEqual({ sequence: 0, epoch: "" });
    });

    test("a stream's position belongs to one life of the log, and only a restart begins another", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      await store.apply([append({ from: 1, to: 9 })], at(90));
      await store.apply([], at(95, { epoch: "another" }));
      await store.apply([], at(5, { epoch: "another" }));
      expect(await store.position(0)).toEqual({ sequence: 90, epoch });

      await store.restart(0, "another");
      await store.restart(1, "another");
      expect(await store.position(0)).toEqual({ sequence: 0, epoch: "another" });
      expect(await store.position(1)).toEqual({ sequence: 0, epoch: "another" });
      // Whoever was held up since before the restart moves nothing; its rows are welcome.
      await store.apply([append({ from: 10, to: 10 })], at(91));
      await store.apply([], at(5, { epoch: "another" }));
      expect(await store.position(0)).toEqual({ sequence: 5, epoch: "another" });
      expect(await headOf(store)).toEqual({ offset: 10, epoch: "e1" });
    });

    test("takes several pieces of one room in one transaction", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      await store.apply(
        [append({ from: 1, to: 2 }), append({ from: 3, to: 4, epoch: "e2" }), append({ from: 5, to: 5, epoch: "e2" })],
        at(3),
      );

      expect(offsets(await store.lines(room, { from: 1, to: 9 }))).toEqual([1, 2, 3, 4, 5]);
      expect(await headOf(store)).toEqual({ offset: 5, epoch: "e2" });
    });

    test("a new epoch goes on in the same order, also before its first event", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      await store.apply([append({ from: 1, to: 3 })], at(1));
      await store.apply([{ room, epoch: "e2", head: 3, time: 5, events: [], totals: [] }], at(2));
      expect(await headOf(store)).toEqual({ offset: 3, epoch: "e2" });

      await store.apply([append({ from: 4, to: 4, epoch: "e2" })], at(3));
      expect(offsets(await store.lines(room, { from: 1, to: 9 }))).toEqual([1, 2, 3, 4]);
    });

    test("two writers racing with the same range leave each row once", async () => {
      await using opened = await openOne(fixture);
      const { store, reopen } = opened;
      const other = await reopen();
      const rooms = ["a", "b", "c"].map(roomId);
      const write = async (writer: MessageStore, order: readonly RoomId[]) => {
        for (let from = 1; from <= 200; from += 20) {
          const pieces = order.map((each) => append({ room: each, from, to: from + 19 }));
          await repeatedly(() => writer.apply(pieces, at(from)));
        }
      };
      await Promise.all([write(store, rooms), write(other, [...rooms].reverse())]);

      for (const each of rooms) {
        expect(await store.lines(each, { from: 1, to: 500 })).toEqual(Array.from({ length: 200 }, (_, i) => eventAt(i + 1)));
      }
    });

    test("a transaction that fails leaves nothing behind, and says so in another way than being away", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const bad = append({ room: roomId("bad"), from: 1, to: 3, line: (offset) => (offset === 3 ? noLine : lineOf(offset)) });
      const failed = store.apply([append({ from: 1, to: 5 }), bad], at(9));

      await expect(failed).rejects.toThrow();
      await expect(failed).rejects.not.toBeInstanceOf(StoreUnavailable);
      expect(await store.lines(room, { from: 1, to: 5 })).toEqual([]);
      expect(await store.heads([room, roomId("bad")])).toEqual(new Map());
      expect(await store.position(0)).toEqual({ sequence: 0, epoch: "" });

      await store.apply([append({ from: 1, to: 5 })], at(9));
      expect(await headOf(store)).toEqual({ offset: 5, epoch: "e1" });
    });

    test.each(exactTexts)("gives back the exact text of %s", async (_, text) => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      await store.apply([append({ from: 1, to: 1, line: () => text, author: "윤 é 👩‍👩‍👧 " })], at(1));
      expect(await store.lines(room, { from: 1, to: 1 })).toMatchObject([{ offset: 1, line: text, author: "윤 é 👩‍👩‍👧 " }]);
    });

    test("rooms whose ids differ in case, or begin alike, are different rooms", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const rooms = ["concert", "Concert", "CONCERT", "live:concert", "concert_", "concert-", `live:${"z".repeat(64)}`].map(
        roomId,
      );
      await store.apply(
        rooms.map((each, i) => append({ room: each, from: 1, to: i + 1, line: () => JSON.stringify(each) })),
        at(1),
      );
      for (const [i, each] of rooms.entries()) {
        const lines = await store.lines(each, { from: 1, to: 100 });
        expect(lines.map(({ line }) => line)).toEqual(Array(i + 1).fill(JSON.stringify(each)));
      }
      expect(new Set((await store.heads(rooms)).keys())).toEqual(new Set(rooms));
    });

    test.each([2 ** 31 - 1, 2 ** 32, 2 ** 53 - 3])("offsets beyond %d are exact", async (start) => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      await store.apply([append({ from: start, to: start + 2 })], at(start + 2));
      expect(offsets(await store.lines(room, { from: start, to: start + 2 }))).toEqual([start, start + 1, start + 2]);
      expect(await headOf(store)).toEqual({ offset: start + 2, epoch: "e1" });
      expect(await store.position(0)).toEqual({ sequence: start + 2, epoch });
    });

    test("opened again, everything is there", async () => {
      await using opened = await openOne(fixture);
      const { store, reopen } = opened;
      await store.apply([append({ from: 1, to: 3 })], at(5));
      await store.close();

      const again = await reopen();
      expect(offsets(await again.lines(room, { from: 1, to: 9 }))).toEqual([1, 2, 3]);
      expect(await headOf(again)).toEqual({ offset: 3, epoch: "e1" });
      expect(await again.position(0)).toEqual({ sequence: 5, epoch });
    });

    test("keeps whom each line is for, also of one that takes a lost one's place", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const shadowed = { ...eventAt(2), lane: "shadow" as const, mentions: ["윤 ", 'o"neill'] };
      const lost = { ...eventAt(3), type: "lost" as const, line: "{}" };
      const events = [eventAt(1), shadowed, lost, { ...eventAt(4), lane: "shard:7" as const }];
      await store.apply([{ ...append({ from: 1, to: 4 }), events }], at(1));
      expect(await store.lines(room, { from: 1, to: 9 })).toEqual(events);
      const late = { ...eventAt(3), lane: "moderators" as const, mentions: ["kim"] };
      await store.replaceLost(room, [late]);
      expect(await store.lines(room, { from: 3, to: 3 })).toEqual([late]);
    });

    test("keeps what was done to messages, the newest of each kind, in whatever order it comes", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const acts = [
        act(11, "deleted", { offset: 1, user: "a" }),
        act(12, "edited", { offset: 2, data: { text: "안녕 '\\ \ud800" } }),
        act(13, "deleted", { offset: 2, user: "a" }),
        act(14, "restored", { offset: 2 }),
        act(15, "edited", { offset: 2, data: { text: "new" } }),
        act(16, "purged", { user: "a", upTo: 9 }),
        act(17, "purged", { user: "a ", upTo: 8 }),
        act(18, "restored", { user: "a " }),
        // None of these says what it does.
        act(19, "deleted", { offset: "1" }),
        act(20, "edited", { offset: 3, data: 5 }),
        act(21, "purged", { user: "", upTo: 5 }),
      ];
      const apply = (events: readonly StoredEvent[], sequence: number) =>
        store.apply([{ ...append({ from: 1, to: 30 }), events }], at(sequence));
      const asked = { from: 1, to: 30, users: ["a", "a ", "b"] };
      await apply(acts, 1);
      const now = await store.changes(room, asked);
      expect(now).toEqual({
        messages: [
          { offset: 1, deletion: { by: 11, deleted: true }, edit: undefined },
          { offset: 2, deletion: { by: 14, deleted: false }, edit: { by: 15, data: '{"text":"new"}' } },
        ],
        purges: new Map([
          ["a", { by: 16, upTo: 9 }],
          ["a ", { by: 18, upTo: 0 }],
        ]),
      });
      for (const each of acts.toReversed()) await apply([each], 2);
      expect(await store.changes(room, asked)).toEqual(now);
      expect(await store.changes(room, { from: 2, to: 30, users: [] })).toEqual({
        messages: now.messages.slice(1),
        purges: new Map(),
      });
      expect(await store.changes(room, { from: 2, to: 30, users: [], elsewhere: [1, 999] })).toEqual({
        messages: now.messages,
        purges: new Map(),
      });
      expect(await store.changes(roomId("live:other"), asked)).toEqual({ messages: [], purges: new Map() });
    });

    test("a lost event does nothing to others until it is given back, and one that finds no place never does", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const lost = { ...eventAt(2), type: "lost" as const, line: "{}" };
      await store.apply([{ ...append({ from: 1, to: 3 }), events: [eventAt(1), lost, eventAt(3)] }], at(1));
      await store.replaceLost(room, [act(3, "deleted", { offset: 1 })]);
      expect((await store.changes(room, { from: 1, to: 3, users: [] })).messages).toEqual([]);
      await store.replaceLost(room, [act(2, "deleted", { offset: 1 })]);
      expect((await store.changes(room, { from: 1, to: 3, users: [] })).messages).toMatchObject([{ offset: 1 }]);
      const asked = { from: 1, to: 9, types: ["deleted", "lost"] as const, atMost: 9, reverse: false };
      expect(offsets(await store.acts(room, asked))).toEqual([2]);
    });

    test("finds acts by their types, from either end", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const events = Array.from({ length: 40 }, (_, i) =>
        i % 4 === 0
          ? eventAt(i + 1)
          : act(i + 1, (["held", "reported", "pinned"] as const)[(i % 4) - 1] ?? "held", { offset: 1 }),
      );
      await store.apply([{ ...append({ from: 1, to: 40 }), events }], at(1));
      const find = async (what: Partial<ActsAsked & OffsetRange>) =>
        offsets(await store.acts(room, { from: 1, to: 100, types: ["held"], atMost: 3, reverse: false, ...what }));
      expect(await find({})).toEqual([2, 6, 10]);
      expect(await find({ reverse: true })).toEqual([38, 34, 30]);
      expect(await find({ types: ["held", "reported", "closed"], from: 6, atMost: 4 })).toEqual([6, 7, 10, 11]);
      expect(await find({ types: ["reported", "held"], to: 20, atMost: 3, reverse: true })).toEqual([19, 18, 15]);
      expect(await store.acts(room, { from: 2, to: 2, types: ["held"], atMost: 1, reverse: false })).toEqual([events[1]]);
      expect(await store.acts(roomId("live:other"), { from: 1, to: 9, types: ["held"], atMost: 1, reverse: false })).toEqual([]);
    });

    test("[G27] knows a gift by its room and its id: of one that is there twice the first, in whatever order they come", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const other = roomId("live:Concert");
      const apply = (events: readonly StoredEvent[], each = room) =>
        store.apply([{ ...append({ room: each, from: 1, to: 30 }), events }], at(1));
      await apply([gifted(7, "pay-1", { amount: 5 }), eventAt(8), gifted(9, "PAY-1"), gifted(12, "pay-2", { amount: 1e12 })]);
      await apply([gifted(3, "pay-1", { amount: 2 })]);
      await apply([gifted(20, "pay-1"), gifted(21, "pay-3", { currency: "JPY", amount: 30 })]);
      await apply([gifted(4, "pay-4")], other);
      const place = (id: string, each = room) => store.gift(each, id as MessageId);
      expect(await Promise.all(["pay-1", "PAY-1", "pay-2", "pay-3", "pay-4"].map((id) => place(id)))).toEqual([
        ...[3, 9, 12, 21],
        undefined,
      ]);
      expect([await place("pay-4", other), await place("pay-1", other)]).toEqual([4, undefined]);
      // A message is no gift, whatever its id.
      expect(await place("m-8")).toBeUndefined();
      const sum = (currency: string, count: number, amount: number) => ({ currency, count, amount });
      expect(await store.giftsBefore(room, 3)).toEqual([]);
      expect(await store.giftsBefore(room, 12)).toEqual([sum("KRW", 2, 502)]);
      expect(await store.giftsBefore(room, 22)).toEqual([sum("JPY", 1, 30), sum("KRW", 3, 1e12 + 502)]);
    });

    test("[G27] knows a lost gift once it is given back", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const lost = { ...eventAt(2), type: "lost" as const, line: "{}" };
      await store.apply([{ ...append({ from: 1, to: 2 }), events: [eventAt(1), lost] }], at(1));
      expect(await store.gift(room, "pay-1" as MessageId)).toBeUndefined();
      await store.replaceLost(room, [gifted(2, "pay-1")]);
      expect(await store.gift(room, "pay-1" as MessageId)).toBe(2);
    });

    test("totals only rise, and come from either end", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const add = (...totals: StoredTotal[]) => store.apply([{ ...append({ from: 1, to: 1 }), totals }], at(1));
      const total = (second: number, kind: string, total: number) => ({ second, kind, total });
      await add(total(10, "❤️", 5), total(11, "❤️", 7), total(11, peakKind, 3));
      await add(total(10, "❤️", 4), total(11, "❤️", 9), total(12, "❤", 1));
      const find = (asked: object) => store.totals(room, { from: 0, to: 100, atMost: 9, reverse: false, ...asked });
      expect(await find({})).toEqual([total(10, "❤️", 5), total(11, peakKind, 3), total(11, "❤️", 9), total(12, "❤", 1)]);
      expect(await find({ to: 11, atMost: 2, reverse: true })).toEqual([total(11, "❤️", 9), total(11, peakKind, 3)]);
      expect(await find({ from: 11, to: 11, atMost: 1 })).toEqual([total(11, peakKind, 3)]);
    });

    test("finds the place of an event, over holes", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const events = [5, 6, 20].map((offset) => ({ ...eventAt(offset), time: offset * 1_000 }));
      await store.apply([{ ...append({ from: 5, to: 20 }), events }], at(1));
      expect(await store.placeFrom(room, 1)).toEqual({ offset: 5, time: 5_000 });
      expect(await store.placeFrom(room, 7)).toEqual({ offset: 20, time: 20_000 });
      expect(await store.placeFrom(room, 21)).toBeUndefined();
    });

    test("closed, it is unavailable, and closing again does nothing", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      await store.close();
      await store.close();
      await expect(store.apply([append({ from: 1, to: 1 })], at(1))).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.replaceLost(room, [])).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.lines(room, { from: 1, to: 1 })).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.heads([room])).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.restart(0, epoch)).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailable);
    });

    test("10,000 rows of rooms that take turns are each in their order", async () => {
      await using opened = await openOne(fixture);
      const { store } = opened;
      const rooms = ["a", "b", "c", "d"].map(roomId);
      for (let from = 1; from <= 2_500; from += 125) {
        await store.apply(
          rooms.map((each) => append({ room: each, from, to: from + 124 })),
          at(from),
        );
      }
      for (const each of rooms) {
        const lines = await store.lines(each, { from: 1, to: 3_000 });
        expect(lines).toEqual(Array.from({ length: 2_500 }, (_, i) => eventAt(i + 1)));
      }
    });
  });
}

const roomId = (name: string) => name as RoomId;
const room = roomId("live:concert");
/** The log's own epoch, which is no room's. */
const epoch = "log";
const at = (sequence: number, more: Partial<ShardPosition> = {}) => ({ shard: 0, sequence, epoch, ...more });
const lineOf = (offset: number) => `{"data":{"text":"message ${offset} 안녕"},"offset":${offset}}`;
const offsets = (lines: readonly { offset: number }[]) => lines.map(({ offset }) => offset);
const headOf = async (store: MessageStore) => (await store.heads([room])).get(room);

/** What no store takes: its type forbids it, and its columns too. */
const noLine = null as unknown as string;

const exactTexts: [string, string][] = [
  ["emoji", '{"text":"🎉👩‍👩‍👧‍👦🇰🇷❤️"}'],
  ["Korean, composed and not", `{"a":"한글","b":"${"한글".normalize("NFD")}"}`],
  ["combining marks", '{"text":"Z̴̡̛a̷l̵g̶o̸ é e\u0301"}'],
  ["escapes of lone surrogates", '{"text":"\\ud83d \\udc00 \\u0000"}'],
  ["quotes, backslashes and newlines in escapes", '{"text":"\\"\\\\n\\n\\t\' `; DROP TABLE events; -- %s ? :1"}'],
  ["case and spaces", '{"text":"  ÀàßẞſsS  "}   '],
  ["what is beside the basic plane and what does not print", '{"text":"𐍈\u200b\u200d\ufeff\u2028\u00a0\ufffd"}'],
  ["8 KiB of data with its envelope", JSON.stringify({ data: { text: "윤".repeat(2_730) }, info: "x".repeat(2_048) })],
  ["more than 64 KiB", JSON.stringify({ text: "🎈".repeat(20_000) })],
];

interface AppendOptions {
  room?: RoomId;
  from: number;
  to: number;
  epoch?: string;
  author?: string;
  line?: (offset: number) => string;
}

function append(options: AppendOptions): RoomAppend {
  const { from, to, epoch = "e1", author = "user-1", line = lineOf } = options;
  const events: StoredEvent[] = [];
  for (let offset = from; offset <= to; offset++) events.push({ ...eventAt(offset), author, line: line(offset) });
  return { room: options.room ?? room, epoch, head: to, time: 1_700_000_000_000, events, totals: [] };
}

function act(offset: number, type: ActType, data: object): StoredEvent {
  return { ...eventAt(offset), type, line: JSON.stringify({ data, offset, tags: { type, id: "", time: "1700000000000" } }) };
}

function gifted(offset: number, messageId: string, { amount = 500, currency = "KRW" } = {}): StoredEvent {
  const tags = { type: "gifted", id: messageId, time: "1700000000000" };
  const line = JSON.stringify({ data: { user: "kim", amount, currency }, offset, tags });
  return { ...eventAt(offset), type: "gifted", author: "", messageId, line };
}

function eventAt(offset: number): StoredEvent {
  const line = lineOf(offset);
  const time = 1_700_000_000_000;
  return { offset, type: "posted", author: "user-1", messageId: `m-${offset}`, time, line, lane: "all", mentions: [] };
}

/** As the projector does: what was unavailable is repeated. */
async function repeatedly(work: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || attempt === 50) throw error;
    }
  }
}

async function openOne(fixture: () => Promise<StoreFixture>) {
  const resources = await fixture();
  const stores: MessageStore[] = [];
  const reopen = async () => {
    const store = await resources.open();
    stores.push(store);
    return store;
  };
  return {
    store: await reopen(),
    reopen,
    [Symbol.asyncDispose]: async () => {
      for (const store of stores) await store.close();
      await resources[Symbol.asyncDispose]();
    },
  };
}
