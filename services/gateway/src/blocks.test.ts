import { createHash } from "node:crypto";
import { Bus } from "@madang/bus";
import { ErrorCode, limits } from "@madang/contracts";
import { eventually, seeded, testNats } from "@madang/devkit";
import { LogUnavailable, MemoryBucket, OutcomeUnknown, openLog } from "@madang/log";
import { createLogger } from "@madang/runtime";
import { describe, expect, test } from "vitest";
import { Blocks } from "./blocks.ts";

/** Gateways that share a bucket, and hear of every put in it. */
class SharedBucket extends MemoryBucket {
  readonly listeners = new Set<(subject: string) => void>();
  trouble: Error | undefined;
  reads = 0;

  override async get(key: string) {
    this.reads++;
    if (this.trouble) throw this.trouble;
    return super.get(key);
  }

  override async replace(key: string, value: Uint8Array, over: number | undefined) {
    if (this.trouble) throw this.trouble;
    // It is heard before it is stored, and also if it is refused.
    for (const listener of this.listeners) listener(`$KV.blocks.${key}`);
    return super.replace(key, value, over);
  }
}

const keyOf = (user: string) => createHash("sha256").update(user).digest("base64url");

function gateway(bucket: SharedBucket, pause: (ms: number) => Promise<void> = () => new Promise(setImmediate)) {
  const bus = {
    subscribe: (_: string, handler: (message: never) => void) => {
      bucket.listeners.add((subject) => handler({ subject } as never));
      return { close: () => {} };
    },
  };
  return new Blocks({ bus, bucket, logger: createLogger("test", "silent"), pause });
}

async function held(blocks: Blocks, user: string) {
  const list = blocks.hold(user);
  await list.loaded;
  return list;
}

