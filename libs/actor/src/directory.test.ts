import { describe, expect, test } from "vitest";
import { Directory } from "./directory.ts";
import { failing, gate, house, type Key, settled, tellAll } from "./house.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

describe("passivation", () => {
  test("comes after idleAfterMs of quiet, within a quarter of it", async () => {
    const here = house({ limits: { idleAfterMs: 1000 } });
    here.directory.tell("a", "1");
    await here.clock.pass(900);
    here.directory.tell("a", "2");
    await here.clock.pass(950);
    expect(here.lives).toEqual(["start a"]);
    await here.clock.pass(350);
    expect(here.lives).toEqual(["start a", "close a passivated"]);
    expect(here.directory.size).toBe(0);
    expect(here.directory.stats().passivated).toBe(1);
  });

  test("waits while something is still on its way", async () => {
    let idle = false;
    const here = house({ idle: () => idle, limits: { idleAfterMs: 1000 } });
    here.directory.tell("a", "1");
    await here.clock.pass(10_000);
    expect(here.lives).toEqual(["start a"]);
    idle = true;
    await here.clock.pass(1000);
    expect(here.lives).toEqual(["start a", "close a passivated"]);
  });

  test("waits while a message is in hand", async () => {
    const first = gate();
    const here = house({ behavior: () => first.promise, limits: { idleAfterMs: 1000 } });
    here.directory.tell("a", "1");
    await here.clock.pass(5000);
    expect(here.lives).toEqual(["start a"]);
  });

  test("never comes in the middle of a turn, whatever time does", async () => {
    const here = house({ behavior: () => here.clock.advance(10_000), limits: { idleAfterMs: 1000 } });
    tellAll(here, "a", ["1", "2", "3"]);
    await settled();
    expect(here.handled).toEqual(["1", "2", "3"]);
    expect(here.lives).toEqual(["start a"]);
  });

  test("cannot be noticed: a message that arrives during the close meets a new incarnation after it", async () => {
    const closed = gate();
    const here = house({ closing: () => closed.promise, limits: { idleAfterMs: 1000 } });
    here.directory.tell("a", "1");
    await here.clock.pass(2000);
    tellAll(here, "a", ["2", "3"]);
    expect(here.directory.tellIfRunning("a", "4")).toBe(false);
    await settled();
    expect(here.lives).toEqual(["start a", "close a passivated"]);
    closed.resolve();
    await settled();
    expect(here.lives).toEqual(["start a", "close a passivated", "start a"]);
    expect(here.handled).toEqual(["1", "2", "3"]);
    expect(here.rejected).toEqual([]);
  });

  test("needs one timer for all, and none when nobody is here", async () => {
    const here = house({ limits: { idleAfterMs: 1000 } });
    for (let n = 0; n < 100; n += 1) here.directory.tell(`n${n}`, "1");
    await here.clock.pass(10);
    expect([here.directory.size, here.clock.pending]).toEqual([100, 1]);
    await here.clock.pass(2000);
    expect([here.directory.size, here.clock.pending]).toEqual([0, 0]);
  });
});

describe("tellIfRunning", () => {
  test("wakes nobody, and says so", async () => {
    const here = house();
    expect(here.directory.tellIfRunning("a", "1")).toBe(false);
    here.directory.tell("a", "2");
    expect(here.directory.tellIfRunning("a", "3")).toBe(true);
    await settled();
    expect(here.handled).toEqual(["2", "3"]);
    expect([...here.directory.keys()]).toEqual(["a"]);
  });
});

