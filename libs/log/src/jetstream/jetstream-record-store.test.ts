import { natsLines, type TestNats, type TestNatsCluster, testNats, testNatsCluster } from "@madang/devkit";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe } from "vitest";
import { recordStoreContract } from "../record-store.contract.ts";
import { JetStreamRecordStore } from "./jetstream-record-store.ts";
import { provision } from "./provision.ts";

describe.each(natsLines)("the JetStream record store, nats-server %s,", (line) => {
  describe("on one server", () => {
    let nats: TestNats;
    let connection: NatsConnection;
    beforeAll(async () => {
      nats = await testNats({ line });
      connection = await connect({ servers: nats.url });
      await provision(connection, { replicas: 1, maxBytes: 256 * 1024 * 1024 });
    });
    afterAll(async () => {
      await connection.close();
      await nats[Symbol.asyncDispose]();
    });
    recordStoreContract(() => JetStreamRecordStore.open(connection));
  });

  describe("on three servers", () => {
    let nats: TestNatsCluster;
    let connection: NatsConnection;
    beforeAll(async () => {
      nats = await testNatsCluster({ line });
      connection = await connect({ servers: nats.nodes.map(({ url }) => new URL(url).host) });
      await provision(connection, { replicas: 3, maxBytes: 256 * 1024 * 1024 });
    });
    afterAll(async () => {
      await connection.close();
      await nats[Symbol.asyncDispose]();
    });
    recordStoreContract(() => JetStreamRecordStore.open(connection));
  });
});
