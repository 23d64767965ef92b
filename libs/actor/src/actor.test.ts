import { describe, expect, test } from "vitest";
import type { Behavior } from "./behavior.ts";
import { Directory } from "./directory.ts";
import { failing, gate, house, settled, tellAll } from "./house.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

describe("an actor at work", () => {
  test("starts with its first message and handles all in order", async () => {
    const here = house();
    tellAll(here, "a", numbers(500));
    expect(here.handled).toEqual([]);
    await settled(20);
    expect(here.handled).toEqual(numbers(500));
    expect(here.lives).toEqual(["start a"]);
  });

  test("handles one message at a time, however long it takes", async () => {
    let inHand = 0;
    let most = 0;
    const here = house({
      async behavior() {
        inHand += 1;
        most = Math.max(most, inHand);
        await new Promise<void>((resolve) => here.clock.setTimer(10, resolve));
        inHand -= 1;
      },
    });
    tellAll(here, "a", ["1", "2", "3"]);
    await here.clock.pass(100);
    expect(here.handled).toEqual(["1", "2", "3"]);
    expect(most).toBe(1);
  });

  test("lets control messages pass ahead, not into the message in hand", async () => {
    const first = gate();
    const here = house({ behavior: (message) => (message === "1" ? first.promise : undefined) });
    tellAll(here, "a", ["1", "2"]);
    await settled();
    here.directory.control("a", "now");
    await settled();
    expect(here.handled).toEqual([]);
    first.resolve();
    await settled();
    expect(here.handled).toEqual(["1", "now", "2"]);
  });

  test("keeps messages while it starts, and refuses what is over its bounds at once", async () => {
    const started = gate();
    const here = house({ starting: () => started.promise, limits: { mailboxSize: 2, controlSize: 1 } });
    tellAll(here, "a", ["1", "2", "3"]);
    here.directory.control("a", "c1");
    here.directory.control("a", "c2");
    expect(here.rejected).toEqual(["3:overloaded", "c2:overloaded"]);
    started.resolve();
    await settled();
    expect(here.handled).toEqual(["c1", "1", "2"]);
  });

  test("becomes the behaviour that it returns", async () => {
    const seen: string[] = [];
    const awake: Behavior<string> = async (message) => {
      seen.push(`awake ${message}`);
    };
    const asleep: Behavior<string> = (message) => {
      seen.push(`asleep ${message}`);
      return awake;
    };
    const directory = new Directory<string, string>({ start: () => ({ behavior: asleep }), reject: () => {} });
    for (const message of ["1", "2", "3"]) directory.tell("a", message);
    await settled();
    expect(seen).toEqual(["asleep 1", "awake 2", "awake 3"]);
    await directory.drain(1000);
  });

  test("ends when its behaviour says stopped, and what waits is for the next incarnation", async () => {
    const here = house({ behavior: (message) => (message === "2" ? "stopped" : undefined) });
    tellAll(here, "a", ["1", "2", "3"]);
    await settled();
    expect(here.handled).toEqual(["1", "2", "3"]);
    expect(here.lives).toEqual(["start a", "close a stopped", "start a"]);
  });

  test("may tell itself, and never within its own message", async () => {
    const depth: number[] = [];
    let inside = 0;
    const here = house({
      behavior(message, { nth }) {
        inside += 1;
        depth.push(inside);
        if (message === "1") here.refs[nth]?.tell("2");
        inside -= 1;
      },
    });
    here.directory.tell("a", "1");
    await settled();
    expect(here.handled).toEqual(["1", "2"]);
    expect(depth).toEqual([1, 1]);
  });
});