describe("stop", () => {
  test("finishes the mailbox and closes", async () => {
    const here = house();
    tellAll(here, "a", numbers(200));
    await here.directory.stop("a");
    expect(here.handled).toEqual(numbers(200));
    expect(here.lives).toEqual(["start a", "close a stopped"]);
    expect(here.directory.size).toBe(0);
    expect(here.clock.pending).toBe(0);
  });

  test("leaves what is told later to the next incarnation, so that a flood cannot keep it from ending", async () => {
    const first = gate();
    const here = house({ behavior: (message) => (message === "1" ? first.promise : undefined) });
    tellAll(here, "a", ["1", "2"]);
    await settled();
    const stopped = here.directory.stop("a");
    tellAll(here, "a", ["3"]);
    first.resolve();
    await stopped;
    expect(here.lives).toEqual(["start a", "close a stopped"]);
    await settled();
    expect(here.handled).toEqual(["1", "2", "3"]);
    expect(here.lives.at(-1)).toBe("start a");
  });

  test("finishes waiting control messages too", async () => {
    const here = house();
    here.directory.tell("a", "1");
    await settled();
    here.directory.control("a", "2");
    await here.directory.stop("a");
    expect(here.handled).toEqual(["1", "2"]);
    expect(here.lives).toEqual(["start a", "close a stopped"]);
  });

  test("finishes also what failed on the way", async () => {
    const here = house({ behavior: failing({ "1": 1 }) });
    tellAll(here, "a", ["1", "2"]);
    const stopped = here.directory.stop("a");
    await here.clock.pass(1000);
    await stopped;
    expect(here.handled).toEqual(["1", "2"]);
    expect(here.lives).toEqual(["start a", "close a failed", "start a", "close a stopped"]);
  });

  test("of an actor that waits for its restart with nothing to do is done at once", async () => {
    const here = house();
    here.directory.tell("a", "1");
    await settled();
    here.refs[0]?.fail(new Error("fenced"));
    await settled();
    await here.directory.stop("a");
    expect([here.directory.size, here.clock.pending]).toEqual([0, 0]);
  });

  test("of an actor that closes after a failure with nothing to do starts it no more", async () => {
    const closed = gate();
    const here = house({ closing: () => closed.promise });
    here.directory.tell("a", "1");
    await settled();
    here.refs[0]?.fail(new Error("fenced"));
    await settled();
    const stopped = here.directory.stop("a");
    closed.resolve();
    await stopped;
    expect([here.directory.size, here.clock.pending]).toEqual([0, 0]);
    expect(here.lives).toEqual(["start a", "close a failed"]);
  });

  test("of nobody, of one in quarantine, or a second time, is no harm", async () => {
    const here = house({ behavior: failing({ "1": 99 }), limits: { restart: { maxRestarts: 0 } } });
    await here.directory.stop("a");
    here.directory.tell("a", "1");
    await settled();
    await here.directory.stop("a");
    expect(here.directory.stats().states.quarantined).toBe(1);
    here.directory.tell("b", "2");
    await Promise.all([here.directory.stop("b"), here.directory.stop("b")]);
    expect(here.lives.filter((line) => line === "close b stopped")).toHaveLength(1);
  });
});

describe("drain", () => {
  test("takes nothing new, finishes what mailboxes hold, closes every actor", async () => {
    const here = house({ starting: () => settled(1) });
    tellAll(here, "a", numbers(200));
    tellAll(here, "b", ["x"]);
    const drained = here.directory.drain(1000);
    here.directory.tell("a", "late");
    here.directory.tell("c", "late");
    here.directory.control("a", "late");
    expect(here.directory.tellIfRunning("a", "late")).toBe(false);
    expect(here.rejected).toEqual(["late:draining", "late:draining", "late:draining"]);
    await drained;
    expect(here.handled.filter((message) => message !== "x")).toEqual(numbers(200));
    expect(here.handled).toContain("x");
    expect(here.lives).toContain("close a drained");
    expect(here.lives).toContain("close b drained");
    expect([here.directory.size, here.clock.pending]).toEqual([0, 0]);
  });

  test("handles what an actor still tells itself", async () => {
    const here = house({ behavior: (message, { nth }) => (message === "1" ? here.refs[nth]?.tell("committed") : undefined) });
    here.directory.tell("a", "1");
    await here.directory.drain(1000);
    expect(here.handled).toEqual(["1", "committed"]);
    expect(here.rejected).toEqual([]);
  });

  test("waits for what its actors close", async () => {
    const closed = gate();
    const here = house({ closing: () => closed.promise });
    here.directory.tell("a", "1");
    let done = false;
    const drained = here.directory.drain(1000).then(() => {
      done = true;
    });
    await settled();
    expect(done).toBe(false);
    closed.resolve();
    await drained;
  });

  test("is over at its deadline: what is left is rejected, what lives is closed, what comes late is ignored", async () => {
    const never = gate();
    const lateStart = gate();
    const here = house({
      behavior: (message) => (message === "stuck" ? never.promise : undefined),
      starting: (_, key) => (key === "b" ? lateStart.promise : undefined),
    });
    tellAll(here, "a", ["stuck", "1"]);
    tellAll(here, "b", ["2"]);
    await settled();
    const drained = here.directory.drain(1000);
    await here.clock.pass(1000);
    await drained;
    expect(here.rejected).toEqual(["stuck:draining", "1:draining", "2:draining"]);
    expect(here.lives).toEqual(["start a", "start b", "close a drained"]);
    never.resolve();
    lateStart.resolve();
    await settled();
    expect(here.lives.at(-1)).toBe("close b failed");
    expect(here.directory.stats()).toMatchObject({ actors: 0, handled: 0 });
    expect(here.clock.pending).toBe(0);
  });

  test("lets those in quarantine go", async () => {
    const here = house({ behavior: failing({ "1": 99 }), limits: { restart: { maxRestarts: 0 } } });
    here.directory.tell("a", "1");
    await settled();
    await here.directory.drain(1000);
    expect([here.directory.size, here.clock.pending]).toEqual([0, 0]);
  });
});

