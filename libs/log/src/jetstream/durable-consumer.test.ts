import { RoomId, shardOf, streamName } from "@madang/contracts";
import { eventually, testNats } from "@madang/devkit";
import type { ConsumeOptions, ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { expect, test, vi } from "vitest";
import { DurableConsumer } from "./durable-consumer.ts";
import { JetStreamRecordStore } from "./jetstream-record-store.ts";
import { provision } from "./provision.ts";

/** The delivery that gets lost on its way to the client, if any. */
let lost: number | undefined;

vi.mock("@nats-io/jetstream", async (importOriginal) => {
  const original = await importOriginal<typeof import("@nats-io/jetstream")>();
  const jetstream: typeof original.jetstream = (...args) => {
    const client = original.jetstream(...args);
    const get = client.consumers.get.bind(client.consumers);
    client.consumers.get = async (...name) => {
      const consumer = await get(...name);
      const consume = consumer.consume.bind(consumer) as (options: ConsumeOptions) => Promise<ConsumerMessages>;
      const lossy = (options: ConsumeOptions & { callback?: (message: JsMsg) => void }) =>
        consume({
          ...options,
          callback: (message: JsMsg) => void (message.info.deliverySequence !== lost && options.callback?.(message)),
        } as ConsumeOptions);
      return Object.assign(consumer, { consume: lossy });
    };
    return client;
  };
  return { ...original, jetstream };
});

test("[L3] a hole in the deliveries breaks a consumer, and the next one brings what was in it", async () => {
  const room = RoomId.parse("live:hole");
  await using nats = await testNats();
  const connection = await connect({ servers: nats.url });
  await provision(connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
  const store = await JetStreamRecordStore.open(connection);
  for (let sequence = 0; sequence < 3; sequence++)
    await store.append(room, { generation: 1, batchId: String(sequence + 1), body: Buffer.from("x") }, sequence);
  const stream = { stream: streamName(shardOf(room)), durable: "test", bufferedRecords: 10, ackWaitMs: 60_000 };
  lost = 2;
  const first = await DurableConsumer.start(connection, { ...stream, from: 1 });
  await eventually(() => expect(first.broken).toBe(true));
  lost = undefined;
  const next = await DurableConsumer.start(connection, { ...stream, from: 1 });
  const seen: number[] = [];
  await eventually(async () => {
    seen.push(...(await next.take(10, 100)).map(({ seq }) => seq));
    expect(seen).toEqual([1, 2, 3]);
  });
  next.stop();
  await connection.close();
});