describe("the lists of whom users do not want to hear", () => {
  test("[V9] hold for all sessions of the user, here and on other gateways", async () => {
    const bucket = new SharedBucket();
    const [here, there] = [gateway(bucket), gateway(bucket)];
    expect(await here.block("kim", "lee")).toBe(true);
    const [first, second] = [await held(here, "kim"), await held(there, "kim")];
    expect([[...first.users], [...second.users]]).toEqual([["lee"], ["lee"]]);
    await here.block("kim", "choi");
    expect([...first.users]).toEqual(["lee", "choi"]);
    await eventually(() => expect([...second.users]).toEqual(["lee", "choi"]));
    await there.unblock("kim", "lee");
    await eventually(() => expect([...first.users]).toEqual(["choi"]));
    expect(await here.list("kim")).toEqual(["choi"]);
    expect(await here.list("lee")).toEqual([]);
  });

  test("say whether anybody here blocks somebody, as long as they are here", async () => {
    const bucket = new SharedBucket();
    const blocks = gateway(bucket);
    await blocks.block("kim", "lee");
    await blocks.block("choi", "lee");
    expect(blocks.isBlocked("lee")).toBe(false);
    const [kim, again, choi] = [await held(blocks, "kim"), await held(blocks, "kim"), await held(blocks, "choi")];
    expect(blocks.isBlocked("lee")).toBe(true);
    await blocks.unblock("choi", "lee");
    choi.release();
    kim.release();
    kim.release();
    expect(blocks.isBlocked("lee")).toBe(true);
    again.release();
    expect(blocks.isBlocked("lee")).toBe(false);
  });

  test("are read once for all sessions of a user", async () => {
    const bucket = new SharedBucket();
    const blocks = gateway(bucket);
    await Promise.all(Array.from({ length: 20 }, () => held(blocks, "kim")));
    expect(bucket.reads).toBe(1);
  });

  test("[V9] are read until what was heard of is there: the broker tells before it has stored", async () => {
    const bucket = new SharedBucket();
    const stored = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const waits: number[] = [];
    // The first look comes too early, the next one after all is done.
    const there = gateway(bucket, async (ms) => void (waits.push(ms) > 1 && (await done.promise)));
    const list = await held(there, "kim");
    const replace = MemoryBucket.prototype.replace.bind(bucket);
    bucket.replace = async (...put) => {
      for (const listener of bucket.listeners) listener(`$KV.blocks.${put[0]}`);
      await stored.promise;
      return replace(...put);
    };
    const blocked = gateway(bucket).block("kim", "lee");
    await eventually(() => expect(waits).toEqual(limits.blockReadsAfterMs.slice(0, 2)));
    expect(list.users.size).toBe(0);
    stored.resolve();
    await blocked;
    done.resolve();
    await eventually(() => expect([...list.users]).toEqual(["lee"]));
  });

  test("[V9] miss no change that is heard of while another one is looked for", async () => {
    const bucket = new SharedBucket();
    const [here, there] = [gateway(bucket), gateway(bucket)];
    const list = await held(there, "kim");
    const late = Promise.withResolvers<void>();
    const get = MemoryBucket.prototype.get.bind(bucket);
    await here.block("kim", "lee");
    let reads = 0;
    bucket.get = async (key) => {
      const found = await get(key);
      if (reads++ === 0) await late.promise;
      return found;
    };
    await eventually(() => expect(reads).toBe(1));
    // Heard of, and stored, while the answer with the first one is on its way.
    await here.block("kim", "choi");
    late.resolve();
    await eventually(() => expect([...list.users]).toEqual(["lee", "choi"]));
  });

  test("[V9] do not go back where an earlier read is answered later", async () => {
    const bucket = new SharedBucket();
    const blocks = gateway(bucket);
    await blocks.block("kim", "lee");
    const list = await held(blocks, "kim");
    const late = Promise.withResolvers<void>();
    const get = MemoryBucket.prototype.get.bind(bucket);
    let reads = 0;
    bucket.get = async (key) => {
      const found = await get(key);
      if (reads++ === 0) await late.promise;
      return found;
    };
    for (const listener of bucket.listeners) listener(`$KV.blocks.${keyOf("kim")}`);
    await eventually(() => expect(reads).toBe(1));
    await blocks.block("kim", "choi");
    late.resolve();
    // Before anything is looked for again.
    for (let n = 0; n < 50; n++) await null;
    expect([...list.users]).toEqual(["lee", "choi"]);
  });

  test("[V9] keep every change, whoever else changes them at the same time (seed 1)", async () => {
    const bucket = new SharedBucket();
    const gateways = [gateway(bucket), gateway(bucket), gateway(bucket)];
    const list = await held(gateway(bucket), "kim");
    const random = seeded(1);
    await Promise.all(Array.from({ length: 9 }, (_, n) => random.pick(gateways).block("kim", `u${n}`)));
    expect((await gateways[0]?.list("kim"))?.toSorted()).toEqual(Array.from({ length: 9 }, (_, n) => `u${n}`));
    await eventually(() => expect(list.users.size).toBe(9));
  });

  test("have a bound, and say so", async () => {
    const bucket = new SharedBucket();
    const blocks = gateway(bucket);
    for (let n = 0; n < limits.blockedUsers; n++) expect(await blocks.block("kim", `u${n}`)).toBe(true);
    expect(await blocks.block("kim", "one more")).toBe(false);
    expect(await blocks.block("kim", "u7")).toBe(true);
    expect(await blocks.list("kim")).toHaveLength(limits.blockedUsers);
  });

  test("that cannot be read end the subscribe that needs them, and are read anew for the next one", async () => {
    const bucket = new SharedBucket();
    const blocks = gateway(bucket);
    bucket.trouble = new LogUnavailable("away");
    await expect(held(blocks, "kim")).rejects.toThrow(LogUnavailable);
    await expect(blocks.block("kim", "lee")).rejects.toMatchObject({ reply: ErrorCode.roomUnavailable });
    bucket.trouble = new OutcomeUnknown("no word");
    await expect(blocks.block("kim", "lee")).rejects.toMatchObject({ reply: ErrorCode.outcomeUnknown });
    bucket.trouble = undefined;
    await blocks.block("kim", "lee");
    expect((await held(blocks, "kim")).users.size).toBe(1);
  });

  test("[V9] follow through a real broker, also where the connection was away meanwhile", async () => {
    await using nats = await testNats();
    const connect = async (name: string) => {
      const bus = await Bus.connect({ url: nats.url, name, onHandlerError: () => {} });
      const { blocks: bucket } = await openLog(bus.connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
      return { bus, blocks: new Blocks({ bus, bucket, logger: createLogger("test", "silent") }) };
    };
    const [here, there] = [await connect("here"), await connect("there")];
    const user = "김 is a user: with > odd * characters.";
    const list = await held(there.blocks, user);
    await here.blocks.block(user, "lee");
    await eventually(() => expect([...list.users]).toEqual(["lee"]));
    // As if it had heard nothing.
    there.blocks.close();
    const deaf = await held(there.blocks, user);
    await here.blocks.block(user, "choi");
    await there.blocks.recheck();
    expect([...deaf.users]).toEqual(["lee", "choi"]);
    await here.bus.close();
    await there.bus.close();
  });
});
