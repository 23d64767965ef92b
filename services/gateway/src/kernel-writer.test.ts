import { once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, connect as dialTls } from "node:tls";
import { eventually } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { textFrame } from "./frame.ts";
import { KernelWriter } from "./kernel-writer.ts";
import { Hold, SocketTable } from "./socket-table.ts";

class Pair implements AsyncDisposable {
  readonly server: Server;
  readonly socket: Socket;
  readonly peer: Socket;

  /** The server's socket, and one at the other end that reads nothing yet. */
  static async open(): Promise<Pair> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const peer = dial((server.address() as AddressInfo).port, "127.0.0.1");
    peer.pause();
    const [socket] = (await once(server, "connection")) as [Socket];
    return new Pair(server, socket, peer);
  }

  private constructor(server: Server, socket: Socket, peer: Socket) {
    this.server = server;
    this.socket = socket;
    this.peer = peer;
  }

  /** All that comes until the end. */
  async heard(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    this.peer.on("data", (chunk) => void chunks.push(chunk));
    this.peer.resume();
    await once(this.peer, "end");
    return Buffer.concat(chunks);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    this.peer.destroy();
    this.server.close();
  }
}

/** Each part says which it is. */
const parts = (count: number, bytes: number) => Array.from({ length: count }, (_, i) => Buffer.alloc(bytes, `${i}.`));

describe("bytes handed to the kernel", () => {
  test("go past the stream in this Node", async () => {
    // Should this fail with a new Node: it keeps a socket's descriptor elsewhere now, and every frame goes the slow way.
    await using pair = await Pair.open();
    const streamed = countWrites(pair.socket);
    const table = new SocketTable();
    const row = table.add();
    const writer = new KernelWriter(pair.socket, { table, row });
    expect(table.isHeld(row, Hold.noDescriptor)).toBe(false);
    for (const part of parts(50, 400)) writer.write(part);
    expect([streamed(), writer.waiting]).toEqual([0, 0]);
    pair.socket.end();
    expect((await pair.heard()).equals(Buffer.concat(parts(50, 400)))).toBe(true);
  });

  test("come after what the stream had before it was asked for its descriptor", async () => {
    await using pair = await Pair.open();
    const first = Buffer.alloc(20_000_000, "1");
    pair.socket.write(first);
    expect(pair.socket.writableLength).toBeGreaterThan(0);
    const table = new SocketTable();
    const row = table.add();
    const writer = new KernelWriter(pair.socket, { table, row });
    const then = textFrame([Buffer.from("then")]);
    expect(table.give(row, then)).toBe(false);
    writer.write(then);
    pair.socket.end();
    expect((await pair.heard()).equals(Buffer.concat([first, then]))).toBe(true);
  });

  test("come whole and in order, beside what the stream writes, also where the kernel takes no more for a while", async () => {
    await using pair = await Pair.open();
    const writer = writerOf(pair.socket);
    const all = parts(60, 40_000);
    const write = (part: Buffer, i: number) => (i % 7 === 3 ? pair.socket.write(part) : writer.write(part));
    for (const [i, part] of all.entries()) write(part, i);
    const more = fill(writer);
    const heard = pair.heard();
    await eventually(() => expect(writer.waiting).toBe(0));
    // And again, now that nothing waits.
    writer.write(Buffer.from("end"));
    pair.socket.end();
    expect((await heard).equals(Buffer.concat([...all, ...more, Buffer.from("end")]))).toBe(true);
  });

  test("that wait come before the end of the socket", async () => {
    await using pair = await Pair.open();
    const all = fill(writerOf(pair.socket), 1);
    pair.socket.end();
    expect((await pair.heard()).equals(Buffer.concat(all))).toBe(true);
  });

  test("that the kernel does not take wait in the stream, and not each in a request of its own", async () => {
    await using pair = await Pair.open();
    const { _handle: handle } = pair.socket as unknown as { _handle: { writeBuffer: (...of: unknown[]) => number } };
    const writer = writerOf(pair.socket);
    fill(writer, 1);
    const { waiting } = writer;
    let asked = 0;
    const { writeBuffer } = handle;
    handle.writeBuffer = (...of) => {
      asked++;
      return writeBuffer.apply(handle, of);
    };
    for (let n = 0; n < 1_000; n++) writer.write(Buffer.from("x"));
    expect(asked).toBe(0);
    expect(writer.waiting).toBe(waiting + 1_000);
  });

  test("that wait are let go of when the socket is destroyed, and those after it harm nobody", async () => {
    await using pair = await Pair.open();
    await using other = await Pair.open();
    const writer = writerOf(pair.socket);
    const errors: unknown[] = [];
    pair.socket.on("error", (error) => void errors.push(error));
    fill(writer, 1);
    pair.socket.destroy();
    writer.write(Buffer.from("late"));
    await eventually(() => expect(writer.waiting).toBe(0));
    const heard = other.heard();
    writerOf(other.socket).write(Buffer.from("alive"));
    other.socket.end();
    expect((await heard).toString()).toBe("alive");
    expect(errors).toEqual([]);
  });

  test("whose reader has gone end the socket with the kernel's reason, as the stream's do", async () => {
    await using pair = await Pair.open();
    const writer = writerOf(pair.socket);
    const failed = once(pair.socket, "error") as Promise<[NodeJS.ErrnoException]>;
    fill(writer, 1);
    // With bytes unread, its end is a reset.
    pair.peer.destroy();
    const [error] = await failed;
    expect(["EPIPE", "ECONNRESET"]).toContain(error.code);
    await eventually(() => expect(writer.waiting).toBe(0));
    expect(pair.socket.destroyed).toBe(true);
  });

  test("go through the stream under TLS: past it they would not be encrypted", async () => {
    // A shared key spares a certificate.
    const psk = Buffer.alloc(32, "key");
    const server = createTlsServer({ ciphers: "PSK", pskCallback: () => psk });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const peer = dialTls({
      port: (server.address() as AddressInfo).port,
      ciphers: "PSK",
      pskCallback: () => ({ psk, identity: "test" }),
      checkServerIdentity: () => undefined,
    });
    const [socket] = (await once(server, "secureConnection")) as [Socket];
    const streamed = countWrites(socket);
    const writer = writerOf(socket);
    const all = parts(20, 400);
    for (const part of all) writer.write(part);
    expect(streamed()).toBe(20);
    socket.end();
    const chunks: Buffer[] = [];
    for await (const chunk of peer) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(Buffer.concat(all))).toBe(true);
    server.close();
  });
});

function writerOf(socket: Socket): KernelWriter {
  const table = new SocketTable();
  return new KernelWriter(socket, { table, row: table.add() });
}

/** How often the stream is asked to write from now on. */
function countWrites(socket: Socket): () => number {
  let count = 0;
  const { write } = socket;
  socket.write = ((...of: Parameters<Socket["write"]>) => {
    count++;
    return write.apply(socket, of);
  }) as Socket["write"];
  return () => count;
}

/** Writes until so many bytes wait. What was written. */
function fill(writer: KernelWriter, bytes = 1_000_000): Buffer[] {
  const written: Buffer[] = [];
  for (let n = 0; writer.waiting < bytes; n++) {
    // No kernel holds 80 MB for one socket.
    if (n === 2_000) throw new Error(`only ${writer.waiting} bytes wait`);
    const part = Buffer.alloc(40_000, `${n},`);
    writer.write(part);
    written.push(part);
  }
  return written;
}
