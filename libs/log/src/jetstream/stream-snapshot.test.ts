import { buckets, JetStreamCode, streamConfig } from "@madang/contracts";
import { eventually, natsLines, testNats, testNatsCluster } from "@madang/devkit";
import { pause } from "@madang/runtime";
import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { StreamNotBegun } from "./begin-restore.ts";
import { provision } from "./provision.ts";
import { StreamNotCopied, streamsThere } from "./stream-requests.ts";
import { letAge } from "./stream-restore.ts";
import { saveStream } from "./stream-snapshot.ts";
import { append, options, putBack, save, stream, upTo } from "./test-streams.ts";

describe.concurrent("a stream that is saved and put back", { timeout: 60_000 }, () => {
  test.each(natsLines)("keeps sequences, times, headers and consumers, on one server and on three (%s)", async (line) => {
    await using one = await testNats({ line });
    await using three = await testNatsCluster({ line, syncAlways: false });
    const from = await connect({ servers: one.url });
    const to = await connect({ servers: three.url.split(",") });
    const { rooms } = await provision(from, options);
    for (const n of upTo(120)) await append(from, n);
    await rooms.put("live.copied", Buffer.from("first"));
    await rooms.put("live.copied", Buffer.from("second"));
    const manager = await jetstreamManager(from);
    await manager.consumers.add(stream, { durable_name: "bot", ack_policy: AckPolicy.Explicit });
    await manager.streams.purge(stream, { seq: 11 });
    const delivered = await (await jetstream(from).consumers.get(stream, "bot")).next();
    expect(delivered?.seq).toBe(11);
    expect(await delivered?.ackAck()).toBe(true);

    expect(await streamsThere(to)).toEqual([]);
    for (const name of [stream, `KV_${buckets.rooms}`]) {
      const { saved, chunks } = await save(from, name);
      await putBack(to, { ...saved, config: { ...saved.config, num_replicas: 3 } }, chunks);
      await letAge(to, { config: { ...saved.config, num_replicas: 3 } });
    }
    const there = await jetstreamManager(to);
    const { state, config } = await there.streams.info(stream);
    expect(state.last_seq).toBe(120);
    // Servers of the older line may bring back what was purged.
    expect(state.first_seq).toBeLessThanOrEqual(11);
    expect(config).toMatchObject({ num_replicas: 3, max_age: streamConfig(0, options).max_age, deny_delete: true });
    // While three servers agree on who leads the consumer, nobody answers for it.
    const next = await eventually(async () => (await jetstream(to).consumers.get(stream, "bot")).next(), { withinMs: 10_000 });
    expect(next?.seq).toBe(12);
    for (const seq of [11, 77, 120]) {
      const [before, after] = [
        await manager.streams.getMessage(stream, { seq }),
        await there.streams.getMessage(stream, { seq }),
      ];
      expect(after?.string()).toBe(`record ${seq}`);
      expect(after?.time).toEqual(before?.time);
      expect(after?.header.get("Madang-Batch")).toBe(`b${seq}`);
    }
    // The fence: what follows the last record of the room is taken, what does not is refused.
    await expect(append(to, 121, { after: 119 })).rejects.toMatchObject({ code: JetStreamCode.wrongLastSequence });
    expect(await append(to, 121, { after: 120 })).toBe(121);
    expect((await save(to, stream)).saved.state.last_seq).toBe(121);
    const again = await provision(to, { ...options, replicas: 3 });
    expect(Buffer.from((await again.rooms.get("live.copied"))?.value ?? []).toString()).toBe("second");
    await from.close();
    await to.close();
  });

  test("has all that was acknowledged before, while more comes; what is gone by age is put back all the same, and then goes", async () => {
    await using one = await testNats();
    await using other = await testNats();
    const from = await connect({ servers: one.url });
    const to = await connect({ servers: other.url });
    await provision(from, options);
    let acknowledged = 0;
    let sending = true;
    const writer = (async () => {
      while (sending) acknowledged = await append(from, acknowledged + 1);
    })();
    await eventually(() => expect(acknowledged).toBeGreaterThan(200));
    const before = acknowledged;
    const { saved, chunks } = await save(from, stream);
    sending = false;
    await writer;
    expect(saved.state.last_seq).toBeGreaterThanOrEqual(before);

    const short = { ...saved, config: { ...saved.config, max_age: 1_000_000_000, duplicate_window: 1_000_000_000 } };
    // Until all that was saved is too old.
    await pause(1_100);
    await putBack(to, short, chunks);
    await pause(1_100);
    const manager = await jetstreamManager(to);
    const { state } = await manager.streams.info(stream);
    expect(state.first_seq).toBe(1);
    expect(state.last_seq).toBeGreaterThanOrEqual(before);
    await letAge(to, short);
    await eventually(async () => expect((await manager.streams.info(stream)).state.messages).toBe(0), { withinMs: 5_000 });
    await from.close();
    await to.close();
  });

  test("is refused where it is there already, and where its bytes are not whole; one that is not there is not saved", async () => {
    await using one = await testNats();
    const connection = await connect({ servers: one.url });
    expect(await saveStream(connection, stream, async () => {})).toBeUndefined();
    await provision(connection, options);
    for (const n of upTo(50)) await append(connection, n);
    const { saved, chunks } = await save(connection, stream);
    await expect(putBack(connection, saved, chunks)).rejects.toThrow(StreamNotBegun);
    const manager = await jetstreamManager(connection);
    await manager.streams.delete(stream);
    const [all = new Uint8Array()] = chunks;
    await expect(putBack(connection, saved, [all.subarray(0, all.length / 2)])).rejects.toThrow(StreamNotCopied);
    await expect(manager.streams.info(stream)).rejects.toMatchObject({ code: JetStreamCode.streamNotFound });
    await connection.close();
  });
});
