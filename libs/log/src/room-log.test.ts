import { decodeBatch, encodeBatch, eventsOf, limits, RoomId } from "@madang/contracts";
import { eventAt } from "@madang/devkit";
import { pause } from "@madang/runtime";
import { describe, expect, test, vi } from "vitest";
import {
  AppendRefused,
  AppendUnanswered,
  Emptied,
  Fenced,
  LogFull,
  LogUnavailable,
  OutcomeUnknown,
  RolledBack,
} from "./errors.ts";
import { MemoryRecordStore } from "./memory/memory-record-store.ts";
import type { NewRecord } from "./ports.ts";
import { RoomLog, type RoomLogStart } from "./room-log.ts";
import type { Standing, WriterPosition } from "./standing.ts";

const room = RoomId.parse("live:log");

type Time = Partial<Pick<RoomLogStart, "monotonic" | "pause" | "watch">>;

/** A store that answers as a test tells it: by default as the memory store does. */
class TroubledStore extends MemoryRecordStore {
  readonly troubles: ((store: () => Promise<number>) => Promise<number>)[] = [];
  appends = 0;
  held: (() => void)[] = [];
  hold = false;

  override async append(id: RoomId, record: NewRecord, expectedLast: number): Promise<number> {
    this.appends++;
    if (this.hold) await new Promise<void>((resolve) => this.held.push(resolve));
    const store = () => super.append(id, record, expectedLast);
    return (this.troubles.shift() ?? ((append) => append()))(store);
  }
}

/** Another owner's. */
const rival = (records: MemoryRecordStore, after: number) =>
  records.append(
    room,
    { generation: 9, batchId: "rival", body: encodeBatch({ epoch: "e", head: 0, time: 0, entries: [] }) },
    after,
  );

function setUp({
  stillStands = async () => {},
  reclaim,
  time,
}: {
  stillStands?: (at: Standing) => Promise<void>;
  reclaim?: () => Promise<never>;
  time?: Time;
} = {}) {
  const records = new TroubledStore();
  let clock = 0;
  const reclaimed: WriterPosition[] = [];
  const remembered: WriterPosition[] = [];
  const log = new RoomLog({
    records,
    ground: {
      reclaim: async ({ epoch, generation, head }) => {
        await reclaim?.();
        reclaimed.push({ epoch, generation, head });
        const body = encodeBatch({ epoch, head, time: 0, entries: [] });
        const sequence = await records.append(room, { generation: 3, batchId: "claim", body }, 0);
        return { generation: generation + 1, sequence, batchId: "claim" };
      },
      stillStands,
      remember: async ({ epoch, generation, head }) => void remembered.push({ epoch, generation, head }),
    },
    room,
    epoch: "e",
    generation: 2,
    head: 0,
    sequence: 0,
    batchId: "",
    life: 0,
    now: () => clock,
    monotonic: () => clock,
    pause: async (ms) => {
      clock += ms;
    },
    ...time,
  });
  const stored = async () => {
    const batches = [];
    for await (const { body } of records.scan(room, { from: 1, until: Number.MAX_SAFE_INTEGER }))
      batches.push(eventsOf(decodeBatch(body)).map(({ offset }) => offset));
    return batches;
  };
  return { records, log, stored, reclaimed, remembered, clock: () => clock };
}

const lost = async () => Promise.reject(new AppendUnanswered("no answer"));
const storedButUnanswered = async (append: () => Promise<number>) => {
  await append();
  throw new AppendUnanswered("no answer");
};
const storedButRefused = async (append: () => Promise<number>) => {
  await append();
  throw new AppendRefused("wrong last sequence");
};

