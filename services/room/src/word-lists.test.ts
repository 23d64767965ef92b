import { Bus } from "@madang/bus";
import { buckets, encodeJson, globalWords, limits, RoomId, roomKey, type WordList, type WordRule } from "@madang/contracts";
import { cuttable, eventually, testNats } from "@madang/devkit";
import { LogUnavailable, MemoryBucket, openLog } from "@madang/log";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WordLists } from "./word-lists.ts";

const room = RoomId.parse("live:words");
const other = RoomId.parse("live:other");

const list = (words: string[], { allow = [], action = "reject" }: { allow?: string[]; action?: WordRule["action"] } = {}) =>
  ({ v: 1, rules: words.map((pattern) => ({ pattern, match: "substring", action })), allow }) satisfies WordList;

/** A bus on which somebody can push, or the connection can come back. */
class TestBus {
  #heard: ((message: never) => void) | undefined;
  #event: ((event: "reconnected") => void) | undefined;
  subscribe(_: string, handler: (message: never) => void) {
    this.#heard = handler;
    return { close: () => {} };
  }
  onEvent(listener: (event: never) => void): void {
    this.#event = listener as never;
  }
  push(key: string, data: Uint8Array): void {
    this.#heard?.({ subject: `$KV.${buckets.words}.${key}`, data } as never);
  }
  reconnect(): void {
    this.#event?.("reconnected");
  }
}

class ReadBucket extends MemoryBucket {
  reads = 0;
  trouble = false;
  override async get(key: string) {
    this.reads++;
    if (this.trouble) throw new LogUnavailable("away");
    return super.get(key);
  }
}

async function lists() {
  const [bus, bucket, errors] = [new TestBus(), new ReadBucket(), [] as unknown[]];
  const it = new WordLists({ bus: bus as never, bucket, onError: (error) => errors.push(error) });
  const store = (key: string, value: WordList | undefined) =>
    bucket.put(key, value === undefined ? new Uint8Array() : encodeJson(value));
  const change = async (key: string, value: WordList | undefined) => {
    await store(key, value);
    bus.push(key, value === undefined ? new Uint8Array() : encodeJson(value));
  };
  await it.open();
  await it.use(room);
  const judged = (text: string, of: RoomId = room) => it.judge(of, text).action;
  return { it, bus, bucket, errors, store, change, judged };
}

describe("banned words", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("[G16] are those of all rooms and those of the room, as they are now", async () => {
    const { change, judged } = await lists();
    expect(judged("darn")).toBeUndefined();
    await change(globalWords, list(["darn"]));
    await change(roomKey(room), list(["heck"], { action: "hold" }));
    expect([judged("darn"), judged("heck"), judged("heck", other)]).toEqual(["reject", "hold", undefined]);
    await change(roomKey(room), undefined);
    expect([judged("darn"), judged("heck")]).toEqual(["reject", undefined]);
    await change(globalWords, list([]));
    expect(judged("darn")).toBeUndefined();
  });

  test("[G16] a room's list allows what it bans itself, and not what is banned for all", async () => {
    const { change, judged } = await lists();
    await change(globalWords, list(["darn"], { allow: ["darning"] }));
    await change(roomKey(room), list(["heck"], { allow: ["heckler", "darnation"] }));
    expect(["darning", "heckler", "darnation"].map((text) => judged(text))).toEqual([undefined, undefined, "reject"]);
  });

  test("[G16] what was missed while the connection was away is read when it is back, however long that takes", async () => {
    const { bus, bucket, store, judged } = await lists();
    await store(globalWords, list(["darn"]));
    await store(roomKey(room), list(["heck"]));
    bucket.trouble = true;
    bus.reconnect();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(judged("darn")).toBeUndefined();
    bucket.trouble = false;
    await vi.advanceTimersByTimeAsync(limits.logRetryLongestMs);
    expect([judged("darn"), judged("heck")]).toEqual(["reject", "reject"]);
  });

  test("[G16] what was pushed and never stored does not stay", async () => {
    const { bus, store, judged } = await lists();
    await store(globalWords, list(["darn"]));
    bus.push(globalWords, encodeJson(list(["other"])));
    expect(judged("other")).toBe("reject");
    await vi.advanceTimersByTimeAsync(limits.wordsLookMs);
    expect([judged("other"), judged("darn")]).toEqual([undefined, "reject"]);
  });

  test("a list of no version that this one reads leaves the one before", async () => {
    const { bus, change, errors, judged } = await lists();
    await change(globalWords, list(["darn"]));
    bus.push(globalWords, encodeJson({ v: 9 }));
    expect(judged("darn")).toBe("reject");
    expect(errors).toHaveLength(1);
  });

  test("a room's list is kept as long as somebody uses it, and no other is", async () => {
    const { it, change, bucket, judged } = await lists();
    const [release, again] = [await it.use(other), await it.use(other)];
    await change(roomKey(other), list(["heck"]));
    release();
    release();
    expect(judged("heck", other)).toBe("reject");
    again();
    expect(judged("heck", other)).toBeUndefined();
    await change(roomKey(other), list(["heck", "darn"]));
    expect(judged("darn", other)).toBeUndefined();
    await it.use(other);
    expect(judged("darn", other)).toBe("reject");
    bucket.trouble = true;
    await expect(it.use(RoomId.parse("live:third"))).rejects.toThrow(LogUnavailable);
  });
});

test("[G16] a change is heard from a real bucket within a second, also by one that was cut off meanwhile", {
  timeout: 60_000,
}, async () => {
  await using nats = await testNats();
  await using link = await cuttable(nats.port);
  const connect = (url: string, name: string) => Bus.connect({ url, name, onHandlerError: () => {} });
  const [bus, writer] = [await connect(`nats://127.0.0.1:${link.port}`, "room"), await connect(nats.url, "writer")];
  try {
    const { words } = await openLog(bus.connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
    const { words: written } = await openLog(writer.connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
    const it = new WordLists({ bus, bucket: words, onError: () => {} });
    await it.open();
    await it.use(room);
    await written.put(globalWords, encodeJson(list(["darn"])));
    await eventually(() => expect(it.judge(room, "darn").action).toBe("reject"), { withinMs: 1_000 });
    link.cut();
    await eventually(() => expect(bus.connected).toBe(false), { withinMs: 40_000 });
    await written.put(roomKey(room), encodeJson(list(["heck"])));
    link.mend();
    await eventually(() => expect(bus.connected).toBe(true), { withinMs: 20_000 });
    await eventually(() => expect(it.judge(room, "heck").action).toBe("reject"), { withinMs: 1_000 });
    it.close();
  } finally {
    await Promise.all([bus.close(), writer.close()]);
  }
});
