import { describe, expect, test } from "vitest";
import { Outbox } from "./outbox.ts";

function socket() {
  const sent: string[] = [];
  return { sent, OPEN: 1, readyState: 1, bufferedAmount: 0, send: (frame: Buffer | string) => void sent.push(String(frame)) };
}
type FakeSocket = ReturnType<typeof socket>;

const outboxOf = (fake: FakeSocket, onSlow = () => {}) => new Outbox(fake as never, { budget: 100, onSlow });

describe("an outbox", () => {
  test("[C1] sends what one turn has to say in one frame, in order", async () => {
    const fake = socket();
    const outbox = outboxOf(fake);
    outbox.push("1");
    outbox.push("2");
    expect(fake.sent).toEqual([]);
    await Promise.resolve();
    expect(fake.sent).toEqual(["1\n2"]);
  });

  test("[S5] sends a reply before the broadcast that follows it", async () => {
    const fake = socket();
    const outbox = outboxOf(fake);
    outbox.push("reply");
    outbox.broadcast(Buffer.from("live"));
    outbox.push("later");
    await Promise.resolve();
    expect(fake.sent).toEqual(["reply", "live", "later"]);
  });

  test("[C12] a reader with more than its budget unread is slow, one large frame alone is not", async () => {
    const fake = socket();
    let slow = 0;
    const outbox = outboxOf(fake, () => slow++);
    outbox.broadcast(Buffer.alloc(1_000));
    expect([slow, fake.sent.length]).toEqual([0, 1]);
    fake.bufferedAmount = 101;
    outbox.broadcast(Buffer.from("x"));
    expect([slow, fake.sent.length]).toEqual([1, 1]);
  });

  test("sends nothing to a socket that is closing", () => {
    const fake = socket();
    fake.readyState = 2;
    outboxOf(fake).broadcast(Buffer.from("x"));
    expect(fake.sent).toEqual([]);
  });
});
