import { limits, type RoomId, RoomId as RoomIds, shardOf, streamName } from "@madang/contracts";
import { eventually, natsLines, testNats, testNatsCluster } from "@madang/devkit";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { LogReplaced, LogUnavailable } from "../errors.ts";
import type { StoredRecord } from "../ports.ts";
import { JetStreamRecordStore } from "./jetstream-record-store.ts";
import { JetStreamShardReader } from "./jetstream-shard-reader.ts";
import { provision } from "./provision.ts";

const room: RoomId = RoomIds.parse("live:reader");
const shard = shardOf(room);

async function setUp(options: Parameters<typeof testNats>[0] = {}) {
  const nats = await testNats(options);
  const connection = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  await provision(connection, { replicas: 1, maxBytes: 256 * 1024 * 1024 });
  const store = await JetStreamRecordStore.open(connection);
  const append = async (from: number, to: number) => {
    let last = (await store.last(room))?.sequence ?? 0;
    for (let i = from; i <= to; i++)
      last = await store.append(room, { generation: 1, batchId: String(i), body: Buffer.from(String(i)) }, last);
  };
  const close = async () => {
    await connection.close();
    await nats[Symbol.asyncDispose]();
  };
  return { nats, connection, append, [Symbol.asyncDispose]: close };
}