describe("an actor that fails", () => {
  test("loses its state, is closed, and starts again from the beginning with the failed message first", async () => {
    const here = house({ behavior: failing({ "2": 1 }) });
    tellAll(here, "a", ["1", "2", "3"]);
    await settled();
    here.directory.control("a", "control");
    expect(here.directory.inspect()).toMatchObject([{ key: "a", state: "restarting", depth: 3, restarts: 0 }]);
    await here.clock.pass(1000);
    expect(here.handled).toEqual(["1", "2", "control", "3"]);
    expect(here.lives).toEqual(["start a", "close a failed", "start a"]);
    expect(here.rejected).toEqual([]);
  });

  test("does the same when a promise rejects", async () => {
    const fail = failing({ "1": 1 });
    const here = house({ behavior: async (message) => fail(message) });
    tellAll(here, "a", ["1", "2"]);
    await here.clock.pass(1000);
    expect(here.handled).toEqual(["1", "2"]);
    expect(here.directory.stats().restarts).toBe(1);
  });

  test("buries a message that failed maxAttempts times, and goes on with the next", async () => {
    const dead: string[] = [];
    const here = house({
      behavior: failing({ bad: 99 }),
      limits: { maxAttempts: 3 },
      deadLetter: (key, message, error) => dead.push(`${key} ${message} ${error}`),
    });
    tellAll(here, "a", ["1", "bad", "2"]);
    await here.clock.pass(5000);
    expect(dead).toEqual(["a bad Error: cannot bad"]);
    expect(here.rejected).toEqual(["bad:poisoned"]);
    expect(here.handled).toEqual(["1", "2"]);
    expect(here.directory.stats()).toMatchObject({ deadLetters: 1, restarts: 3, handled: 2 });
  });

  test("waits longer before each restart", async () => {
    const started: number[] = [];
    const here = house({
      starting: () => {
        started.push(here.clock.now());
        throw new Error("no ground");
      },
      limits: { restart: { baseMs: 100, capMs: 300, maxRestarts: 4 } },
    });
    here.directory.tell("a", "1");
    await here.clock.pass(10_000);
    expect(started.map((at, n) => at - (started[n - 1] ?? 0))).toEqual([0, 50, 100, 150, 150]);
  });

  test("touches no other", async () => {
    const here = house({ behavior: (message, { key }) => (key === "a" ? failing({ [message]: 1 })(message) : undefined) });
    tellAll(here, "a", numbers(3));
    tellAll(here, "b", ["x", "y"]);
    await here.clock.pass(20_000);
    expect(here.handled).toEqual(["x", "y"]);
    expect(here.lives.filter((line) => line.includes(" b"))).toEqual(["start b"]);
  });

  test("starts again only after the old incarnation has closed", async () => {
    const closed = gate();
    const here = house({ behavior: failing({ "1": 1 }), closing: () => closed.promise });
    here.directory.tell("a", "1");
    await here.clock.pass(4000);
    expect(here.lives).toEqual(["start a", "close a failed"]);
    closed.resolve();
    await here.clock.pass(1000);
    expect(here.handled).toEqual(["1"]);
  });

  test("starts again although the old incarnation never closes, after the deadline", async () => {
    const here = house({ behavior: failing({ "1": 1 }), closing: () => new Promise(() => {}), limits: { closeTimeoutMs: 500 } });
    here.directory.tell("a", "1");
    await here.clock.pass(1000);
    expect(here.handled).toEqual(["1"]);
    expect(here.errors).toEqual(["close: close took longer than 500 ms"]);
  });

  test("rejects all that waits and starts afresh with the next message when the policy says stop", async () => {
    const here = house({ behavior: failing({ "1": 1 }), onFailure: () => "stop" });
    tellAll(here, "a", ["1", "2"]);
    await settled();
    expect(here.rejected).toEqual(["1:unavailable", "2:unavailable"]);
    expect(here.directory.size).toBe(0);
    here.directory.tell("a", "3");
    await settled();
    expect(here.handled).toEqual(["3"]);
    expect(here.lives).toEqual(["start a", "close a failed", "start a"]);
  });

  test("takes what is told during a rejection as new", async () => {
    const here = house({
      behavior: failing({ "1": 1 }),
      onFailure: () => "stop",
      reject: (message) => message === "2" && here.directory.tell("a", "2 again"),
    });
    tellAll(here, "a", ["1", "2"]);
    await settled();
    expect(here.rejected).toEqual(["1:unavailable", "2:unavailable"]);
    expect(here.handled).toEqual(["2 again"]);
  });

  test("is told about with the phase in which it failed", async () => {
    const phases: string[] = [];
    const here = house({
      starting: (nth) => {
        if (nth === 0) throw new Error("first");
      },
      behavior: failing({ "1": 1 }),
      onFailure: (error, { key, phase }) => {
        phases.push(`${key} ${phase} ${error}`);
        return "restart";
      },
    });
    here.directory.tell("a", "1");
    await here.clock.pass(1000);
    expect(phases).toEqual(["a start Error: first", "a message Error: cannot 1"]);
  });

  test("gives up on a behaviour that never settles, and ignores it when it does", async () => {
    const late = gate();
    const here = house({
      behavior: (message, { nth }) => (message === "1" && nth === 0 ? late.promise : undefined),
      limits: { messageTimeoutMs: 1000 },
    });
    tellAll(here, "a", ["1", "2"]);
    await here.clock.pass(2000);
    expect(here.lives).toEqual(["start a", "close a failed", "start a"]);
    expect(here.handled).toEqual(["1", "2"]);
    late.reject(new Error("late"));
    await here.clock.pass(1000);
    expect(here.directory.stats()).toMatchObject({ handled: 2, restarts: 1 });
  });
});