describe("a flood", () => {
  test("to one actor does not keep others from their turn", async () => {
    const here = house({ limits: { mailboxSize: 10_000, messagesPerTurn: 10, messagesPerTick: 30 } });
    tellAll(here, "a", numbers(10_000));
    here.directory.tell("b", "x");
    await settled(2);
    expect(here.handled).toContain("x");
    expect(here.handled.length).toBeLessThan(100);
    // Once more, to actors that run already.
    const before = here.handled.length;
    tellAll(here, "a", numbers(5000));
    here.directory.tell("b", "y");
    await settled(2);
    expect(here.handled.slice(before)).toContain("y");
    expect(here.handled.length - before).toBeLessThan(100);
  });

  test("does not keep the event loop from its turn, even one of promises that are settled already", async () => {
    for (const behavior of [() => {}, async () => {}]) {
      const here = house({ behavior, limits: { mailboxSize: 10_000, messagesPerTurn: 10, messagesPerTick: 30 } });
      tellAll(here, "a", numbers(10_000));
      let before = 0;
      for (let round = 0; round < 50; round += 1) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        expect(here.handled.length - before).toBeLessThanOrEqual(40);
        before = here.handled.length;
      }
      expect(before).toBeGreaterThan(300);
    }
  });
});

describe("a directory", () => {
  test("survives owners whose callbacks throw", async () => {
    const bad = (name: string) => () => {
      throw new Error(name);
    };
    const here = house({
      behavior: failing({ "1": 99 }),
      reject: bad("reject"),
      deadLetter: bad("deadLetter"),
      onFailure: bad("onFailure"),
      idle: bad("idle"),
      closing: bad("close"),
      limits: { maxAttempts: 1, idleAfterMs: 3000 },
    });
    tellAll(here, "a", ["1", "2"]);
    await here.clock.pass(3000);
    expect(here.handled).toEqual(["2"]);
    expect(here.rejected).toEqual(["1:poisoned"]);
    expect(here.errors.slice(0, 4)).toEqual(["onFailure: onFailure", "close: close", "deadLetter: deadLetter", "reject: reject"]);
    await here.clock.pass(3000);
    expect(here.errors).toContain("idle: idle");
    await here.directory.drain(1000);
    expect(here.directory.size).toBe(0);
  });

  test("survives a close that rejects", async () => {
    const here = house({ closing: () => Promise.reject(new Error("close")) });
    here.directory.tell("a", "1");
    await here.directory.drain(1000);
    expect(here.errors).toEqual(["close: close"]);
    expect(here.clock.pending).toBe(0);
  });

  test("reports the failures of its actors where nobody else hears of them", async () => {
    const errors: string[] = [];
    const behavior = failing({ "1": 1 });
    const directory = new Directory<Key, string>({
      start: () => ({ behavior }),
      reject: () => {},
      onError: (error, { key, where }) => errors.push(`${key} ${where} ${error}`),
      random: () => 0,
    });
    directory.tell("a", "1");
    await directory.drain(1000);
    expect(errors).toEqual(["a message Error: cannot 1"]);
  });

  test("tells how its actors are", async () => {
    const never = gate();
    const here = house({ behavior: () => never.promise, starting: (_, key) => (key === "b" ? never.promise : undefined) });
    tellAll(here, "a", ["1", "2", "3"]);
    tellAll(here, "b", ["4"]);
    await settled();
    expect(here.directory.stats()).toMatchObject({
      actors: 2,
      starts: 2,
      states: { running: 1, starting: 1, restarting: 0, closing: 0, quarantined: 0 },
      depth: { total: 4, max: 3 },
    });
  });

  test("tells for how long an actor has had nothing to do, and nothing of one that has", async () => {
    const never = gate();
    const here = house({ behavior: (message) => (message === "long" ? never.promise : undefined) });
    tellAll(here, "a", ["1"]);
    tellAll(here, "b", ["long"]);
    await here.clock.pass(700);
    expect(here.directory.inspect()).toMatchObject([
      { key: "a", state: "running", quietMs: 700, failure: undefined, quarantineLeftMs: undefined },
      { key: "b", state: "running", depth: 1, quietMs: undefined },
    ]);
  });

  test("refuses limits that make no sense", () => {
    expect(() => house({ limits: { mailboxSize: 0 } })).toThrow(RangeError);
    expect(() => house({ limits: { idleAfterMs: Number.NaN } })).toThrow(RangeError);
    expect(() => house({ limits: { restart: { capMs: -1 } } })).toThrow(RangeError);
  });

  test("handles a million messages a second", async () => {
    let handled = 0;
    const directory = new Directory<string, number>({
      start: () => ({
        behavior: () => {
          handled += 1;
        },
      }),
      reject: () => {},
    });
    const count = 2_000_000;
    const begin = performance.now();
    for (let told = 0; told < count; ) {
      for (let n = 0; n < 4000; n += 1) directory.tell("a", told++);
      while (handled < told) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    const perSecond = count / ((performance.now() - begin) / 1000);
    if (process.env.BENCH) console.log(`${Math.round(perSecond).toLocaleString("en")} messages/s`);
    // Far below what it does, so that a busy machine does not fail; a promise for each message would.
    expect(perSecond).toBeGreaterThan(500_000);
    await directory.drain(1000);
  });
});
