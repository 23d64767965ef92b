import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { textFrame } from "./frame.ts";
import { FrameWriter, innerSocket } from "./frame-writer.ts";
import { Outbox } from "./outbox.ts";
import { SocketTable } from "./socket-table.ts";

/** A socket of `ws` on the server's side, and all that its client hears. */
async function pair() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const heard: string[] = [];
  client.on("message", (data) => void heard.push(data.toString()));
  const [socket] = (await once(server, "connection")) as [WebSocket];
  await once(client, "open");
  return { server, client, socket, heard };
}

const rowIn = (table: SocketTable) => ({ table, row: table.add() });

describe("a frame", () => {
  test("goes past ws in the order of what ws itself sends, and is what a client understands", async () => {
    const { server, client, socket, heard } = await pair();
    // Should this fail after an update of ws: it keeps its socket elsewhere now, and every frame goes the slow way.
    expect(innerSocket(socket)).toBeDefined();
    const writer = new FrameWriter(socket, rowIn(new SocketTable()));
    const expected = Array.from({ length: 40 }, (_, i) => `${i} ${"x".repeat(i * 50_000)}`);
    for (const [i, text] of expected.entries()) {
      if (i % 2 === 0) writer.write(textFrame([Buffer.from(text)]));
      else socket.send(text);
    }
    // What waits in the inner socket is seen from outside: the budget of an outbox depends on it.
    expect(writer.waiting).toBeGreaterThan(100_000);
    expect(writer.waiting).toBeGreaterThanOrEqual(socket.bufferedAmount);
    socket.close();
    await once(client, "close");
    expect(heard).toEqual(expected);
    server.close();
  });

  test("comes before the close that follows it, and none after", async () => {
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

  test("goes the public way where there is no inner socket", () => {
    const sent: unknown[] = [];
    const fake = { send: (data: unknown) => sent.push(String(data)), bufferedAmount: 7 };
    const writer = new FrameWriter(fake as never, rowIn(new SocketTable()));
    writer.write(textFrame([Buffer.from("hi")]));
    expect(writer.waiting).toBe(7);
    expect(sent).toEqual(["hi"]);
  });
});