describe("a start", () => {
  test("that hangs counts as a failure, and its late result is closed and ignored", async () => {
    const late = gate();
    const here = house({ starting: (nth) => (nth === 0 ? late.promise : undefined), limits: { startTimeoutMs: 1000 } });
    here.directory.tell("a", "1");
    await here.clock.pass(2000);
    expect(here.lives).toEqual(["start a", "start a"]);
    expect(here.handled).toEqual(["1"]);
    late.resolve();
    await settled();
    expect(here.lives).toEqual(["start a", "start a", "close a failed"]);
    here.directory.tell("a", "2");
    await settled();
    expect(here.handled).toEqual(["1", "2"]);
  });

  test("that fails late, after it was given up, is heard of no more", async () => {
    const late = gate();
    const here = house({ starting: (nth) => (nth === 0 ? late.promise : undefined), limits: { startTimeoutMs: 1000 } });
    here.directory.tell("a", "1");
    await here.clock.pass(2000);
    late.reject(new Error("late"));
    await here.clock.pass(1000);
    expect(here.directory.stats()).toMatchObject({ restarts: 1, handled: 1 });
  });

  test("that throws never throws into whoever told", async () => {
    const here = house({
      starting: () => {
        throw new Error("no");
      },
      onFailure: () => "stop",
      reject: (message) => message.length < 4 && here.directory.tell("a", `${message}1`),
    });
    here.directory.tell("a", "1");
    await settled(20);
    expect(here.rejected).toEqual(["1:unavailable", "11:unavailable", "111:unavailable", "1111:unavailable"]);
    expect(here.directory.size).toBe(0);
  });

  test("may give itself up through its own ref", async () => {
    const here = house({ starting: (nth) => (nth === 0 ? here.refs[0]?.fail(new Error("fenced")) : undefined) });
    here.directory.tell("a", "1");
    await here.clock.pass(1000);
    expect(here.lives).toEqual(["start a", "close a failed", "start a"]);
    expect(here.handled).toEqual(["1"]);
  });
});

describe("fail", () => {
  test("ends the incarnation as if its behaviour had thrown", async () => {
    const here = house();
    here.directory.tell("a", "1");
    await settled();
    here.refs[0]?.fail(new Error("fenced"));
    here.directory.tell("a", "2");
    await here.clock.pass(1000);
    expect(here.lives).toEqual(["start a", "close a failed", "start a"]);
    expect(here.handled).toEqual(["1", "2"]);
    expect(here.rejected).toEqual([]);
  });

  test("waits for the message in hand", async () => {
    const first = gate();
    const here = house({ behavior: (message) => (message === "1" ? first.promise : undefined) });
    tellAll(here, "a", ["1", "2"]);
    await settled();
    here.refs[0]?.fail(new Error("fenced"));
    await here.clock.pass(1000);
    expect(here.lives).toEqual(["start a"]);
    first.resolve();
    await here.clock.pass(1000);
    expect(here.handled).toEqual(["1", "2"]);
    expect(here.lives).toEqual(["start a", "close a failed", "start a"]);
  });

  test("from within a message ends the incarnation after it, before the next", async () => {
    const by: string[] = [];
    const here = house({
      behavior(message, { nth }) {
        by.push(`${message} by ${nth}`);
        if (message === "1") here.refs[nth]?.fail("fenced");
      },
    });
    tellAll(here, "a", ["1", "2"]);
    await here.clock.pass(1000);
    expect(by).toEqual(["1 by 0", "2 by 1"]);
    expect(here.lives).toEqual(["start a", "close a failed", "start a"]);
  });

  test("while its failure is being decided on is ignored", async () => {
    let asked = 0;
    const here = house({
      behavior: failing({ "1": 1 }),
      starting: (nth) => {
        if (nth === 1) throw new Error("start");
      },
      onFailure() {
        asked += 1;
        if (asked < 10) here.refs.at(-1)?.fail(new Error("again"));
        return "restart";
      },
    });
    here.directory.tell("a", "1");
    await here.clock.pass(1000);
    expect(asked).toBe(2);
    expect(here.handled).toEqual(["1"]);
  });

  test("from an incarnation that is over is ignored, and what it tells comes back as stale", async () => {
    const here = house({ behavior: failing({ "1": 1 }) });
    here.directory.tell("a", "1");
    await settled();
    here.refs[0]?.tell("while it waits");
    await here.clock.pass(1000);
    here.refs[0]?.fail(new Error("old"));
    here.refs[0]?.tell("old");
    here.refs[0]?.control("old too");
    await here.clock.pass(1000);
    expect(here.lives).toEqual(["start a", "close a failed", "start a"]);
    expect(here.rejected).toEqual(["while it waits:stale", "old:stale", "old too:stale"]);
  });
});

