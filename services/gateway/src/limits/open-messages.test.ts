import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { OpenMessages } from "./open-messages.ts";

/** "hi", as a client sends it. */
const whole = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);

function stage() {
  let now = 0;
  const overdue: string[] = [];
  const messages = new OpenMessages<string>({ withinMs: 1_000, onOverdue: (who) => overdue.push(who), now: () => now });
  const socket = (who: string) => {
    const inner = new EventEmitter();
    const forget = messages.follow(who, inner as never);
    return { say: (...bytes: Uint8Array[]) => inner.emit("data", Buffer.concat(bytes)), forget };
  };
  const at = (time: number) => {
    now = time;
    messages.look();
    return overdue.splice(0);
  };
  return { socket, at, messages };
}

test("[B7] a message that is open for longer than its time is told of, once, and one that ended is not", () => {
  const { socket, at, messages } = stage();
  const [slow, quick] = [socket("slow"), socket("quick")];
  slow.say(whole.subarray(0, 3));
  quick.say(whole.subarray(0, 3));
  quick.say(whole.subarray(3));
  expect(at(999)).toEqual([]);
  // A byte now and then changes nothing.
  slow.say(whole.subarray(3, 4));
  expect(at(1_000)).toEqual(["slow"]);
  expect(at(5_000)).toEqual([]);
  messages.close();
});

test("[B7] the time counts from the beginning of the message that is open, not of one before it", () => {
  const { socket, at, messages } = stage();
  const one = socket("one");
  one.say(whole.subarray(0, 3));
  at(900);
  one.say(whole.subarray(3), whole.subarray(0, 1));
  expect(at(1_899)).toEqual([]);
  expect(at(1_900)).toEqual(["one"]);
  messages.close();
});

test("a socket that is gone is not told of", () => {
  const { socket, at, messages } = stage();
  const one = socket("one");
  one.say(whole.subarray(0, 1));
  one.forget();
  expect(at(10_000)).toEqual([]);
  messages.close();
});
