import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { textFrame } from "./frame.ts";
import { FrameWriter, innerSocket } from "./frame-writer.ts";
import { SocketTable } from "./socket-table.ts";
import { pair } from "./test-sockets.ts";

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

  test("goes the public way where there is no inner socket", () => {
    const sent: unknown[] = [];
    const fake = { send: (data: unknown) => sent.push(String(data)), bufferedAmount: 7 };
    const writer = new FrameWriter(fake as never, rowIn(new SocketTable()));
    writer.write(textFrame([Buffer.from("hi")]));
    expect(writer.waiting).toBe(7);
    expect(sent).toEqual(["hi"]);
  });
});
