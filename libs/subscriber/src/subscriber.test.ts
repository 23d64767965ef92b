import {
  batchHeaders,
  encodeBatch,
  encodeJson,
  limits,
  type RoomId,
  RoomId as RoomIds,
  shardOf,
  streamName,
  subjects,
} from "@madang/contracts";
import { cuttable, eventually, lineAt, natsLines, type TestNats, testNats } from "@madang/devkit";
import { JetStreamRecordStore, provision } from "@madang/log";
import { StartError, within } from "@madang/runtime";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import type { FollowOptions, RoomEvent, SubscriberNews } from "./index.ts";
import { NewerRecord, Subscriber } from "./index.ts";

const room: RoomId = RoomIds.parse("live:one");
/** Of the same stream. */
const other = sameStream();
const shard = shardOf(room);

function sameStream(): RoomId {
  for (let n = 0; ; n++) {
    const id = RoomIds.parse(`live:other-${n}`);
    if (shardOf(id) === shardOf(room)) return id;
  }
}

interface Stage extends AsyncDisposable {
  readonly nats: TestNats;
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  /** Events `from` … `to`, a record each unless they are to be `together`. */
  append(from: number, to: number, more?: { room?: RoomId; together?: boolean }): Promise<void>;
}

async function stage(options: Parameters<typeof testNats>[0] = {}): Promise<Stage> {
  const nats = await testNats(options);
  const connection = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 20 });
  await provision(connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
  const records = await JetStreamRecordStore.open(connection);
  let batches = 0;
  const append: Stage["append"] = async (from, to, { room: id = room, together = false } = {}) => {
    const offsets = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    for (const group of together ? [offsets] : offsets.map((offset) => [offset])) {
      const note = { kind: "note", type: "peaks", line: encodeJson({ peak: 1 }) } as const;
      const entries = [note, ...group.map((offset) => lineAt(offset, { author: "kim", mentions: ["lee"] }))];
      const body = encodeBatch({ epoch: "e1", head: group.at(-1) ?? 0, time: 1_000, entries });
      const last = (await records.last(id))?.sequence ?? 0;
      await records.append(id, { generation: 1, batchId: String(++batches), body }, last);
    }
  };
  return {
    ...{ nats, connection, append, manager: await jetstreamManager(connection) },
    [Symbol.asyncDispose]: async () => {
      await connection.close();
      await nats[Symbol.asyncDispose]();
    },
  };
}

interface Follower extends AsyncDisposable {
  readonly subscriber: Subscriber;
  readonly seen: RoomEvent[];
  readonly news: SubscriberNews[];
  offsets(of?: RoomId): number[];
}

