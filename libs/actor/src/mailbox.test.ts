import { describe, expect, test } from "vitest";
import { Mailbox } from "./mailbox.ts";

const mailbox = (control = 4, ordinary = 4) => new Mailbox<number | undefined>({ control, ordinary });

describe("a mailbox", () => {
  test("gives back messages in the order of their arrival", () => {
    const box = mailbox(4, 100);
    for (let n = 0; n < 100; n += 1) box.offer(n);
    expect(box.takeAll()).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  test("keeps the order round the ring and while it grows", () => {
    const box = mailbox(4, 1000);
    const seen: (number | undefined)[] = [];
    let next = 0;
    for (let round = 0; round < 60; round += 1) {
      for (let n = 0; n < 7; n += 1) box.offer(next++);
      for (let n = 0; n < 5; n += 1) seen.push(box.take());
    }
    seen.push(...box.takeAll());
    expect(seen).toEqual(Array.from({ length: next }, (_, n) => n));
  });

  test("lets control messages pass ahead of ordinary ones, in their own order", () => {
    const box = mailbox();
    box.offer(1);
    box.offerControl(10);
    box.offer(2);
    box.offerControl(11);
    expect(box.takeAll()).toEqual([10, 11, 1, 2]);
  });

  test("refuses at its bound, each lane by itself, and takes again when there is room", () => {
    const box = mailbox(1, 2);
    expect([box.offer(1), box.offer(2), box.offer(3)]).toEqual([true, true, false]);
    expect([box.offerControl(9), box.offerControl(9)]).toEqual([true, false]);
    expect(box.depth).toBe(3);
    box.take();
    box.take();
    expect(box.offer(3)).toBe(true);
    expect(box.takeAll()).toEqual([2, 3]);
  });

  test("carries undefined like any other message", () => {
    const box = mailbox();
    box.offer(undefined);
    expect(box.depth).toBe(1);
    expect(box.takeAll()).toEqual([undefined]);
  });

  test("gives a message that was put back before all others, and remembers how often it failed", () => {
    const box = mailbox(4, 1);
    box.offer(1);
    const failed = box.take();
    expect(box.attempts).toBe(0);
    box.offer(2);
    box.offerControl(9);
    box.putBack({ message: failed, attempts: 1 });
    expect(box.depth).toBe(3);
    expect([box.take(), box.attempts]).toEqual([1, 1]);
    expect([box.take(), box.attempts]).toEqual([9, 0]);
  });

  test("has passed a mark when everything that was there is taken, whatever came later", () => {
    const box = mailbox();
    box.offer(1);
    box.offerControl(9);
    const mark = box.mark();
    box.offer(2);
    box.take();
    expect(box.passed(mark)).toBe(false);
    const last = box.take();
    expect(box.passed(mark)).toBe(true);
    box.putBack({ message: last, attempts: 1 });
    expect(box.passed(mark)).toBe(false);
  });

  test("works on after it has given back its memory", () => {
    const box = mailbox(4, 100);
    for (let n = 0; n < 50; n += 1) box.offer(n);
    box.trim();
    expect(box.depth).toBe(50);
    box.takeAll();
    box.trim();
    box.offer(1);
    expect(box.takeAll()).toEqual([1]);
  });
});
