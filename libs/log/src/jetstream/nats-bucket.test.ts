import { testNats } from "@madang/devkit";
import { connect } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { LogUnavailable, OutcomeUnknown } from "../errors.ts";
import { NatsBucket } from "./nats-bucket.ts";

test("a bucket whose broker is away cannot be read, and says of a write that nobody knows", async () => {
  await using nats = await testNats();
  const connection = await connect({ servers: nats.url });
  try {
    const bucket = await NatsBucket.open(connection, "things", { replicas: 1 });
    const value = Buffer.from("value");
    const revision = await bucket.replace("key", value, undefined);
    expect(await bucket.replace("key", value, undefined)).toBeUndefined();
    await nats.kill();
    await Promise.all([
      expect(bucket.get("key")).rejects.toThrow(LogUnavailable),
      expect(bucket.put("key", value)).rejects.toThrow(OutcomeUnknown),
      expect(bucket.replace("key", value, revision)).rejects.toThrow(OutcomeUnknown),
      expect(bucket.replace("other", value, undefined)).rejects.toThrow(OutcomeUnknown),
    ]);
  } finally {
    await connection.close();
  }
});
