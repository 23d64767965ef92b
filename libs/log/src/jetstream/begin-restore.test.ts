import { JetStreamCode } from "@madang/contracts";
import { eventually, testNats, testNatsCluster } from "@madang/devkit";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { StreamNotBegun } from "./begin-restore.ts";
import { provision } from "./provision.ts";
import { streamsThere } from "./stream-requests.ts";
import type { SavedStream } from "./stream-snapshot.ts";
import { append, options, putBack, save, stream, upTo } from "./test-streams.ts";

const nothing = async () => {};

/** By two servers, which elect a leader first. Where an answer comes too late for us, too, the name is in use by then. */
async function beginElsewhere(connection: NatsConnection, saved: SavedStream): Promise<void> {
  const begun = expect.objectContaining({ deliver_subject: expect.any(String) });
  const inUse = expect.objectContaining({ error: expect.objectContaining({ err_code: JetStreamCode.restoredNameInUse }) });
  await eventually(
    async () => {
      const answer = await connection.request(`$JS.API.STREAM.RESTORE.${stream}`, JSON.stringify(saved), { timeout: 5_000 });
      expect([begun, inUse]).toContainEqual(answer.json());
    },
    { withinMs: 30_000 },
  );
}

async function makeElsewhere(connection: NatsConnection): Promise<void> {
  await provision(connection, { ...options, replicas: 3 });
  await append(connection, 1);
}

/** What the leader of all says to it. */
async function answersOf(connection: NatsConnection): Promise<unknown> {
  const manager = await jetstreamManager(connection, { timeout: 500, checkAPI: false });
  return manager.streams.names().next();
}

describe.concurrent("a stream that is put back although nobody answers at first", { timeout: 90_000 }, () => {
  test.each([
    { there: "nothing", before: nothing, meanwhile: nothing, outcome: "put back", records: 50 },
    {
      there: "what came of a question whose answer was lost",
      ...{ before: nothing, meanwhile: beginElsewhere, outcome: "put back", records: 50 },
    },
    {
      there: "somebody else's stream",
      ...{ before: makeElsewhere, meanwhile: nothing, outcome: expect.any(StreamNotBegun), records: 1 },
    },
  ])("where there is $there", async ({ before, meanwhile, outcome, records }) => {
    await using one = await testNats();
    await using three = await testNatsCluster({ syncAlways: false });
    const [cut, linked] = three.nodes;
    if (cut === undefined || linked === undefined) throw new Error("no servers");
    const from = await connect({ servers: one.url });
    const to = await connect({ servers: cut.url, ignoreClusterUpdates: true });
    const elsewhere = await connect({ servers: linked.url, ignoreClusterUpdates: true });
    await provision(from, options);
    for (const n of upTo(50)) await append(from, n);
    const { saved, chunks } = await save(from, stream);
    await streamsThere(to);
    let asked = 0;
    const asking = to.subscribe("$JS.API.STREAM.RESTORE.>", { callback: () => void asked++ });
    await to.flush();
    await before(elsewhere);
    cut.isolate();
    // If it led, it goes on for some seconds, and answers what it knows.
    await eventually(() => expect(answersOf(to)).rejects.toThrow(), { withinMs: 20_000 });
    const settled = putBack(to, { ...saved, config: { ...saved.config, num_replicas: 3 } }, chunks).then(
      () => "put back",
      (error: unknown) => error,
    );
    // By the two that are left.
    await meanwhile(elsewhere, saved);
    await eventually(() => expect(asked).toBeGreaterThanOrEqual(2), { withinMs: 20_000 });
    cut.rejoin();
    expect(await settled).toEqual(outcome);
    const { state } = await (await jetstreamManager(elsewhere)).streams.info(stream);
    expect(state.last_seq).toBe(records);
    asking.unsubscribe();
    for (const connection of [from, to, elsewhere]) await connection.close();
  });

  test("is not asked for again where the connection has ended", { timeout: 5_000 }, async () => {
    await using one = await testNats();
    const connection = await connect({ servers: one.url });
    await provision(connection, options);
    const { saved, chunks } = await save(connection, stream);
    await connection.close();
    await expect(putBack(connection, saved, chunks)).rejects.toThrow(/closed/);
  });
});
