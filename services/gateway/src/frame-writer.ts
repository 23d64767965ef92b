/**
 * The way of a frame past `ws`, which frames anew for every socket and hands the kernel two buffers each time, and past the stream of the
 * socket inside it. Where either is not what we know, frames go the public way, more slowly; the tests beside this fail then.
 */
import { Socket } from "node:net";
import type { WebSocket } from "ws";
import { type Frame, isText, payloadOf } from "./frame.ts";
import { KernelWriter } from "./kernel-writer.ts";
import type { Row, SocketTable } from "./socket-table.ts";

export class FrameWriter {
  readonly #socket: WebSocket;
  readonly #kernel: KernelWriter | undefined;

  constructor(socket: WebSocket, place: { table: SocketTable; row: Row }) {
    this.#socket = socket;
    const inner = innerSocket(socket);
    this.#kernel = inner && new KernelWriter(inner, place);
    const { close } = socket;
    // `ws` closes by itself, too, where its client does or breaks the protocol: nothing goes past it from there on.
    socket.close = (...why) => {
      this.#kernel?.withdraw();
      close.apply(socket, why);
    };
  }

  get open(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Bytes that wait here for the kernel to take them. */
  get waiting(): number {
    return this.#kernel === undefined ? this.#socket.bufferedAmount : this.#kernel.waiting;
  }

  /** `ws` sends nothing of its own before a close: pongs are ours (`Outbox.pong`), and it queues nothing, as compression is off. */
  write(frame: Frame): void {
    if (this.#kernel !== undefined) this.#kernel.write(frame);
    else if (isText(frame)) this.#socket.send(payloadOf(frame), { binary: false });
    else this.#socket.pong(payloadOf(frame));
  }

  /** Its row is to be another socket's. */
  close(): void {
    this.#kernel?.close();
  }
}

/** No part of the API of `ws`. */
export function innerSocket(socket: WebSocket): Socket | undefined {
  const { _socket: inner } = socket as unknown as { _socket?: unknown };
  return inner instanceof Socket ? inner : undefined;
}
