import { Bus } from "@madang/bus";
import { buckets, encodeJson, limits } from "@madang/contracts";
import { eventually, testNats } from "@madang/devkit";
import { LogUnavailable, MemoryBucket, OutcomeUnknown, openLog } from "@madang/log";
import { createLogger } from "@madang/runtime";
import { describe, expect, test, vi } from "vitest";
import { type IsRevoked, Revocations } from "./revocations.ts";
import { keyOfToken, keyOfUser, marksOf, type TokenMarks } from "./token-marks.ts";

/** Gateways that share a bucket, and hear of every put in it. */
class SharedBucket extends MemoryBucket {
  readonly listeners = new Set<(slot: string, value: Uint8Array) => void>();
  trouble: Error | undefined;
  reads = 0;
  /** Whether puts are heard. */
  heard = true;

  override async get(key: string) {
    this.reads++;
    if (this.trouble) throw this.trouble;
    return super.get(key);
  }

  override async replace(key: string, value: Uint8Array, over: number | undefined) {
    if (this.trouble) throw this.trouble;
    // It is heard before it is stored, and also if it is refused.
    if (this.heard) for (const listener of this.listeners) listener(key, value);
    return super.replace(key, value, over);
  }
}

const nowS = 1_800_000_000;
const later = nowS + 3_600;
const logger = createLogger("test", "silent");

function gateway(bucket: SharedBucket, now: () => number = () => nowS * 1_000) {
  const bus = {
    subscribe: (_: string, handler: (message: never) => void) => {
      const listener = (slot: string, data: Uint8Array) => handler({ subject: `$KV.${buckets.revoked}.${slot}`, data } as never);
      bucket.listeners.add(listener);
      return { close: () => void bucket.listeners.delete(listener) };
    },
  };
  return new Revocations({ bus, bucket, logger, now });
}

const kim = (iat?: number, jti?: unknown) => marksOf({ user: "kim", iat, jti });
const ofKim = (before: number, until = later) => [keyOfUser("kim"), { before, until }] as const;