/** Reads until a record comes, over whatever trouble. */
async function readThrough(reader: JetStreamShardReader, batchId: string): Promise<string[]> {
  const seen: string[] = [];
  await eventually(
    async () => {
      const records: StoredRecord[] = await reader.next({ maxRecords: 100, waitMs: 200 });
      seen.push(...records.map((record) => record.batchId));
      const last = records.at(-1);
      if (last !== undefined) await reader.done(last);
      if (!seen.includes(batchId)) throw new Error(`not yet: ${seen.at(-1)}`);
    },
    { withinMs: 20_000, everyMs: 1 },
  );
  return seen;
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

describe("the reader of a stream", () => {
  test("[L3] brings every record once and in order, and goes on after the last one done", async () => {
    await using at = await setUp();
    await at.append(1, 250);
    const first = new JetStreamShardReader(at.connection, { shard, after: 0 });
    expect(await readThrough(first, "250")).toEqual(upTo(1, 250));
    await at.append(251, 300);
    const taken = await first.next({ maxRecords: 20, waitMs: 2_000 });
    const done = taken.at(-1);
    if (done === undefined) throw new Error("nothing came");
    await first.done(done);
    // Taken and not done: it must come again, in order, to whoever goes on.
    await first.next({ maxRecords: 10, waitMs: 2_000 });
    await first.close();
    const second = new JetStreamShardReader(at.connection, { shard, after: done.sequence });
    const next = Number(done.batchId) + 1;
    expect(await readThrough(second, "300")).toEqual(upTo(next, 300));
    await eventually(async () => expect(await second.lag()).toBe(0));
    expect(await second.backlog()).toEqual({ records: 0, since: undefined });
    const before = Date.now();
    await at.append(301, 302);
    const { records, since } = await second.backlog();
    expect(records).toBe(2);
    expect(since).toBeGreaterThan(before - 1_000);
    expect(since).toBeLessThan(Date.now() + 1_000);
    await second.close();
    // Where nobody follows the stream any more, all that it has counts.
    await (await jetstreamManager(at.connection)).consumers.delete(streamName(shard), "projector");
    expect(await second.lag()).toBe(302);
    expect((await second.backlog()).since).toBeLessThan(before);
  });

  test("[L3] what is not done for long neither piles up nor comes out of order", async () => {
    await using at = await setUp();
    await at.append(1, 300);
    const reader = new JetStreamShardReader(at.connection, { shard, after: 0, ackWaitMs: 300 });
    const taken = await reader.next({ maxRecords: 100, waitMs: 2_000 });
    expect(taken.map(({ batchId }) => batchId)).toEqual(upTo(1, taken.length));
    // The store is away for longer than JetStream waits: it delivers all of it again, and again.
    const manager = await jetstreamManager(at.connection);
    await eventually(async () =>
      expect((await manager.consumers.info(streamName(shard), "projector")).num_redelivered).toBeGreaterThan(0),
    );
    const last = taken.at(-1);
    if (last === undefined) throw new Error("nothing came");
    await reader.done(last);
    expect(await readThrough(reader, "300")).toEqual(upTo(taken.length + 1, 300));
    // What was delivered again would come now, before anything new.
    await at.append(301, 301);
    expect(await readThrough(reader, "301")).toEqual(["301"]);
    await reader.close();
  });

  test("[L3] goes on in order when an operator deletes its consumer, and misses and repeats nothing", async () => {
    await using at = await setUp();
    await at.append(1, 50);
    const reader = new JetStreamShardReader(at.connection, { shard, after: 0 });
    expect(await readThrough(reader, "50")).toEqual(upTo(1, 50));
    const manager = await jetstreamManager(at.connection);
    for (const from of [51, 101]) {
      await at.append(from, from + 24);
      await manager.consumers.delete(streamName(shard), "projector");
      await at.append(from + 25, from + 49);
      expect(await readThrough(reader, String(from + 49))).toEqual(upTo(from, from + 49));
    }
    await reader.close();
  });

  test("[L3] goes on within seconds when the server that serves it dies, though the next one knows nothing of what it asked for", async () => {
    await using nats = await testNatsCluster({ syncAlways: false });
    const connection = await connect({
      servers: nats.nodes.map(({ url }) => new URL(url).host),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
    });
    await provision(connection, { replicas: 3, maxBytes: 256 * 1024 * 1024 });
    const store = await JetStreamRecordStore.open(connection);
    const append = async (batchId: string) => {
      await eventually(
        async () => {
          const last = (await store.last(room))?.sequence ?? 0;
          await store.append(room, { generation: 1, batchId, body: Buffer.from(batchId) }, last);
        },
        { withinMs: 20_000 },
      );
    };
    const reader = new JetStreamShardReader(connection, { shard, after: 0 });
    try {
      await append("1");
      expect(await readThrough(reader, "1")).toEqual(["1"]);
      const manager = await jetstreamManager(connection, { timeout: 5_000 });
      const { cluster } = await manager.consumers.info(streamName(shard), "projector");
      await nats.nodes.find(({ name }) => name === cluster?.leader)?.kill();
      await append("2");
      // As long as the pull that was lost would have stood, nothing tells of it but missing signs of life: 30 s by default.
      expect(await readThrough(reader, "2")).toContain("2");
      await reader.close();
    } finally {
      await connection.close();
    }
  }, 90_000);

  test.each(natsLines)("[L3] hears from signs of life what did not reach it, with nats-server %s", async (line) => {
    await using at = await setUp({ line });
    const subscribe = at.connection.subscribe.bind(at.connection);
    let losing = false;
    at.connection.subscribe = (subject, options) =>
      subscribe(subject, {
        ...options,
        callback: (error, message) => {
          if (losing && message.subject.startsWith("room.log.")) losing = false;
          else options?.callback?.(error, message);
        },
      });
    const reader = new JetStreamShardReader(at.connection, { shard, after: 0 });
    await at.append(1, 1);
    expect(await readThrough(reader, "1")).toEqual(["1"]);
    losing = true;
    let asked = 0;
    at.connection.subscribe("$JS.API.CONSUMER.INFO.>", { callback: () => void asked++ });
    await at.append(2, 2);
    expect(await readThrough(reader, "2")).toEqual(["2"]);
    // Once by the consumer that was made anew.
    expect(asked).toBe(1);
    expect(losing).toBe(false);
    await reader.close();
  });

  test("[L3] asks no questions while nothing happens: signs of life answer them", async () => {
    await using at = await setUp();
    await at.append(1, 10);
    const reader = new JetStreamShardReader(at.connection, { shard, after: 0 });
    expect(await readThrough(reader, "10")).toEqual(upTo(1, 10));
    let asked = 0;
    at.connection.subscribe("$JS.API.CONSUMER.INFO.>", { callback: () => void asked++ });
    for (let n = 0; n < 6; n++) expect(await reader.next({ maxRecords: 10, waitMs: 1_000 })).toEqual([]);
    expect(asked).toBe(0);
    expect(await reader.lag()).toBe(0);
    expect(asked).toBe(1);
    await reader.close();
  }, 20_000);

  test("[R8] says so when its stream was lost and made again, however far it has come by then", async () => {
    await using at = await setUp();
    await at.append(1, 10);
    const reader = new JetStreamShardReader(at.connection, { shard, after: 0 });
    expect(await readThrough(reader, "10")).toEqual(upTo(1, 10));
    const manager = await jetstreamManager(at.connection);
    await manager.streams.delete(streamName(shard));
    await provision(at.connection, { replicas: 1, maxBytes: 256 * 1024 * 1024 });
    await at.append(11, 40);
    await eventually(() => expect(reader.next({ maxRecords: 10, waitMs: 50 })).rejects.toThrow(LogReplaced), {
      withinMs: 20_000,
    });
    await reader.close();
  });

  test("[R8] says so when its stream has lost what it had read, and not before it is certain of that", async () => {
    await using at = await setUp();
    await at.append(1, 10);
    const reader = new JetStreamShardReader(at.connection, { shard, after: 12 });
    await expect(reader.next({ maxRecords: 10, waitMs: 50 })).rejects.toThrow(LogUnavailable);
    await eventually(() => expect(reader.next({ maxRecords: 10, waitMs: 50 })).rejects.toThrow(LogReplaced), {
      withinMs: 2 * limits.rolledBackAfterMs,
    });
    await at.append(11, 20);
    expect(await readThrough(reader, "20")).toEqual(upTo(13, 20));
    await reader.close();
  });

  test("[L3] is empty-handed when nothing comes, and says so when the broker is away", async () => {
    await using at = await setUp();
    const reader = new JetStreamShardReader(at.connection, { shard, after: 0 });
    expect(await reader.next({ maxRecords: 10, waitMs: 20 })).toEqual([]);
    await at.append(1, 10);
    expect(await readThrough(reader, "10")).toEqual(upTo(1, 10));
    await at.nats.kill();
    await eventually(() => expect(reader.next({ maxRecords: 10, waitMs: 50 })).rejects.toThrow(LogUnavailable), {
      withinMs: 20_000,
    });
    await at.nats.restart();
    await eventually(() => at.append(11, 12), { withinMs: 10_000 });
    expect(await readThrough(reader, "12")).toEqual(upTo(11, 12));
    await reader.close();
  });
});