async function follower(
  { nats }: { nats: Pick<TestNats, "url"> },
  options: Partial<FollowOptions> & { name?: string } = {},
): Promise<Follower> {
  const { name = "tester", handle = () => {}, ...follow } = options;
  const seen: RoomEvent[] = [];
  const news: SubscriberNews[] = [];
  const subscriber = await Subscriber.connect({ url: nats.url, name, report: (one) => void news.push(one) });
  await subscriber.follow({
    ...follow,
    handle: (event, given) => {
      seen.push(event);
      return handle(event, given);
    },
  });
  return {
    ...{ subscriber, seen, news },
    offsets: (of = room) => seen.filter((event) => event.room === of).map(({ offset }) => offset),
    [Symbol.asyncDispose]: () => subscriber.close(),
  };
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe.concurrent.each(natsLines)("a subscriber, beside nats-server %s", (line) => {
  test("gets every event of every room once, those of a room in their order, and no notes", async () => {
    await using at = await stage({ line });
    await using following = await follower(at);
    await at.append(1, 20);
    await at.append(1, 300, { room: other, together: true });
    await at.append(21, 30);
    await eventually(() => expect(following.seen.length).toBe(330), { withinMs: 10_000 });
    expect(following.offsets()).toEqual(upTo(1, 30));
    expect(following.offsets(other)).toEqual(upTo(1, 300));
    expect(following.seen[0]).toEqual({
      ...{ room, offset: 1, epoch: "e1", type: "posted", author: "kim", lane: "all", mentions: ["lee"], time: 1_000 },
      ...{ data: { text: "#1" }, info: { user: "kim", client: "c-kim" }, tags: { type: "posted", id: "id-1", time: "1000" } },
    });
    expect(following.news).toEqual([]);
    // One consumer for each stream, however many rooms.
    for (let k = 0; k < limits.streams; k++) {
      const { state } = await at.manager.streams.info(streamName(k));
      expect(state.consumer_count).toBe(1);
    }
  });

  test("goes on where it was when its consumer is deleted, and when NATS restarts", async () => {
    await using at = await stage({ line });
    await using following = await follower(at);
    await at.append(1, 5);
    await eventually(() => expect(following.offsets()).toEqual(upTo(1, 5)));
    await at.manager.consumers.delete(streamName(shard), "tester");
    await at.append(6, 10);
    await eventually(() => expect(following.offsets()).toEqual(upTo(1, 10)), { withinMs: 15_000 });
    expect(following.news).toContainEqual(expect.objectContaining({ kind: "remade", shard }));
    await at.nats.restart();
    await eventually(() => at.append(11, 11), { withinMs: 10_000, everyMs: 100 });
    await at.append(12, 15);
    await eventually(() => expect(following.offsets().at(-1)).toBe(15), { withinMs: 15_000 });
    expect([...new Set(following.offsets())]).toEqual(upTo(1, 15));
  });
});

describe.concurrent("a subscriber", () => {
  test("begins at what is new, at the oldest, or at a time, and goes on there under the same name", async () => {
    await using at = await stage();
    await at.append(1, 3);
    const between = (await at.manager.streams.getMessage(streamName(shard), { last_by_subj: subjects.log(room) }))?.time;
    if (between === undefined) throw new Error("nothing is stored");
    // A ms later than the third; the fourth is later than that, since the server's clock goes on.
    await eventually(() => expect(Date.now()).toBeGreaterThan(between.getTime() + 1));
    await at.append(4, 5);
    await using fresh = await follower(at, { name: "fresh" });
    await using all = await follower(at, { name: "all", start: "all" });
    await using since = await follower(at, { name: "since", start: new Date(between.getTime() + 1) });
    await at.append(6, 6);
    await eventually(() => expect(fresh.offsets()).toEqual([6]));
    await eventually(() => expect(all.offsets()).toEqual(upTo(1, 6)));
    await eventually(() => expect(since.offsets()).toEqual(upTo(4, 6)));
    await fresh.subscriber.close();
    await at.append(7, 8);
    await using again = await follower(at, { name: "fresh" });
    await eventually(() => expect(again.offsets()).toEqual([7, 8]));
  });

  test("has one event of a stream in hand, while all others wait in the log", async () => {
    await using at = await stage();
    const gate = Promise.withResolvers<void>();
    let inHand = 0;
    let most = 0;
    await using following = await follower(at, {
      handle: async () => {
        most = Math.max(most, ++inHand);
        await gate.promise;
        inHand--;
      },
    });
    await at.append(1, 30);
    await at.append(1, 30, { room: other });
    await eventually(() => expect(following.seen.length).toBe(1));
    await eventually(async () => {
      const { num_pending, num_ack_pending } = await at.manager.consumers.info(streamName(shard), "tester");
      expect({ num_pending, num_ack_pending }).toEqual({ num_pending: 59, num_ack_pending: 1 });
    });
    gate.resolve();
    await eventually(() => expect(following.seen.length).toBe(60));
    expect(most).toBe(1);
  });

  test("asks a handler that fails again, before anything that comes after it, and passes over what is given up", async () => {
    await using at = await stage();
    const tries: string[] = [];
    await using following = await follower(at, {
      attempts: 3,
      handle: ({ offset }, { attempt }) => {
        tries.push(`${offset}.${attempt}`);
        if (offset === 2 && attempt < 3) throw new Error("not yet");
        if (offset === 3) throw new Error("never");
      },
    });
    await at.append(1, 4, { together: true });
    await eventually(() => expect(tries).toEqual(["1.1", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "4.1"]));
    expect(following.news.filter(({ kind }) => kind === "given-up")).toMatchObject([{ event: { room, offset: 3 } }]);
  });

  test("that closes waits for what is in hand, and whoever comes next begins behind it", async () => {
    await using at = await stage();
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const first = await follower(at, {
      handle: async () => {
        begun.resolve();
        await gate.promise;
      },
    });
    await at.append(1, 2);
    await begun.promise;
    const closed = first.subscriber.close();
    gate.resolve();
    await closed;
    expect(first.offsets()).toEqual([1]);
    await using second = await follower(at);
    await eventually(() => expect(second.offsets()).toEqual([2]));
  });

  test("that was cut off in the middle of a record gets all of it again, and nothing newer before it", async () => {
    await using at = await stage();
    await using road = await cuttable(at.nats.port);
    const hung = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const first = await follower(
      { nats: { url: `nats://127.0.0.1:${road.port}` } },
      {
        handle: ({ offset }) => {
          if (offset < 3) return;
          hung.resolve();
          return gate.promise;
        },
      },
    );
    await at.append(1, 1);
    await at.append(2, 4, { together: true });
    await at.append(5, 5);
    await hung.promise;
    road.cut();
    await using second = await follower(at);
    await eventually(() => expect(second.offsets()).toEqual(upTo(2, 5)), { withinMs: 10_000 });
    gate.resolve();
    await first.subscriber.close();
    expect(first.offsets()).toEqual([1, 2, 3, 4]);
  });

  test("tells of a record that nobody can read, and goes on behind it", async () => {
    await using at = await stage();
    await using following = await follower(at);
    await at.append(1, 1);
    await jetstream(at.connection).publish(subjects.log(other), "no batch\n");
    await at.append(2, 2);
    await eventually(() => expect(following.offsets()).toEqual([1, 2]));
    expect(following.news).toMatchObject([{ kind: "unreadable", subject: subjects.log(other), sequence: 2 }]);
  });

  test("stops before a record of a later version, and passes over none", async () => {
    await using at = await stage();
    await using following = await follower(at);
    const later = headers();
    later.set(batchHeaders.version, "2");
    await jetstream(at.connection).publish(subjects.log(other), "whatever", { headers: later });
    await at.append(1, 1);
    const told = { kind: "interrupted", shard, error: expect.any(NewerRecord) };
    await eventually(() => expect(following.news).toContainEqual(told));
    await following.subscriber.close();
    expect(following.seen).toEqual([]);
    const { ack_floor } = await at.manager.consumers.info(streamName(shard), "tester");
    expect(ack_floor.stream_seq).toBe(0);
  });

  test("follows a stream that was lost and made again from its beginning", async () => {
    await using at = await stage();
    await using following = await follower(at);
    await at.append(1, 3);
    await eventually(() => expect(following.offsets()).toEqual([1, 2, 3]));
    const { config } = await at.manager.streams.info(streamName(shard));
    await at.manager.streams.delete(streamName(shard));
    await at.manager.streams.add(config as Parameters<JetStreamManager["streams"]["add"]>[0]);
    await at.append(4, 5);
    await eventually(() => expect(following.offsets()).toEqual(upTo(1, 5)), { withinMs: 15_000 });
    expect(following.news).toContainEqual({ kind: "replaced", shard, after: 0 });
  });

  test("is told how many records were gone before it could read them", async () => {
    await using at = await stage();
    const gate = Promise.withResolvers<void>();
    await using following = await follower(at, { handle: ({ offset }) => (offset === 1 ? gate.promise : undefined) });
    await at.append(1, 10);
    await eventually(() => expect(following.seen.length).toBe(1));
    await at.manager.streams.purge(streamName(shard), { seq: 9 });
    gate.resolve();
    await eventually(() => expect(following.offsets()).toEqual([1, 9, 10]), { withinMs: 10_000 });
    expect(following.news).toContainEqual({ kind: "missed", shard, records: 7 });
  });

  test("hears live events and signals as they pass, of one room or of all", async () => {
    await using at = await stage();
    await using subscriber = await Subscriber.connect({ url: at.nats.url, name: "ear", report: () => {} });
    const [one, all, passing]: [string[], string[], string[]] = [[], [], []];
    subscriber.live(({ room, offset }) => void one.push(`${room} ${offset}`), other);
    subscriber.live(({ room, offset }) => void all.push(`${room} ${offset}`));
    subscriber.signals((room, signal) => void passing.push(`${room} ${signal.type}`));
    // The server has its subscriptions once the log knows it.
    await subscriber.follow({ handle: () => {} });
    await at.append(1, 1);
    await at.append(1, 2, { room: other, together: true });
    const typing = { v: 1, type: "typing", info: { user: "kim", client: "c" } };
    at.connection.publish(subjects.signal(room), encodeJson(typing));
    await eventually(() => expect(passing).toEqual([`${room} typing`]));
    expect(all).toEqual([`${room} 1`, `${other} 1`, `${other} 2`]);
    expect(one).toEqual([`${other} 1`, `${other} 2`]);
  });

  test("that is closed while there is no log to follow yet gives up at once, and quietly", async () => {
    await using nats = await testNats();
    const subscriber = await Subscriber.connect({ url: nats.url, name: "early", report: () => {} });
    const following = subscriber.follow({ handle: () => {} }).catch((error: unknown) => error);
    await subscriber.close();
    // Far sooner than the half minute that it would have had.
    expect(await within(5_000, following, () => new Error("it goes on"))).toBeInstanceOf(StartError);
  });

  test("cannot take the name of the projector, nor one that is no name", async () => {
    for (const name of ["projector", "", "a.b", "*"])
      await expect(Subscriber.connect({ url: "nats://127.0.0.1:1", name })).rejects.toThrow(/cannot be called/);
  });
});
