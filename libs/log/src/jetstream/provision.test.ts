import { buckets, encodeJson, limits } from "@madang/contracts";
import { testNats } from "@madang/devkit";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { NatsBucket } from "./nats-bucket.ts";
import { CannotProvision, provision, WrongStreamCount } from "./provision.ts";

const size = { replicas: 1, maxBytes: 64 * 1024 * 1024 };

test("a log whose settings are of another version, or name another number of streams, is refused", async () => {
  await using nats = await testNats();
  const connection = await connect({ servers: nats.url });
  try {
    const settings = await NatsBucket.open(connection, buckets.settings, { replicas: 1 });
    await settings.put("log", encodeJson({ v: 2, streams: 8, epoch: "e" }));
    await expect(provision(connection, size)).rejects.toThrow(CannotProvision);
    await settings.put("log", encodeJson({ v: 1, streams: 8 }));
    await expect(provision(connection, size)).rejects.toThrow(/settings are those of another version/);
    await settings.put("log", encodeJson({ v: 1, streams: 5, epoch: "e" }));
    await expect(provision(connection, size)).rejects.toThrow(WrongStreamCount);
    await settings.put("log", encodeJson({ v: 1, streams: 8, epoch: "e" }));
    expect(await provision(connection, size)).toMatchObject({ epoch: "e" });
  } finally {
    await connection.close();
  }
});

test("whatever is not to be forgotten has a bucket on disk that keeps it for ever, and the next who provisions finds it", async () => {
  await using nats = await testNats();
  const connection = await connect({ servers: nats.url });
  try {
    const { gifts, cards, words, blocks } = await provision(connection, size);
    await Promise.all([gifts, cards, words, blocks].map((bucket) => bucket.put("key", Buffer.from("value"))));
    const again = await provision(connection, size);
    for (const bucket of [again.gifts, again.cards, again.words, again.blocks])
      expect(Buffer.from((await bucket.get("key"))?.value ?? []).toString()).toBe("value");
    const manager = await jetstreamManager(connection);
    for (const name of ["gifts", "cards", "words", "blocks"]) {
      const { config } = await manager.streams.info(`KV_${name}`);
      expect(config).toMatchObject({ storage: "file", max_age: 0, max_msgs_per_subject: 1, num_replicas: 1 });
    }
    // What is revoked is forgotten in the end.
    const { config } = await manager.streams.info("KV_revoked");
    expect(config).toMatchObject({ storage: "file", max_age: limits.revokedForMs * 1_000_000, max_msgs_per_subject: 1 });
  } finally {
    await connection.close();
  }
});
