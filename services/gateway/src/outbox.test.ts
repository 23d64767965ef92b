import { once } from "node:events";
import { limits } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { textFrame } from "./frame.ts";
import { Outbox } from "./outbox.ts";
import { SocketTable } from "./socket-table.ts";
import { pair } from "./test-sockets.ts";

function socket() {
  const sent: string[] = [];
  return { sent, OPEN: 1, readyState: 1, bufferedAmount: 0, send: (frame: Buffer | string) => void sent.push(String(frame)) };
}
type FakeSocket = ReturnType<typeof socket>;

const outboxOf = (fake: FakeSocket, { onSlow = () => {}, now = () => 0 as number } = {}) =>
  new Outbox(fake as never, { table: new SocketTable({ budget: 100 }), onSlow, now });
const frameOf = (text: string) => textFrame([Buffer.from(text)]);
const bytes = (count: number) => frameOf("x".repeat(count));

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
    outbox.broadcast(frameOf("live"));
    outbox.push("later");
    await Promise.resolve();
    expect(fake.sent).toEqual(["reply", "live", "later"]);
  });

  test("[C12] a reader with more than its budget unread is slow, one large frame alone is not", async () => {
    const fake = socket();
    let slow = 0;
    const outbox = outboxOf(fake, { onSlow: () => slow++ });
    outbox.broadcast(bytes(1_000));
    expect([slow, fake.sent.length]).toEqual([0, 1]);
    outbox.handlePong();
    fake.bufferedAmount = 101;
    outbox.broadcast(frameOf("x"));
    expect([slow, fake.sent.length]).toEqual([1, 1]);
  });

  test("[C12] a reader with more than its budget in the kernel is asked for a sign, and is slow if it gives none", () => {
    const fake = socket();
    let [slow, at] = [0, 0];
    const outbox = outboxOf(fake, { onSlow: () => slow++, now: () => at });
    for (let n = 0; n < 12; n++) outbox.broadcast(bytes(10));
    expect(fake.sent.filter((frame) => frame === "{}")).toHaveLength(1);
    at = limits.pongTimeoutMs;
    outbox.broadcast(bytes(10));
    expect(slow).toBe(0);
    at++;
    outbox.broadcast(bytes(10));
    expect(slow).toBe(1);
  });

  test("[C12] a reader that gives its sign may be sent as much again", () => {
    const fake = socket();
    let [slow, at] = [0, 0];
    const outbox = outboxOf(fake, { onSlow: () => slow++, now: () => at });
    for (let n = 0; n < 100; n++) {
      outbox.broadcast(bytes(50));
      if (fake.sent.at(-2) === "{}") outbox.handlePong();
      at += limits.pongTimeoutMs;
    }
    expect(slow).toBe(0);
  });

  test("[C12] [S5] what a client missed and has asked for does not count against its budget, and nothing else is excused by it", () => {
    const fake = socket();
    let [slow, at] = [0, 0];
    const outbox = outboxOf(fake, { onSlow: () => slow++, now: () => at });
    outbox.push("before");
    outbox.sendExempt("x".repeat(500));
    expect(fake.sent).toEqual(["before", "x".repeat(500)]);
    fake.bufferedAmount = 560;
    expect(outbox.exemptWaiting).toBe(504);
    outbox.broadcast(bytes(10));
    expect(slow).toBe(0);
    // More than the budget beside it.
    fake.bufferedAmount = 504 + 101;
    outbox.broadcast(bytes(10));
    expect(slow).toBe(1);
    // It is gone: from here on it excuses nothing.
    fake.bufferedAmount = 0;
    expect(outbox.exemptWaiting).toBe(0);
    fake.bufferedAmount = 101;
    outbox.broadcast(bytes(10));
    expect(slow).toBe(2);
    // Nor does it ever make anybody ask for a sign.
    fake.bufferedAmount = 0;
    outbox.ping();
    outbox.sendExempt("x".repeat(500));
    outbox.handlePong();
    at += 2 * limits.pongTimeoutMs;
    outbox.broadcast(bytes(10));
    expect([slow, fake.sent.filter((frame) => frame === "{}").length]).toEqual([2, 1]);
  });

  test("judges nobody while it sends what waits before a close", () => {
    const fake = socket();
    let slow = 0;
    const outbox = outboxOf(fake, { onSlow: () => slow++ });
    outbox.push("last");
    fake.bufferedAmount = 101;
    outbox.end();
    expect([slow, fake.sent]).toEqual([0, []]);
  });

  test("sends nothing to a socket that is closing", () => {
    const fake = socket();
    fake.readyState = 2;
    outboxOf(fake).broadcast(frameOf("x"));
    expect(fake.sent).toEqual([]);
  });
});

describe("an outbox on a socket of ws", () => {
  test("[S5] holds its row back while something that was pushed goes first, and no longer", async () => {
    const { server, client, socket, heard } = await pair();
    const table = new SocketTable();
    const outbox = new Outbox(socket, { table, onSlow: () => {} });
    outbox.push("reply");
    expect(table.give(outbox.row, frameOf("overtakes"))).toBe(false);
    outbox.broadcast(frameOf("live"));
    expect(table.give(outbox.row, frameOf("straight"))).toBe(true);
    socket.close();
    await once(client, "close");
    expect(heard).toEqual(["reply", "live", "straight"]);
    server.close();
  });

  test("has nothing given to its row once ws closes by itself, as its client asks", async () => {
    const { server, client, socket } = await pair();
    const table = new SocketTable();
    const outbox = new Outbox(socket, { table, onSlow: () => {} });
    const given: boolean[] = [];
    const { close } = socket;
    // Called by ws for the client's close frame.
    socket.close = (...why) => {
      close.apply(socket, why);
      given.push(table.give(outbox.row, frameOf("late")));
    };
    client.close();
    await once(client, "close");
    expect(given).toEqual([false]);
    server.close();
  });

  test("sends what waits before the close that follows it, and nothing after", async () => {
    const { server, client, socket, heard } = await pair();
    const table = new SocketTable();
    const outbox = new Outbox(socket, { table, onSlow: () => {} });
    const { row } = outbox;
    expect(table.give(row, textFrame([Buffer.from("1")]))).toBe(true);
    outbox.push("2");
    outbox.end();
    socket.close(4000, "that was all");
    // An answer that was on its way, and a frame of a room.
    outbox.push("late");
    outbox.broadcast(textFrame([Buffer.from("late")]));
    expect(table.give(row, textFrame([Buffer.from("late")]))).toBe(false);
    const [code] = await once(client, "close");
    expect([code, heard]).toEqual([4000, ["1", "2"]]);
    outbox.close();
    expect(table.add()).toBe(row);
    server.close();
  });

  test("answers a ping of WebSocket's own with what it carried", async () => {
    const { server, client, socket } = await pair();
    const outbox = new Outbox(socket, { table: new SocketTable(), onSlow: () => {} });
    const answered = once(client, "pong");
    outbox.pong(Buffer.from("hey"));
    expect(String((await answered)[0])).toBe("hey");
    client.terminate();
    server.close();
  });
});
