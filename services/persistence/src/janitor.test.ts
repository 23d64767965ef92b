import { Bus } from "@madang/bus";
import { RoomId, shardOf } from "@madang/contracts";
import { testNats } from "@madang/devkit";
import { JetStreamRecordStore, LogFull, openLog, StreamSpace } from "@madang/log";
import { describe, expect, test } from "vitest";
import { clean } from "./janitor.ts";

const room = RoomId.parse("live:janitor");
const body = new Uint8Array(8_000);

/** A stream of 1 MiB, and a writer who knows how far it is. */
async function setUp() {
  const nats = await testNats();
  const bus = await Bus.connect({ url: nats.url, name: "test", onHandlerError: () => {} });
  await openLog(bus.connection, { replicas: 1, maxBytes: 8 * 1024 * 1024 });
  const records = await JetStreamRecordStore.open(bus.connection);
  const space = new StreamSpace(bus.connection, shardOf(room));
  let written = 0;
  const write = async () => {
    const last = (await records.last(room))?.sequence ?? 0;
    return records.append(room, { generation: 1, batchId: String(++written), body }, last);
  };
  const purged: number[] = [];
  const look = (at: { stored: number; keeps?: { filling: number; full: number } }) =>
    clean({
      space,
      stored: async () => at.stored,
      now: Date.now,
      sleep: async () => {},
      report: (news) => void (news.kind === "purged" && purged.push(news.before)),
      keeps: at.keeps ?? { filling: 0, full: 0 },
    });
  const close = async () => {
    await bus.close();
    await nats[Symbol.asyncDispose]();
  };
  return { records, space, write, look, purged, [Symbol.asyncDispose]: close };
}

describe("the janitor", () => {
  test("keeps a log that is stored from ever filling", async () => {
    await using at = await setUp();
    // Three times what it holds.
    for (let n = 1; n <= 400; n++) {
      const sequence = await at.write();
      if (n % 10 === 0) await at.look({ stored: sequence });
    }
    expect(at.purged.length).toBeGreaterThan(2);
  });

  test("never purges what is not stored, so that the log fills up, refuses, and takes more once it is stored", async () => {
    await using at = await setUp();
    let last = 0;
    const fill = async () => {
      for (let n = 1; n <= 400; n++) {
        last = await at.write();
        if (n % 10 === 0) await at.look({ stored: 20 });
      }
    };
    await expect(fill()).rejects.toThrow(LogFull);
    expect((await at.records.at(room, 1))?.sequence).toBe(21);
    await at.look({ stored: last });
    expect(await at.records.at(room, 1)).toBeUndefined();
  });

  test.each([
    [{ bytes: 0, maxBytes: 512 * 1024 ** 2 }, 30_000],
    [{ bytes: 330 * 1024 ** 2, maxBytes: 512 * 1024 ** 2 }, 5_956],
    [{ bytes: 358 * 1024 ** 2, maxBytes: 512 * 1024 ** 2 }, 2_000],
    [{ bytes: 512 * 1024 ** 2, maxBytes: 512 * 1024 ** 2 }, 2_000],
    [{ bytes: 0, maxBytes: 8 * 1024 ** 2 }, 2_000],
    [{ bytes: 0, maxBytes: -1 }, 30_000],
  ])("of a stream with %o looks again after %d ms, before it can begin to be full", async (taken, ms) => {
    const rest = await clean({
      space: {
        taken: async () => ({ ...taken, firstSequence: 1, lastSequence: 1 }),
        firstSince: async () => 1,
        purgeBefore: async () => {},
      },
      stored: async () => 1,
      now: Date.now,
      sleep: async () => {},
      report: () => {},
    });
    expect(Math.round(rest)).toBe(ms);
  });

  test("leaves alone what is young, and a log with room to spare", async () => {
    await using at = await setUp();
    for (let n = 1; n <= 50; n++) await at.write();
    await at.look({ stored: 50 });
    expect(at.purged).toEqual([]);
    for (let n = 1; n <= 60; n++) await at.write();
    await at.look({ stored: 110, keeps: { filling: 60_000, full: 60_000 } });
    expect(at.purged).toEqual([]);
    expect(await at.space.firstSince(Date.now() - 60_000)).toBe(1);
    expect(await at.space.firstSince(Date.now() + 60_000)).toBe(111);
    const middle = await at.records.at(room, 55);
    const found = await at.space.firstSince(middle?.time ?? 0);
    expect(found).toBeLessThanOrEqual(55);
    expect((await at.records.at(room, found))?.time).toBe(middle?.time);
    await at.look({ stored: 110 });
    expect(at.purged).toEqual([111]);
  });
});