describe("what is revoked", () => {
  test("[C19] of a user are the tokens issued before a time, and those that do not say when; others' and later ones are not", async () => {
    const revocations = gateway(new SharedBucket());
    await revocations.revoke(...ofKim(1_000));
    const all: [TokenMarks, boolean][] = [
      [kim(999), true],
      [kim(999.5), true],
      [kim(), true],
      [kim(1_000), false],
      [kim(1_001, "kim"), false],
      [marksOf({ user: "lee", iat: 5 }), false],
      // Its id reads as the name of the user.
      [marksOf({ user: "lee", iat: 5, jti: "kim" }), false],
    ];
    for (const [marks, covered] of all) expect(revocations.covers(marks), JSON.stringify(marks)).toBe(covered);
  });

  test("[C19] is a single token by its id, whoever's it is and whenever it was issued, also where the id is a number", async () => {
    const revocations = gateway(new SharedBucket());
    await revocations.revoke(keyOfToken("7"), { until: later });
    expect(
      [kim(5, "7"), kim(undefined, 7), marksOf({ user: "lee", jti: "7", iat: later })].map((one) => revocations.covers(one)),
    ).toEqual([true, true, true]);
    expect([kim(5), kim(5, "8"), kim(5, ["7"]), marksOf({ user: "7", iat: 5 })].some((one) => revocations.covers(one))).toBe(
      false,
    );
  });

  test("[C19] only grows, whatever comes again or late, until it is forgotten", async () => {
    const bucket = new SharedBucket();
    let time = nowS * 1_000;
    const revocations = gateway(bucket, () => time);
    await revocations.revoke(...ofKim(1_000, later));
    await revocations.revoke(...ofKim(500, later + 10));
    revocations.add(...ofKim(700, later + 5));
    expect(revocations.covers(kim(999))).toBe(true);
    time = (later + 9) * 1_000;
    expect(revocations.covers(kim(999))).toBe(true);
    time = (later + 10) * 1_000;
    expect(revocations.covers(kim(999))).toBe(false);
    // What has had its time is not held or told again, either.
    const told: IsRevoked[] = [];
    revocations.follow((isRevoked) => void told.push(isRevoked));
    await revocations.readAll();
    expect(told).toEqual([]);
  });

  test("[C19] is told to whoever keeps sessions, once, and of those alone that it is about", async () => {
    const revocations = gateway(new SharedBucket());
    await revocations.revoke(keyOfToken("old"), { until: later });
    const told: IsRevoked[] = [];
    revocations.follow((isRevoked) => void told.push(isRevoked));
    await revocations.revoke(...ofKim(1_000));
    await revocations.revoke(...ofKim(1_000));
    await revocations.readAll();
    expect(told).toHaveLength(1);
    const [isRevoked] = told;
    expect([kim(5), kim(2_000), kim(2_000, "old"), marksOf({ user: "lee", jti: "old" })].map((one) => isRevoked?.(one))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

describe("other gateways", () => {
  test("[C19] have it as soon as it is put, and after they were away or begin anew", async () => {
    const bucket = new SharedBucket();
    const [here, there] = [gateway(bucket), gateway(bucket)];
    await here.revoke(...ofKim(1_000));
    expect(there.covers(kim(5))).toBe(true);
    bucket.heard = false;
    await here.revoke(keyOfToken("t"), { until: later });
    expect(there.covers(kim(2_000, "t"))).toBe(false);
    const reading = there.readAll();
    // Until it is read nobody can say, so nobody is let in and nobody is turned away for good.
    expect(() => there.refuses(kim(2_000, "t"))).toThrow("internal server error: what is revoked is being read");
    await reading;
    expect([there.refuses(kim(2_000, "t")), there.refuses(kim(2_000))]).toEqual([true, false]);
    const anew = gateway(bucket);
    await anew.readAll();
    expect([anew.covers(kim(5)), anew.covers(kim(2_000, "t")), anew.covers(kim(2_000))]).toEqual([true, true, false]);
  });

  test("[A21] may revoke at the same time, hundreds at once, and nothing is lost", async () => {
    const bucket = new SharedBucket();
    bucket.heard = false;
    const gateways = [gateway(bucket), gateway(bucket), gateway(bucket)];
    const users = Array.from({ length: 600 }, (_, n) => `u${n}`);
    await Promise.all(users.map((user, n) => gateways[n % 3]?.revoke(keyOfUser(user), { before: 10, until: later })));
    const anew = gateway(bucket);
    await anew.readAll();
    expect(users.filter((user) => !anew.covers(marksOf({ user, iat: 9 })))).toEqual([]);
  });

  test("[A21] that wait for others of their kind are refused in time when nobody says a thing", async () => {
    vi.useFakeTimers();
    try {
      const bucket = new SharedBucket();
      const revocations = gateway(bucket);
      const never = vi.spyOn(bucket, "get").mockReturnValueOnce(new Promise(() => {}));
      // One who waits for ever, and who comes behind.
      void revocations.revoke(...ofKim(1_000));
      const behind = expect(revocations.revoke(...ofKim(2_000))).rejects.toMatchObject({ reply: { code: 100, temporary: true } });
      await vi.advanceTimersByTimeAsync(limits.commandDeadlineMs);
      await behind;
      expect(never).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
    }
  });

  test("are read again until all of it is here, and only for the last who asks", async () => {
    const bucket = new SharedBucket();
    const [here, there] = [gateway(bucket), gateway(bucket)];
    bucket.heard = false;
    await here.revoke(...ofKim(1_000));
    bucket.trouble = new LogUnavailable("nobody leads");
    const reading = [there.readAll(), there.readAll()];
    // All 64 values once, and all again.
    bucket.reads = 0;
    await eventually(() => expect(bucket.reads).toBeGreaterThanOrEqual(2 * 64));
    expect(there.covers(kim(5))).toBe(false);
    bucket.trouble = undefined;
    await Promise.all(reading);
    expect(there.covers(kim(5))).toBe(true);
    bucket.trouble = new LogUnavailable("nobody leads");
    const last = there.readAll();
    there.close();
    await last;
    expect(bucket.listeners.size).toBe(1);
  });
});

describe("the bucket", () => {
  test("[A21] while it cannot be written, that is an error which may pass, and nothing is said to be revoked", async () => {
    const bucket = new SharedBucket();
    const revocations = gateway(bucket);
    for (const trouble of [new LogUnavailable("away"), new OutcomeUnknown("perhaps")]) {
      bucket.trouble = trouble;
      await expect(revocations.revoke(...ofKim(1_000))).rejects.toMatchObject({ reply: { code: 100, temporary: true } });
    }
    bucket.trouble = undefined;
    await revocations.revoke(...ofKim(1_000));
    expect(revocations.covers(kim(5))).toBe(true);
  });

  test("[A21] holds a bounded number, lets go of what has had its time, and takes no more while it is full", async () => {
    const bucket = new SharedBucket();
    let time = nowS * 1_000;
    const revocations = gateway(bucket, () => time);
    const keys: string[] = [];
    for (let n = 0; keys.length <= limits.revocationsPerSlot; n++) {
      const key = keyOfUser(`u${n}`);
      if (key.startsWith("A")) keys.push(key);
    }
    const [last = "", ...others] = keys;
    const revoked = Object.fromEntries(others.map((key, n) => [key, { before: 10, until: n < 5 ? later : later + 100 }]));
    await bucket.put("A", encodeJson({ v: 1, revoked }));
    await expect(revocations.revoke(last, { before: 10, until: later + 100 })).rejects.toMatchObject({ reply: { code: 1114 } });
    // One that is there may grow.
    await revocations.revoke(others[9] ?? "", { before: 20, until: later + 100 });
    time = later * 1_000;
    await revocations.revoke(last, { before: 10, until: later + 100 });
    const stored = JSON.parse(Buffer.from((await bucket.get("A"))?.value ?? []).toString());
    expect(Object.keys(stored.revoked)).toHaveLength(limits.revocationsPerSlot - 4);
    // What it takes at the most goes into one message of NATS.
    expect(Buffer.byteLength(JSON.stringify({ v: 1, revoked }))).toBeLessThan(512 * 1024);
  });

  test("what somebody else puts there, or removes, is passed over", async () => {
    const bucket = new SharedBucket();
    const revocations = gateway(bucket);
    await revocations.revoke(...ofKim(1_000));
    for (const listener of bucket.listeners) {
      listener(keyOfUser("kim").slice(0, 1), new Uint8Array());
      listener("AA", encodeJson({ v: 1, revoked: { [keyOfUser("lee")]: { until: later } } }));
      expect(() => listener("A", encodeJson({ v: 1, revoked: { short: { until: later } } }))).toThrow();
    }
    expect(revocations.covers(kim(5))).toBe(true);
    expect(revocations.covers(marksOf({ user: "lee" }))).toBe(false);
  });

  test("[C19] of NATS does the same", async () => {
    await using nats = await testNats();
    const open = async () => {
      const bus = await Bus.connect({ url: nats.url, name: "test", onHandlerError: () => {} });
      const { revoked } = await openLog(bus.connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
      return { bus, revocations: new Revocations({ bus, bucket: revoked, logger, now: Date.now }) };
    };
    const [here, there] = await Promise.all([open(), open()]);
    const until = Date.now() / 1_000 + 60;
    await there.revocations.readAll();
    await here.revocations.revoke(...ofKim(1_000, until));
    await eventually(() => expect(there.revocations.covers(kim(5))).toBe(true));
    await there.revocations.revoke(keyOfToken("t"), { until });
    await eventually(() => expect(here.revocations.covers(kim(2_000, "t"))).toBe(true));
    const anew = await open();
    await anew.revocations.readAll();
    expect([anew.revocations.covers(kim(5)), anew.revocations.covers(kim(2_000, "t"))]).toEqual([true, true]);
    await Promise.all([here, there, anew].map(({ bus }) => bus.close()));
  });
});
