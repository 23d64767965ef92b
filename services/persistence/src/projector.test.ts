import {
  type Author,
  type Batch,
  type EventEntry,
  encodeBatch,
  type NoteEntry,
  type NoteType,
  type RoomId,
} from "@madang/contracts";
import { eventually, seeded } from "@madang/devkit";
import { type DeadLetter, LogUnavailable, type ShardReader, type StoredRecord } from "@madang/log";
import { pause, untraced } from "@madang/runtime";
import { describe, expect, test } from "vitest";
import { Projector, type ProjectorNews } from "./projector.ts";
import { readEvent } from "./record-reader.ts";
import { type MessageStore, StoreUnavailable } from "./store/message-store.ts";
import { SqliteStore } from "./store/sqlite-store.ts";
import { turn } from "./turns.ts";

describe("a projector", () => {
  test("goes on with the traces of records, of sixteen in a transaction at most, through every try", async () => {
    const heard: string[] = [];
    const followAll = (name: string, traces: string) => ({
      set: () => {},
      end: (failure?: string) => void heard.push(`${name} ${traces} ${failure ?? "done"}`),
    });
    const store = new SqliteStore(":memory:");
    let failures = 1;
    const troubled = overriding(store, {
      apply: async (...call) => {
        if (failures-- > 0) throw new StoreUnavailable("away");
        await store.apply(...call);
      },
    });
    const records = range(1, 20).map((n) => ({ ...record(n, "a", [n]), traces: n === 1 ? "" : `t${n}` }));
    await using world = new World(records, troubled, { ...untraced, on: true, followAll });
    await world.settle();
    const followed = range(2, 17).map((n) => `store t${n}`);
    expect(heard).toEqual([...followed.map((each) => `${each} StoreUnavailable`), ...followed.map((each) => `${each} done`)]);
  });

  test("[L3] stores the events of every room in order, and is done with a record only after its commit", async () => {
    await using world = new World([record(1, "a", [1, 2]), record(2, "b", [1]), record(3, "a", [3])]);
    world.reader.onDone = async (sequence) => expect((await world.store.position(0)).sequence).toBeGreaterThanOrEqual(sequence);
    await world.settle();

    expect(await world.offsets("a")).toEqual([1, 2, 3]);
    expect(await world.offsets("b")).toEqual([1]);
    expect(await world.store.position(0)).toEqual({ sequence: 3, epoch: "log" });
    expect(world.reader.doneUpTo).toBe(3);
    expect(world.projector.stats).toMatchObject({ events: 4, transactions: 1, buried: 0, lost: 0 });
  });

  test("stores each line as the very text of the log", async () => {
    await using world = new World([record(1, "a", [1], { text: "안녕 🎉 \\ud800 e\u0301 " })]);
    await world.settle();
    const [stored] = await world.store.lines(roomId("a"), { from: 1, to: 1 });
    expect(stored?.line).toBe(lineOf(1, { text: "안녕 🎉 \\ud800 e\u0301 " }));
  });

  test("keeps a transaction within 500 rows, whatever the size of records", async () => {
    const counting = countingStore(new SqliteStore(":memory:"));
    await using world = new World(
      [record(1, "a", range(1, 256)), record(2, "b", range(1, 256)), record(3, "c", range(1, 1_200))],
      counting,
    );
    world.reader.onDone = async (sequence) => expect(counting.calls.at(-1)?.sequence).toBeGreaterThanOrEqual(sequence);
    await world.settle();

    // The last record takes three: until its end is stored, the stream's position stays before it.
    expect(counting.calls).toEqual([
      { rows: 256, sequence: 1 },
      { rows: 256, sequence: 2 },
      { rows: 500, sequence: 2 },
      { rows: 500, sequence: 2 },
      { rows: 200, sequence: 3 },
    ]);
    expect(await world.offsets("c")).toEqual(range(1, 1_200));
  });

  test("makes the next transaction while one is on its way, and no more than that", async () => {
    const store = new SqliteStore(":memory:");
    const answers: (() => void)[] = [];
    const slow = overriding(store, {
      apply: async (...call) => {
        await new Promise<void>((resolve) => answers.push(resolve));
        await store.apply(...call);
      },
    });
    await using world = new World(
      range(0, 9).map((n) => record(n + 1, "a", range(n * 500 + 1, n * 500 + 500))),
      slow,
    );
    world.reader.fetch = 1;
    const settled = world.settle();
    for (let n = 1; n <= 10; n++) {
      await eventually(() => expect(answers).toHaveLength(n));
      await eventually(() => expect(world.reader.given).toBe(Math.min(10, n + 1)));
      await pause(5);
      expect([answers.length, world.reader.given, world.reader.doneUpTo]).toEqual([n, Math.min(10, n + 1), n - 1]);
      answers[n - 1]?.();
    }
    await settled;
    expect(await world.offsets("a")).toEqual(range(1, 5_000));
  });

  test("asks the store for a room's head once, and again before it believes in a gap", async () => {
    const store = new SqliteStore(":memory:");
    const asked: string[][] = [];
    const asking = overriding(store, {
      heads: (rooms) => {
        asked.push([...rooms]);
        return store.heads(rooms);
      },
    });
    await using world = new World(
      [record(1, "a", [1, 2]), record(2, "b", [1]), record(3, "a", [3, 4]), record(4, "a", [7]), record(5, "b", [2])],
      asking,
    );
    world.reader.fetch = 1;
    world.reader.onDone = async (sequence) => {
      // A dead letter that was tried again.
      const events = [5, 6].map((offset) => readEvent(entryOf(offset)));
      if (sequence === 2)
        await store.apply([{ room: roomId("a"), epoch: "e1", head: 6, time: 1, events, totals: [] }], undefined);
    };
    await world.settle();
    expect(asked).toEqual([["a"], ["b"], ["a"]]);
    expect(await world.offsets("a")).toEqual(range(1, 7));
    expect(world.projector.stats.lost).toBe(0);
    expect(world.news).toEqual([]);
  });

  test("[L3] records that come again change nothing and cost nothing", async () => {
    const records = [record(1, "a", [1, 2]), record(2, "a", [3])];
    await using world = new World([...records, ...records]);
    await world.settle();
    await using again = new World(records, world.store);
    await again.settle();

    expect(await world.offsets("a")).toEqual([1, 2, 3]);
    expect(again.projector.stats).toMatchObject({ events: 0, skipped: 2 });
    expect(again.reader.doneUpTo).toBe(2);
  });

  test("[L3] keeps the totals of notes, of those that come alone as of others, by the second, and moves no room by them", async () => {
    const at = (time: number, head: number, ...entries: Batch["entries"]) => ({ epoch: "e1", head, time, entries });
    const hearts = (total: number) => noteOf("hearts", { hearts: { "❤️": total, "🎉": 2, "no kind": 3, bad: -1, worse: "x" } });
    const records = [
      stored(1, "a", at(1_000_100, 1, entryOf(1), hearts(5))),
      stored(2, "a", at(1_000_900, 1, hearts(9), noteOf("peaks", { peak: 12 }))),
      stored(3, "a", at(1_002_000, 1, noteOf("hearts", { hearts: 7 }), { kind: "note", type: "hearts", line: Buffer.from("?") })),
      stored(4, "a", at(1_002_500, 1, noteOf("hearts", { hearts: { "❤️": 10 } }))),
    ];
    await using world = new World([...records, ...records]);
    await world.settle();
    const totals = await world.store.totals(roomId("a"), { from: 0, to: 2_000, atMost: 99, reverse: false });
    expect(new Set(totals.map(({ second, kind, total }) => `${second} ${kind} ${total}`))).toEqual(
      new Set(["1000 ❤️ 9", "1000 🎉 2", "1000 __peak 12", "1002 ❤️ 10"]),
    );
    expect(await world.head("a")).toEqual({ offset: 1, epoch: "e1" });
    expect(await world.offsets("a")).toEqual([1]);
  });

  test("[L3] totals of a record of many transactions are stored with the last of them", async () => {
    const store = new SqliteStore(":memory:");
    const given: [number, number][] = [];
    const counting = overriding(store, {
      apply: async (appends, position) => {
        for (const { events, totals } of appends) given.push([events.length, totals.length]);
        await store.apply(appends, position);
      },
    });
    const entries = [noteOf("hearts", { hearts: { "❤️": 5 } }), ...range(1, 1_200).map((offset) => entryOf(offset))];
    await using world = new World([record(1, "c", range(1, 1_200), { batch: { entries } })], counting);
    await world.settle();
    expect(given).toEqual([
      [500, 0],
      [500, 0],
      [200, 1],
    ]);
  });

  test("a claim of a new epoch moves the room's epoch before its first event", async () => {
    await using world = new World([record(1, "a", [1, 2]), note(2, "a", { epoch: "e2", head: 2 })]);
    await world.settle();
    expect(await world.head("a")).toEqual({ offset: 2, epoch: "e2" });
  });

  test("waits for a store that is away, however long, and loses and skips nothing", async () => {
    const store = new SqliteStore(":memory:");
    let away = 20;
    const flaky = overriding(store, {
      apply: (...call) => (away-- > 0 ? Promise.reject(new StoreUnavailable("gone fishing")) : store.apply(...call)),
    });
    await using world = new World([record(1, "a", [1, 2]), record(2, "a", [3])], flaky);
    await world.settle();

    expect(await world.offsets("a")).toEqual([1, 2, 3]);
    expect(world.letters).toEqual([]);
    expect(world.waits).toHaveLength(20);
    expect(world.waits[0]).toBeLessThanOrEqual(100);
    expect(Math.max(...world.waits)).toBeLessThanOrEqual(10_000);
    expect(world.waits[19]).toBeGreaterThanOrEqual(5_000);
    expect(world.projector.stats.paused).toBe(false);
    expect(world.projector.stats.lastError).toBe("gone fishing");
    expect(world.news.map(({ kind }) => kind).slice(-2)).toEqual(["paused", "resumed"]);
  });

  test("waits for a log that is away", async () => {
    await using world = new World([record(1, "a", [1])]);
    world.reader.failures = 3;
    await world.settle();
    expect(await world.offsets("a")).toEqual([1]);
    expect(world.waits).toHaveLength(3);
  });

  test("goes on only once neither half waits any more", async () => {
    const store = new SqliteStore(":memory:");
    let tries = 0;
    const flaky = overriding(store, {
      apply: async (...call) => {
        // The next fetch fails while this waits, and is the first that succeeds again.
        if (++tries === 1) world.reader.failures = 1;
        if (world.reader.given < 2) throw new StoreUnavailable("no store now");
        await store.apply(...call);
      },
    });
    await using world = new World([record(1, "a", [1]), record(2, "a", [2])], flaky);
    world.reader.fetch = 1;
    await world.settle();

    expect(await world.offsets("a")).toEqual([1, 2]);
    const told = world.news.map((news) => (news.kind === "paused" ? news.error.message : news.kind));
    expect(new Set(told)).toEqual(new Set(["no store now", "no log now", "resumed"]));
    expect(told.indexOf("resumed")).toBe(told.length - 1);
  });

  test("stops while it waits, and leaves the record for the next time", async () => {
    const store = overriding(new SqliteStore(":memory:"), { apply: () => Promise.reject(new StoreUnavailable("away")) });
    await using world = new World([record(1, "a", [1])], store);
    const stop = new AbortController();
    world.onSleep = () => stop.abort();
    await world.projector.run(stop.signal);

    expect(world.reader.doneUpTo).toBe(0);
    expect(world.letters).toEqual([]);
  });

  test.each([1, 2, 250, 499, 500])(
    "finds event %d of 500 that the store refuses, keeps its place and goes on",
    async (culprit) => {
      const store = new SqliteStore(":memory:");
      const fussy = overriding(store, { apply: refusing(store, (offset, type) => offset === culprit && type === "posted") });
      await using world = new World(
        [record(1, "a", range(1, 250)), record(2, "a", range(251, 500)), record(3, "a", [501])],
        fussy,
      );
      await world.settle();

      expect(await world.offsets("a")).toEqual(range(1, 501));
      const [row] = await world.store.lines(roomId("a"), { from: culprit, to: culprit });
      expect(JSON.parse(row?.line ?? "")).toMatchObject({ data: {}, offset: culprit, tags: { type: "lost" } });
      expect(world.letters).toMatchObject([
        { source: "projector", sequence: culprit <= 250 ? 1 : 2, room: "a", offset: culprit, reason: "refused" },
      ]);
      expect(Buffer.from(world.letters[0]?.body ?? []).toString()).toBe(lineOf(culprit));
      expect(await world.store.position(0)).toEqual({ sequence: 3, epoch: "log" });
      expect(world.reader.doneUpTo).toBe(3);
    },
  );

  test("a store that refuses everything is waited for: nothing is given up", async () => {
    const store = new SqliteStore(":memory:");
    let broken = 40;
    const fussy = overriding(store, {
      apply: (...call) => (broken-- > 0 ? Promise.reject(new TypeError("a bug")) : store.apply(...call)),
    });
    await using world = new World([record(1, "a", [1, 2, 3, 4])], fussy);
    await world.settle();
    expect(world.letters).toHaveLength(1);
    expect(await world.offsets("a")).toEqual([1, 2, 3, 4]);
  });

  test("[L6] a record that cannot be read goes to the dead letters whole, and its place is filled when the next one tells it", async () => {
    const unreadable = { ...record(2, "a", [3, 4]), body: Buffer.from("what?") };
    await using world = new World([record(1, "a", [1, 2]), unreadable, record(3, "b", [1]), record(4, "a", [5])]);
    await world.settle();

    expect(world.letters).toMatchObject([{ sequence: 2, room: "a", reason: "no index line" }]);
    expect(world.letters[0]?.offset).toBeUndefined();
    expect(await world.offsets("a")).toEqual([1, 2, 3, 4, 5]);
    expect(await world.types("a")).toEqual(["posted", "posted", "lost", "lost", "posted"]);
    expect(world.news).toContainEqual({ kind: "missing", room: "a", from: 3, to: 4, filled: true });
    expect(world.reader.doneUpTo).toBe(4);
  });

  test.each<[string, Partial<EventEntry>]>([
    ["its offset is not that of the index", { line: Buffer.from(lineOf(7)) }],
    ["its type is not that of the index", { type: "edited" as "posted" }],
    ["its author is not that of the index", { author: "someone" as Author }],
    ["it is not JSON", { line: Buffer.from("{") }],
    ["it is not UTF-8", { line: Buffer.from([0x22, 0xff, 0x22]) }],
    ["its offset is not that of the index", { line: Buffer.from("null") }],
  ])("a line is lost when %s", async (reason, change) => {
    await using world = new World([
      record(1, "a", [1, 2, 3], { change: (entry) => (entry.offset === 2 ? { ...entry, ...change } : entry) }),
    ]);
    await world.settle();
    expect(world.letters).toMatchObject([{ offset: 2, reason }]);
    expect(await world.types("a")).toEqual(["posted", "lost", "posted"]);
  });

  test.each<[string, Partial<Batch>]>([
    ["its epoch is none", { epoch: "é" }],
    ["its head is not its last offset", { head: 9 }],
    ["it has no time", { time: 1.5 }],
    ["the index has a field of the wrong type", { time: "now" as unknown as number }],
  ])("a record is unreadable when %s", async (reason, change) => {
    await using world = new World([record(1, "a", [1], { batch: change })]);
    await world.settle();
    expect(world.letters).toMatchObject([{ sequence: 1, reason }]);
    expect(await world.head("a")).toBeUndefined();
  });

  test("an empty database beside an old log is not filled with lost rows", async () => {
    await using world = new World([record(1, "a", [5_000_000, 5_000_001])]);
    await world.settle();
    expect(await world.head("a")).toEqual({ offset: 5_000_001, epoch: "e1" });
    expect(await world.store.lines(roomId("a"), { from: 1, to: 10 })).toEqual([]);
    expect(world.news).toContainEqual({ kind: "missing", room: "a", from: 1, to: 4_999_999, filled: false });
  });

  test("dead letters that cannot be kept now are waited for", async () => {
    await using world = new World([{ ...record(1, "a", [1]), body: Buffer.from("what?") }]);
    world.buryFailures = 5;
    await world.settle();
    expect(world.letters).toHaveLength(1);
    expect(world.waits).toHaveLength(5);
  });

  test.each([1, 2, 3, 4, 5])("whatever fails and comes again, the store equals the log (seed %d)", async (seed) => {
    const random = seeded(seed);
    const records: StoredRecord[] = [];
    const heads = new Map<string, number>();
    for (let sequence = 1; sequence <= 200; sequence++) {
      const room = `r${random.int(6)}`;
      const head = heads.get(room) ?? 0;
      const count = random.int(40);
      records.push(count === 0 ? note(sequence, room, { head }) : record(sequence, room, range(head + 1, head + count)));
      heads.set(room, head + count);
    }
    const store = new SqliteStore(":memory:");
    const flaky = overriding(store, {
      apply: async (...call) => {
        if (random.chance(0.2)) throw new StoreUnavailable("before");
        await store.apply(...call);
        if (random.chance(0.2)) throw new StoreUnavailable("after: the answer was lost");
      },
    });
    for (let restart = 0; restart < 6; restart++) {
      const { sequence: position } = await store.position(0);
      await using world = new World(
        records.filter(({ sequence }) => sequence > position - 20),
        flaky,
      );
      world.reader.stopAfter = random.int(120);
      world.reader.fetch = 1 + random.int(30);
      await world.settle();
      if (restart === 5) world.reader.stopAfter = Number.POSITIVE_INFINITY;
      await world.settle();
      expect(world.letters).toEqual([]);
    }
    for (const [room, head] of heads) {
      expect((await store.lines(roomId(room), { from: 1, to: 10_000 })).map(({ line }) => line)).toEqual(
        range(1, head).map((offset) => lineOf(offset)),
      );
    }
    await store.close();
  });
});