describe("quarantine", () => {
  const limits = { maxAttempts: 99, restart: { maxRestarts: 2, quarantineMs: 5000, windowMs: 10_000 } };

  test("rejects all that waits, is visible, rejects at once and starts nothing", async () => {
    const here = house({ behavior: failing({ "1": 99 }), limits });
    tellAll(here, "a", ["1", "2"]);
    await here.clock.pass(1000);
    expect(here.rejected).toEqual(["1:quarantined", "2:quarantined"]);
    expect(here.directory.inspect()).toMatchObject([{ key: "a", state: "quarantined", depth: 0, restarts: 2 }]);
    expect(here.directory.stats().states.quarantined).toBe(1);
    here.directory.tell("a", "3");
    here.directory.control("a", "4");
    expect(here.directory.tellIfRunning("a", "5")).toBe(false);
    expect(here.rejected.slice(2)).toEqual(["3:quarantined", "4:quarantined"]);
    expect(here.directory.stats().starts).toBe(3);
  });

  test("tells why, since when, and for how long", async () => {
    const here = house({ behavior: failing({ "1": 99 }), limits });
    here.directory.tell("a", "1");
    await here.clock.pass(1000);
    const [first] = here.directory.inspect();
    expect(first?.failure).toMatchObject({ error: new Error("cannot 1"), phase: "message" });
    await here.clock.pass(1000);
    const [later] = here.directory.inspect();
    expect(later?.failure?.agoMs).toBe((first?.failure?.agoMs ?? 0) + 1000);
    expect(later?.quarantineLeftMs).toBe(5000 - (later?.failure?.agoMs ?? 0));
    expect(later?.quietMs).toBeUndefined();
  });

  test("ends by release, with a clean slate", async () => {
    const here = house({ behavior: failing({ "1": 4 }), limits });
    here.directory.tell("a", "1");
    await here.clock.pass(1000);
    expect(here.directory.release("b")).toBe(false);
    expect(here.directory.release("a")).toBe(true);
    expect(here.directory.release("a")).toBe(false);
    here.directory.tell("a", "1");
    await here.clock.pass(1000);
    expect(here.handled).toEqual(["1"]);
  });

  test("ends by itself after quarantineMs, for one trial", async () => {
    const here = house({ behavior: failing({ "1": 4 }), limits });
    here.directory.tell("a", "1");
    await here.clock.pass(6000);
    here.directory.tell("a", "1");
    await here.clock.pass(10);
    expect(here.rejected).toEqual(["1:quarantined", "1:quarantined"]);
    expect(here.directory.stats().starts).toBe(4);
    await here.clock.pass(6000);
    here.directory.tell("a", "2");
    await here.clock.pass(10);
    expect(here.handled).toEqual(["2"]);
  });

  test("is forgotten when nobody wants the actor for long after", async () => {
    const here = house({ behavior: failing({ "1": 99 }), limits: { ...limits, idleAfterMs: 1000 } });
    here.directory.tell("a", "1");
    await here.clock.pass(12_000);
    expect(here.directory.size).toBe(0);
    expect(here.clock.pending).toBe(0);
  });

  test("may be left while the last incarnation still closes", async () => {
    const closed = gate();
    const here = house({
      behavior: failing({ "1": 3 }),
      limits,
      closing: (_, nth) => (nth === 2 ? closed.promise : undefined),
    });
    here.directory.tell("a", "1");
    await here.clock.pass(1000);
    here.directory.tell("a", "early");
    expect(here.rejected).toEqual(["1:quarantined", "early:quarantined"]);
    expect(here.directory.release("a")).toBe(true);
    here.directory.tell("a", "2");
    closed.resolve();
    await settled();
    expect(here.handled).toEqual(["2"]);
  });
});