describe("a room's log", () => {
  test("tells whoever reads a batch which traces go through it, eight of them at most, and writes none where there are none", async () => {
    const { log, records } = setUp();
    log.mark("before there is anything");
    const adding = [log.add(eventAt(1)), log.add(eventAt(2))];
    for (let n = 1; n <= 9; n++) log.mark(`t${n}`);
    await Promise.all(adding);
    await log.add(eventAt(3));
    const traces = [];
    for await (const record of records.scan(room, { from: 1, until: 9 })) traces.push(record.traces);
    expect(traces).toEqual(["t1,t2,t3,t4,t5,t6,t7,t8", undefined]);
  });

  test("tells of every commit how many lines it had and how it ended, and when one was in doubt", async () => {
    const heard: unknown[] = [];
    const watch = {
      ended: (lines: number, ms: number, failure?: Error) => void heard.push([lines, ms, failure?.name]),
      doubted: () => void heard.push("doubt"),
    };
    const { log, records } = setUp({ time: { watch } });
    await Promise.all([log.add(eventAt(1)), log.add(eventAt(2))]);
    records.troubles.push(storedButUnanswered);
    await log.add(eventAt(3));
    await rival(records, 2);
    await expect(log.add(eventAt(4))).rejects.toThrow(Fenced);
    expect(heard).toEqual([[2, 0, undefined], "doubt", [1, 0, undefined], [1, 0, "Fenced"]]);
  });

  test("[G7] keeps in one record what was added together, and takes all of it or nothing", async () => {
    const { log, stored } = setUp();
    const adding = Array.from({ length: limits.batchEvents - 1 }, (_, i) => log.add(eventAt(i + 1)));
    adding.push(log.add(eventAt(limits.batchEvents), eventAt(limits.batchEvents + 1)));
    await Promise.all(adding);
    expect((await stored()).at(-1)).toEqual([limits.batchEvents, limits.batchEvents + 1]);
    expect(() => log.add(eventAt(limits.batchEvents + 2), eventAt(limits.batchEvents + 4))).toThrow(RangeError);
    await log.add(eventAt(limits.batchEvents + 2));
    expect(log).toMatchObject({ head: limits.batchEvents + 2, uncommitted: 0 });
  });

  test("[G26] confirms that it is the writer without asking, if it knew a moment ago, and asks once for all otherwise", async () => {
    let now = 0;
    const { records, log } = setUp({ time: { monotonic: () => now, pause: async () => {} } });
    await log.add(eventAt(1));
    const last = vi.spyOn(records, "last");
    now = limits.ownerSureMs - 1;
    await log.confirm();
    expect(last).not.toHaveBeenCalled();
    now++;
    await Promise.all([log.confirm(), log.confirm()]);
    await log.confirm();
    expect(last).toHaveBeenCalledTimes(1);
    await log.confirm(0);
    expect(last).toHaveBeenCalledTimes(2);
  });

  test("[G26] is finished when it finds that another has claimed the room; an answer that does not come finishes nothing", async () => {
    const { records, log } = setUp();
    await log.add(eventAt(1));
    vi.spyOn(records, "last").mockRejectedValueOnce(new LogUnavailable("away"));
    await expect(log.confirm(0)).rejects.toThrow(LogUnavailable);
    await log.add(eventAt(2));
    await rival(records, 2);
    await expect(log.confirm(0)).rejects.toThrow(Fenced);
    expect(log.failed).toBe(true);
    await expect(log.add(eventAt(3))).rejects.toThrow(Fenced);
  });

  test("[G26] does not take its own batch on its way for another's", async () => {
    const { records, log } = setUp();
    await log.add(eventAt(1));
    const stored = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    records.troubles.push(async (append) => {
      const sequence = await append();
      stored.resolve();
      await answered.promise;
      return sequence;
    });
    const adding = log.add(eventAt(2));
    // It is the last record, and its writer does not know that yet.
    await stored.promise;
    const confirming = log.confirm(0);
    await records.last(room);
    answered.resolve();
    await Promise.all([confirming, adding]);
    expect(log.failed).toBe(false);
  });

  test("[R3] confirms after the store has it, what arrives together in one record", async () => {
    const { records, log, stored } = setUp();
    records.hold = true;
    let confirmed = 0;
    const adding = [1, 2, 3].map((offset) => log.add(eventAt(offset)).then(() => confirmed++));
    await new Promise((resolve) => setImmediate(resolve));
    expect(confirmed).toBe(0);
    expect(log.head).toBe(0);
    records.hold = false;
    for (const go of records.held) go();
    await Promise.all(adding);
    expect(log.head).toBe(3);
    expect(await stored()).toEqual([[1, 2, 3]]);
  });

  test("has one append in flight, and what comes meanwhile forms the next batch", async () => {
    const { records, log, stored } = setUp();
    records.hold = true;
    const first = log.add(eventAt(1));
    await new Promise((resolve) => setImmediate(resolve));
    const rest = [2, 3, 4].map((offset) => log.add(eventAt(offset)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(records.appends).toBe(1);
    records.hold = false;
    for (const go of records.held) go();
    await Promise.all([first, ...rest]);
    expect(await stored()).toEqual([[1], [2, 3, 4]]);
  });

  test("splits what is too much for one batch", async () => {
    const { log, stored } = setUp();
    await Promise.all(Array.from({ length: 600 }, (_, i) => log.add(eventAt(i + 1))));
    expect((await stored()).map((batch) => batch.length)).toEqual([256, 256, 88]);
  });

  test.each([
    ["is lost on the way", lost],
    ["is stored but unanswered", storedButUnanswered],
    ["is stored and then refused, as a retry on one server is", storedButRefused],
  ])("[R3] an append that %s ends up stored once", async (_, trouble) => {
    const { records, log, stored } = setUp();
    records.troubles.push(trouble, trouble === lost ? lost : (append) => append());
    await log.add(eventAt(1));
    await log.add(eventAt(2));
    expect(await stored()).toEqual([[1], [2]]);
  });

  test("[R3] an append that nobody took is tried again at once: there is nothing to look for", async () => {
    const { records, log, stored } = setUp();
    let looks = 0;
    records.last = async () => {
      looks++;
      return undefined;
    };
    records.troubles.push(() => Promise.reject(new LogUnavailable("no responders")));
    await log.add(eventAt(1));
    expect([await stored(), looks]).toEqual([[[1]], 0]);
  });

  test("[R3] a look that has no answer holds the next try up for a moment only", async () => {
    const { records, log, stored } = setUp();
    records.last = () => new Promise(() => {});
    records.troubles.push(lost);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const adding = log.add(eventAt(1));
      await vi.advanceTimersByTimeAsync(limits.lookMs);
      await adding;
    } finally {
      vi.useRealTimers();
    }
    expect(await stored()).toEqual([[1]]);
  });

  test("[R4] a writer that another has overtaken is fenced, confirms nothing, and is finished", async () => {
    const { records, log, stored } = setUp();
    await log.add(eventAt(1));
    await records.append(
      room,
      { generation: 3, batchId: "claim-x", body: Buffer.from('{"v":1,"epoch":"e","head":1,"time":0,"entries":[]}\n') },
      log.sequence,
    );
    const [two, three] = [log.add(eventAt(2)), log.add(eventAt(3))];
    await expect(two).rejects.toThrow(Fenced);
    await expect(three).rejects.toThrow(Fenced);
    await expect(log.add(eventAt(4))).rejects.toThrow(Fenced);
    expect(log.certain).toBe(false);
    expect(await stored()).toEqual([[1], []]);
  });

  test("[R7] a writer whose records are all gone claims again from where it stands, and what waited is stored behind that", async () => {
    const { records, log, stored, reclaimed } = setUp();
    await log.add(eventAt(1));
    records.forget(room, Number.MAX_SAFE_INTEGER);
    await Promise.all([log.add(eventAt(2)), log.add(eventAt(3))]);
    expect(reclaimed).toEqual([{ epoch: "e", generation: 2, head: 1 }]);
    expect(log.generation).toBe(3);
    expect(await stored()).toEqual([[], [2, 3]]);
  });

  test("[R7] a writer whose newest records are gone gives up only after a while, and leaves word how far they went", async () => {
    const { records, log, remembered, clock } = setUp();
    await log.add(eventAt(1));
    const { sequence } = log;
    await log.add(eventAt(2));
    records.rollBack(room, sequence);
    await expect(log.add(eventAt(3))).rejects.toThrow(RolledBack);
    expect(clock()).toBeGreaterThan(limits.rolledBackAfterMs);
    expect(remembered).toEqual([{ epoch: "e", generation: 2, head: 2 }]);
  });

  test("gives up what stays in doubt past the deadline, and what finds no space at once", async () => {
    const doubtful = setUp();
    doubtful.records.troubles.push(...Array.from({ length: 1_000 }, () => lost));
    await expect(doubtful.log.add(eventAt(1))).rejects.toThrow(OutcomeUnknown);
    const full = setUp();
    full.records.troubles.push(() => Promise.reject(new LogFull("maximum bytes")));
    await expect(full.log.add(eventAt(1))).rejects.toThrow(LogFull);
    expect(full.records.appends).toBe(1);
  });

  test("[R3] an append in doubt is given up within `settledWithinMs`, however late all answers are", async () => {
    vi.useFakeTimers();
    try {
      const time = { monotonic: () => performance.now(), pause };
      const { log, records } = setUp({ stillStands: () => pause(limits.stillStandsMs - 1), time });
      const unanswered = async () => {
        await pause(limits.appendTimeoutMs);
        throw new AppendUnanswered("no answer");
      };
      records.troubles.push(...Array.from({ length: 1_000 }, () => unanswered));
      records.last = () => pause(limits.logRequestMs).then(() => Promise.reject(new LogUnavailable("no answer")));
      // Connected anew before each try, so that it is asked each time whether the writer stands.
      let life = 0;
      vi.spyOn(records, "life", "get").mockImplementation(() => ++life);
      const adding = expect(log.add(eventAt(1))).rejects.toThrow(OutcomeUnknown);
      await vi.advanceTimersByTimeAsync(limits.settledWithinMs);
      await adding;
    } finally {
      vi.useRealTimers();
    }
  });

  test("an append is tried again when nobody says in time whether its writer still stands", async () => {
    vi.useFakeTimers();
    try {
      let asked = 0;
      const { log, records } = setUp({ stillStands: () => (++asked === 1 ? new Promise(() => {}) : Promise.resolve()) });
      vi.spyOn(records, "life", "get").mockReturnValue(1);
      const adding = log.add(eventAt(1));
      await vi.advanceTimersByTimeAsync(limits.stillStandsMs);
      await adding;
      expect(asked).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });

  test("an append that nobody takes until the deadline is stored by nobody, and is not in doubt", async () => {
    const { log, records, stored } = setUp();
    records.troubles.push(...Array.from({ length: 1_000 }, () => () => Promise.reject(new LogUnavailable("no responders"))));
    await expect(log.add(eventAt(1))).rejects.toThrow(LogUnavailable);
    expect(await stored()).toEqual([]);
  });

  test.each([
    ["LogFull", new LogFull("maximum bytes")],
    ["LogUnavailable", new LogUnavailable("no leader")],
    ["Emptied", new Emptied(room)],
  ])("[R7] what was stored, unanswered and then purged stays in doubt where the new claim fails with %s", async (_, trouble) => {
    const { log, records } = setUp({ reclaim: () => Promise.reject(trouble) });
    await log.add(eventAt(1));
    records.troubles.push(async (append) => {
      await append();
      records.forget(room, Number.MAX_SAFE_INTEGER);
      throw new AppendUnanswered("no answer");
    });
    await expect(log.add(eventAt(2))).rejects.toThrow(OutcomeUnknown);
  });

  test("a log that is full by the time of a second try says nothing of the first, which is in doubt", async () => {
    const { log, records } = setUp();
    const late: (() => Promise<number>)[] = [];
    records.troubles.push((append) => {
      late.push(append);
      return Promise.reject(new AppendUnanswered("no answer"));
    });
    records.troubles.push(() => Promise.reject(new LogFull("maximum bytes")));
    await expect(log.add(eventAt(1))).rejects.toThrow(OutcomeUnknown);
    await late[0]?.();
    expect(await records.last(room)).toBeDefined();
  });

  test("[R2] tells when an offset that is on its way is durable", async () => {
    const { records, log } = setUp();
    records.hold = true;
    const order: string[] = [];
    const added = log.add(eventAt(1)).then(() => order.push("first"));
    const repeat = log.whenCommitted(1).then(() => order.push("repeat"));
    await new Promise((resolve) => setImmediate(resolve));
    const later = log.add(eventAt(2));
    const laterRepeat = log.whenCommitted(2);
    expect(order).toEqual([]);
    records.hold = false;
    for (const go of records.held) go();
    await Promise.all([added, repeat, later, laterRepeat, log.whenCommitted(1)]);
    expect(order).toEqual(["first", "repeat"]);
    expect(() => log.whenCommitted(9)).toThrow(RangeError);
  });
});

describe("in a flood", () => {
  /** So many a second for a while, one after the other, each confirmed before the next; then the moments of the next appends. */
  async function appendsAt(perSecond: number, then: number): Promise<{ apart: number[]; confirmed: number }> {
    let clock = 0;
    const pauses: { until: number; resolve: () => void }[] = [];
    const time: Time = {
      monotonic: () => clock,
      pause: (ms) => new Promise((resolve) => pauses.push({ until: clock + ms, resolve })),
    };
    const { records, log } = setUp({ time });
    const begun: number[] = [];
    const append = records.append.bind(records);
    records.append = (...some: Parameters<typeof append>) => {
      begun.push(clock);
      return append(...some);
    };
    let confirmed = 0;
    const total = perSecond * 3 + then;
    for (let offset = 1; offset <= total; offset++) {
      clock = (offset * 1000) / perSecond;
      for (const { until, resolve } of pauses.splice(0))
        if (until <= clock) resolve();
        else pauses.push({ until, resolve });
      void log.add(eventAt(offset)).then(() => confirmed++);
      await new Promise(setImmediate);
    }
    clock += 1_000;
    for (const { resolve } of pauses.splice(0)) resolve();
    await log.settled();
    const last = begun.slice(-20);
    return { apart: last.slice(1).map((at, index) => at - (last[index] ?? 0)), confirmed: total - confirmed };
  }

  test("appends keep a distance, and a quiet room's do not", async () => {
    const quiet = await appendsAt(limits.gather.perS.none / 2, 20);
    expect(Math.max(...quiet.apart.slice(0, -1))).toBeCloseTo(1000 / (limits.gather.perS.none / 2), 5);
    const flood = await appendsAt(limits.gather.perS.full * 2, 400);
    expect(Math.min(...flood.apart)).toBeGreaterThanOrEqual(limits.gather.apartMs);
    expect([quiet.confirmed, flood.confirmed]).toEqual([0, 0]);
  });
});