/** A projector with a log of given records, no real waiting, and dead letters in a list. */
class World implements AsyncDisposable {
  readonly reader: FakeReader;
  readonly store: MessageStore;
  readonly projector: Projector;
  readonly letters: DeadLetter[] = [];
  readonly news: ProjectorNews[] = [];
  readonly waits: number[] = [];
  buryFailures = 0;
  #now = 0;
  onSleep = () => {};

  constructor(records: readonly StoredRecord[], store: MessageStore = new SqliteStore(":memory:"), tracing = untraced) {
    this.reader = new FakeReader(records);
    this.store = store;
    this.projector = new Projector({
      reader: this.reader,
      store,
      epoch: "log",
      bury: async (letter) => {
        if (this.buryFailures-- > 0) throw new LogUnavailable("no dead letters now");
        this.letters.push(letter);
      },
      report: (news) => this.news.push(news),
      tracing,
      // Every transaction comes long after the one before.
      now: () => (this.#now += 1_000),
      sleep: async (ms) => {
        this.waits.push(ms);
        this.onSleep();
      },
      random: () => 0.5,
    });
  }

  /** Runs until the log has nothing more. */
  async settle(): Promise<void> {
    const stop = new AbortController();
    this.reader.onSettled = () => stop.abort();
    await this.projector.run(stop.signal);
  }

  async offsets(room: string): Promise<number[]> {
    return (await this.store.lines(roomId(room), { from: 1, to: 10_000 })).map(({ offset }) => offset);
  }

  async types(room: string): Promise<string[]> {
    return (await this.store.lines(roomId(room), { from: 1, to: 10_000 })).map(({ line }) => JSON.parse(line).tags.type);
  }

  async head(room: string) {
    return (await this.store.heads([roomId(room)])).get(roomId(room));
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class FakeReader implements ShardReader {
  readonly shard = 0;
  doneUpTo = 0;
  failures = 0;
  stopAfter = Number.POSITIVE_INFINITY;
  fetch = 500;
  /** There is nothing more, and all that there was is done. */
  onSettled = () => {};
  onDone: (sequence: number) => Promise<void> = async () => {};
  readonly #records: readonly StoredRecord[];
  #next = 0;

  /** Records that somebody has. */
  get given(): number {
    return this.#next;
  }

  constructor(records: readonly StoredRecord[]) {
    this.#records = records;
  }

  async next({ maxRecords }: { maxRecords: number }): Promise<StoredRecord[]> {
    if (this.failures-- > 0) throw new LogUnavailable("no log now");
    const end = Math.min(this.#next + Math.min(maxRecords, this.fetch), this.stopAfter, this.#records.length);
    const records = this.#records.slice(this.#next, end);
    this.#next = Math.max(end, this.#next);
    if (records.length > 0) return records;
    if (this.doneUpTo >= (this.#records[this.#next - 1]?.sequence ?? 0)) this.onSettled();
    await turn();
    return records;
  }

  async done({ sequence }: StoredRecord): Promise<void> {
    await this.onDone(sequence);
    this.doneUpTo = Math.max(this.doneUpTo, sequence);
  }

  async lag(): Promise<number> {
    return this.#records.length - this.#next;
  }

  async close(): Promise<void> {}
}

const roomId = (room: string) => room as RoomId;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

function lineOf(offset: number, { text = `message ${offset}` } = {}): string {
  return `{"data":{"text":"${text}"},"info":{"user":"ann","client":"c"},"offset":${offset},"tags":{"type":"posted","id":"m${offset}","time":"1700000000000"}}`;
}

interface RecordOptions {
  text?: string;
  change?: (entry: EventEntry) => EventEntry;
  batch?: Partial<Batch>;
}

function record(sequence: number, room: string, offsets: readonly number[], options: RecordOptions = {}): StoredRecord {
  const { change = (entry) => entry, batch, ...text } = options;
  const entries = offsets.map((offset) => change(entryOf(offset, text)));
  return stored(sequence, room, { epoch: "e1", head: offsets.at(-1) ?? 0, time: 1_700_000_000_000, entries, ...batch });
}

function entryOf(offset: number, text: { text?: string } = {}): EventEntry {
  const line = Buffer.from(lineOf(offset, text));
  return { kind: "event", offset, type: "posted", author: "ann" as Author, lane: "all", mentions: [], line };
}

function note(sequence: number, room: string, { epoch = "e1", head }: { epoch?: string; head: number }): StoredRecord {
  return stored(sequence, room, { epoch, head, time: 1_700_000_000_000, entries: [noteOf("claim", {})] });
}

function noteOf(type: NoteType, content: object): NoteEntry {
  return { kind: "note", type, line: Buffer.from(JSON.stringify(content)) };
}

function stored(sequence: number, room: string, batch: Batch): StoredRecord {
  return { room: roomId(room), sequence, time: 0, generation: 1, batchId: String(sequence), body: encodeBatch(batch) };
}

/** A store with some of its methods replaced. */
function overriding(store: MessageStore, methods: Partial<MessageStore>): MessageStore {
  return {
    apply: (...call) => store.apply(...call),
    replaceLost: (...call) => store.replaceLost(...call),
    lines: (...call) => store.lines(...call),
    changes: (...call) => store.changes(...call),
    acts: (...call) => store.acts(...call),
    placeFrom: (...call) => store.placeFrom(...call),
    gift: (...call) => store.gift(...call),
    giftsBefore: (...call) => store.giftsBefore(...call),
    totals: (...call) => store.totals(...call),
    rooms: (...call) => store.rooms(...call),
    heads: (...call) => store.heads(...call),
    position: (...call) => store.position(...call),
    restart: (...call) => store.restart(...call),
    ping: () => store.ping(),
    close: () => store.close(),
    ...methods,
  };
}

function refusing(store: MessageStore, refuses: (offset: number, type: string) => boolean): MessageStore["apply"] {
  return async (appends, position) => {
    if (appends.some(({ events }) => events.some(({ offset, type }) => refuses(offset, type)))) throw new Error("refused");
    await store.apply(appends, position);
  };
}

function countingStore(store: MessageStore) {
  const calls: { rows: number; sequence: number }[] = [];
  const apply: MessageStore["apply"] = async (appends, position) => {
    calls.push({ rows: appends.reduce((sum, { events }) => sum + events.length, 0), sequence: position?.sequence ?? 0 });
    await store.apply(appends, position);
  };
  return { ...overriding(store, { apply }), calls };
}
