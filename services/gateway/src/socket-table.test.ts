import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from "node:net";
import { eventually } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { textFrame } from "./frame.ts";
import { KernelWriter } from "./kernel-writer.ts";
import { Hold, noRow, SocketTable } from "./socket-table.ts";
import { Traffic } from "./traffic.ts";

const frame = textFrame([Buffer.from("hello")]);

/** A server whose every socket has a row, and its peers, who read nothing unless they are asked what they heard. */
class Crowd implements AsyncDisposable {
  readonly traffic = new Traffic();
  readonly table: SocketTable;
  readonly #server: Server;
  readonly #peers: Socket[] = [];

  static async open({ budget = 1_000 } = {}): Promise<Crowd> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Crowd(server, budget);
  }

  private constructor(server: Server, budget: number) {
    this.#server = server;
    this.table = new SocketTable({ budget, traffic: this.traffic });
  }

  async join() {
    const peer = dial((this.#server.address() as AddressInfo).port, "127.0.0.1");
    peer.on("error", () => {});
    this.#peers.push(peer);
    const [socket] = (await once(this.#server, "connection")) as [Socket];
    socket.on("error", () => {});
    const row = this.table.add();
    const writer = new KernelWriter(socket, { table: this.table, row });
    const heard: Buffer[] = [];
    return { socket, peer, row, writer, heard, listen: () => void peer.on("data", (data) => void heard.push(data)) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) peer.destroy();
    this.#server.close();
  }
}

const descriptorOf = (socket: Socket) => (socket as unknown as { _handle: { fd: number } })._handle.fd;

describe("a row of the table of sockets", () => {
  test("takes frames for its own socket, and counts them", async () => {
    await using crowd = await Crowd.open();
    const { table, traffic } = crowd;
    const [kim, lee] = [await crowd.join(), await crowd.join()];
    kim.listen();
    lee.listen();
    expect([table.give(kim.row, frame), table.give(kim.row, frame), table.give(lee.row, frame)]).toEqual([true, true, true]);
    await eventually(() => expect(Buffer.concat(kim.heard)).toEqual(Buffer.concat([frame, frame])));
    await eventually(() => expect(Buffer.concat(lee.heard)).toEqual(frame));
    expect(traffic).toMatchObject({ framesSent: 3, bytesSent: 3 * frame.length });
    expect([kim.row, lee.row].map((row) => table.unreadOf(row))).toEqual([2 * frame.length, frame.length]);
  });

  test("takes nothing once its socket lets go of the descriptor", async () => {
    await using crowd = await Crowd.open();
    const { table } = crowd;
    for (const letGo of [
      (socket: Socket) => socket.destroy(),
      (socket: Socket) => socket.resetAndDestroy(),
      // Nothing may follow the end of what is written.
      (socket: Socket) => socket.end(),
    ]) {
      const { row, socket } = await crowd.join();
      letGo(socket);
      await eventually(() => expect(table.isHeld(row, Hold.noDescriptor)).toBe(true), { withinMs: 1_000 });
      expect(table.give(row, frame)).toBe(false);
    }
  });

  test("takes nothing for whoever gets the descriptor of its socket next", async () => {
    await using crowd = await Crowd.open();
    const { table } = crowd;
    // The lowest number that is free is given. A file has it until the next peer has another one: then the peer's other end gets it.
    for (let attempt = 0; attempt < 50; attempt++) {
      const gone = await crowd.join();
      const descriptor = descriptorOf(gone.socket);
      gone.socket.destroy();
      expect(table.give(gone.row, frame)).toBe(false);
      const file = openSync("/dev/null", "r");
      const joining = crowd.join();
      await new Promise<void>((resolve) => process.nextTick(resolve));
      closeSync(file);
      const next = await joining;
      if (descriptorOf(next.socket) !== descriptor) continue;
      next.listen();
      expect(table.give(gone.row, frame)).toBe(false);
      expect(table.give(next.row, textFrame([Buffer.from("mine")]))).toBe(true);
      await eventually(() => expect(Buffer.concat(next.heard).toString()).toContain("mine"));
      expect(Buffer.concat(next.heard).toString()).not.toContain("hello");
      return;
    }
    expect.unreachable("nobody got the number of one that was gone");
  });

  test("takes no more than the budget that is not read, and one large frame at once", async () => {
    await using crowd = await Crowd.open({ budget: 10 });
    const { table } = crowd;
    const { row } = await crowd.join();
    const large = textFrame([Buffer.alloc(500, "x")]);
    expect([table.give(row, large), table.give(row, frame)]).toEqual([true, false]);
    table.countUnread(row, -large.length);
    expect(table.give(row, frame)).toBe(true);
  });

  test("that is held for any reason takes nothing until the last reason is gone", async () => {
    await using crowd = await Crowd.open();
    const { table } = crowd;
    const { row } = await crowd.join();
    table.hold(row, Hold.pushed);
    table.hold(row, Hold.streaming);
    table.release(row, Hold.pushed);
    expect(table.give(row, frame)).toBe(false);
    table.release(row, Hold.streaming);
    expect(table.give(row, frame)).toBe(true);
  });

  test("that was given back begins anew with its next socket, which gets nothing of the last one's", async () => {
    await using crowd = await Crowd.open();
    const { table } = crowd;
    const first = await crowd.join();
    table.give(first.row, frame);
    table.hold(first.row, Hold.pushed);
    first.socket.destroy();
    table.remove(first.row);
    const row = table.add();
    expect([row, table.unreadOf(row), table.give(row, frame)]).toEqual([first.row, 0, false]);
    table.remove(row);
    const second = await crowd.join();
    second.listen();
    expect([second.row, table.give(second.row, frame)]).toEqual([row, true]);
    await eventually(() => expect(Buffer.concat(second.heard)).toEqual(frame));
  });

  test("is there for ten thousand, each its own", () => {
    const table = new SocketTable();
    const rows = Array.from({ length: 10_000 }, () => table.add());
    for (const [n, row] of rows.entries()) table.countUnread(row, n);
    expect(rows.map((row) => table.unreadOf(row))).toEqual(rows.map((_, n) => n));
    expect(new Set(rows).size).toBe(10_000);
  });

  test("which is nobody's takes nothing, whatever is released", () => {
    const table = new SocketTable();
    for (const why of Object.values(Hold)) table.release(noRow, why);
    expect(table.give(noRow, frame)).toBe(false);
  });

  test("whose kernel takes no more hands the rest to the stream, and comes whole and in order", async () => {
    await using crowd = await Crowd.open({ budget: 1e9 });
    const { table } = crowd;
    const one = await crowd.join();
    const frames = Array.from({ length: 400 }, (_, n) => textFrame([Buffer.alloc(40_000, `${n}.`)]));
    let straight = 0;
    for (const part of frames)
      if (table.give(one.row, part)) straight++;
      else one.writer.write(part);
    expect(straight).toBeLessThan(frames.length);
    expect(one.writer.waiting).toBeGreaterThan(0);
    one.listen();
    await eventually(() => expect(one.writer.waiting).toBe(0));
    // The way past the stream is open again after the next that asks.
    one.writer.write(frame);
    expect(table.give(one.row, frame)).toBe(true);
    const expected = Buffer.concat([...frames, frame, frame]);
    await eventually(() => expect(Buffer.concat(one.heard).length).toBe(expected.length));
    expect(Buffer.concat(one.heard).equals(expected)).toBe(true);
  });

  test("whose peer has gone ends its socket with the kernel's reason", async () => {
    await using crowd = await Crowd.open({ budget: 1e9 });
    const { table } = crowd;
    const { row, socket, peer } = await crowd.join();
    const errors: NodeJS.ErrnoException[] = [];
    socket.on("error", (error) => void errors.push(error));
    peer.resetAndDestroy();
    for (let n = 0; n < 10_000 && table.give(row, frame); n++) await new Promise(setImmediate);
    await eventually(() => expect(["EPIPE", "ECONNRESET"]).toContain(errors[0]?.code));
    expect(table.give(row, frame)).toBe(false);
  });
});
