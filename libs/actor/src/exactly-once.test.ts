import { expect, test } from "vitest";
import type { ActorRef, Life, Next } from "./behavior.ts";
import { Directory } from "./directory.ts";
import { ManualClock, settled } from "./manual-clock.ts";

/** A random life from a seed, on a manual clock. What went wrong with one seed goes wrong with it again. */

interface Message {
  readonly id: number;
  readonly key: string;
  readonly lane: "ordinary" | "control";
}

interface Record {
  readonly message: Message;
  handled: number;
  rejected: number;
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const messageTimeoutMs = 2000;

async function live(seed: number, steps: number): Promise<{ [what: string]: number }> {
  const random = mulberry32(seed);
  const chance = (probability: number) => random() < probability;
  const pick = <T>(...choices: [T, ...T[]]): T => choices[Math.floor(random() * choices.length)] ?? choices[0];
  const clock = new ManualClock();
  const wait = (ms: number) => new Promise<void>((resolve) => clock.setTimer(ms, resolve));
  const never = new Promise<never>(() => {});

  let drained = false;
  const records: Record[] = [];
  const faults: string[] = [];
  /** Lives that have started and were not closed yet, and behaviours under way that will end: at most one per key. */
  const open = new Map<string, number>();
  const inHand = new Map<string, number>();
  const lastSeen = new Map<string, number>();
  const count = (counter: Map<string, number>, key: string, by: number) => {
    const value = (counter.get(key) ?? 0) + by;
    counter.set(key, value);
    if (value < 0 || value > 1) faults.push(`${key}: ${value} at a time`);
  };
  const message = (key: string, lane: "ordinary" | "control"): Message => {
    const made = { id: records.length, key, lane };
    records.push({ message: made, handled: 0, rejected: 0 });
    return made;
  };
  const record = (of: Message): Record => records[of.id] as Record;

  function answer(life: { behavior: Life<Message>["behavior"] }, of: Message): Next<Message> {
    // What a behaviour finishes after the drain's deadline was rejected, and its outcome is unknown by promise.
    if (!drained) record(of).handled += 1;
    if (chance(0.03)) return "stopped";
    if (chance(0.1)) return (next) => life.behavior(next);
  }

  function newLife(key: string, self: ActorRef<Message>): Life<Message> {
    count(open, key, 1);
    let ended = false;
    const misfortune = pick(0, 0, 0.1, 0.4);
    const life: Life<Message> = {
      behavior(of) {
        if (of.key !== key) faults.push(`${key} was given a message for ${of.key}`);
        if (ended) faults.push(`${key} was given ${of.id} after its end`);
        const order = `${key} ${of.lane}`;
        if (of.id < (lastSeen.get(order) ?? -1)) faults.push(`${order}: ${of.id} after ${lastSeen.get(order)}`);
        lastSeen.set(order, of.id);
        if (chance(0.05)) self.tell(message(key, "ordinary"));
        if (chance(0.02)) self.control(message(key, "control"));
        if (chance(0.02)) self.fail(new Error("fenced"));
        const fails = chance(misfortune);
        if (chance(0.6)) {
          if (fails) throw new Error("sync");
          return answer(life, of);
        }
        // A stall never ends: the kernel gives it up, and nobody can say what became of it.
        if (chance(0.03)) return never;
        count(inHand, key, 1);
        return (async () => {
          if (chance(0.7)) await wait(random() * 300);
          count(inHand, key, -1);
          if (fails) throw new Error("async");
          return answer(life, of);
        })();
      },
      idle: () => chance(0.7),
      close() {
        if (ended) faults.push(`${key} was closed twice`);
        ended = true;
        count(open, key, -1);
        // What it set going fails it later, when it is long over.
        if (chance(0.2)) clock.setTimer(random() * 500, () => self.fail(new Error("stale")));
        if (chance(0.1)) clock.setTimer(random() * 500, () => self.tell(message(key, "ordinary")));
        if (chance(0.05)) throw new Error("close");
        if (chance(0.05)) return never;
        if (chance(0.4)) return wait(random() * 300);
      },
    };
    return life;
  }

  const directory = new Directory<string, Message>({
    clock,
    random,
    start(key, self) {
      if (chance(0.1)) throw new Error("start");
      if (chance(0.4)) return newLife(key, self);
      if (chance(0.05)) return never;
      return (async () => {
        // Never as long as the deadline: a late life is another test's matter and would open a second one here.
        await wait(random() * 900);
        if (chance(0.1)) throw new Error("start");
        return newLife(key, self);
      })();
    },
    reject(of) {
      record(of).rejected += 1;
      if (chance(0.02)) directory.tell(of.key, message(of.key, "ordinary"));
      if (chance(0.05)) throw new Error("reject");
    },
    onFailure() {
      if (chance(0.02)) throw new Error("onFailure");
      return chance(0.1) ? "stop" : "restart";
    },
    deadLetter() {
      if (chance(0.2)) throw new Error("deadLetter");
    },
    onError() {},
    limits: {
      mailboxSize: 20,
      controlSize: 5,
      idleAfterMs: 1500,
      startTimeoutMs: 1000,
      messageTimeoutMs,
      closeTimeoutMs: 400,
      maxAttempts: 3,
      messagesPerTurn: 4,
      messagesPerTick: 16,
      restart: { maxRestarts: 5, windowMs: 5000, baseMs: 20, capMs: 300, quarantineMs: 2000 },
    },
  });

  const keys = Array.from({ length: 6 }, (_, n) => `k${n}`) as [string, ...string[]];
  for (let step = 0; step < steps; step += 1) {
    const key = pick(...keys);
    const action = random();
    if (action < 0.45) for (let n = pick(1, 1, 3, 30); n > 0; n -= 1) directory.tell(key, message(key, "ordinary"));
    else if (action < 0.55) directory.control(key, message(key, "control"));
    else if (action < 0.6) {
      const told = message(key, "ordinary");
      // What was not told is nobody's.
      if (!directory.tellIfRunning(key, told)) record(told).handled += 1;
    } else if (action < 0.63) void directory.stop(key);
    else if (action < 0.65) directory.release(key);
    else if (action < 0.9) await clock.pass(random() * 200);
    else if (action < 0.97) await settled(1);
    else await clock.pass(random() * 4000);
  }
  const stopped = keys.map((key) => directory.stop(key));
  const draining = directory.drain(pick(0, 300, 5000)).then(() => {
    drained = true;
  });
  for (const key of keys) directory.tell(key, message(key, "ordinary"));
  for (let passed = 0; passed < 6000 && !drained; passed += 50) await clock.pass(50);
  await draining;
  await Promise.all(stopped);

  const stats = directory.stats();
  if (stats.actors !== 0 || stats.depth.total !== 0) faults.push(`left behind: ${JSON.stringify(stats)}`);
  for (const { message: of, handled, rejected } of records) {
    if (handled + rejected !== 1) faults.push(`${of.key} ${of.lane} ${of.id}: handled ${handled}, rejected ${rejected}`);
  }
  const rejected = Object.values(stats.rejected).reduce((sum, number) => sum + number, 0);
  if (rejected !== records.reduce((sum, { rejected: times }) => sum + times, 0)) faults.push("miscounted rejections");
  expect(faults, `seed ${seed}`).toEqual([]);
  return { ...stats.rejected, handled: stats.handled, passivated: stats.passivated, restarts: stats.restarts };
}

test("every message told is handled or rejected, exactly once, whatever happens", async () => {
  const first = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  const rounds = process.env.SEED === undefined ? Number(process.env.ROUNDS ?? 40) : 1;
  const seen: { [what: string]: number } = {};
  for (let seed = first; seed < first + rounds; seed += 1) {
    for (const [what, times] of Object.entries(await live(seed, 250))) seen[what] = (seen[what] ?? 0) + times;
  }
  if (process.env.BENCH) console.log(seen);
  // A life in which something never happened would prove nothing about it.
  if (rounds >= 40) expect(Object.entries(seen).filter(([, times]) => times === 0)).toEqual([]);
});
