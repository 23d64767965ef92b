/**
 * Text frames as a server sends them: made once, written to many sockets as they are. `ws` frames anew for every socket and hands the
 * kernel two buffers each time; this hands it one.
 */
import { Socket } from "node:net";
import type { WebSocket } from "ws";

/** A whole WebSocket frame, its header included. */
export type Frame = Buffer & { readonly __brand: "Frame" };

const finalText = 0x81;
const longestShort = 125;
const longestMedium = 0xffff;

/** One text frame around the parts, in their order. Source of the layout: RFC 6455, section 5.2; a server does not mask. */
export function textFrame(parts: readonly Uint8Array[]): Frame {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const header = length <= longestShort ? 2 : length <= longestMedium ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = finalText;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  let at = header;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame as Frame;
}

/** What a frame carries. */
export function payloadOf(frame: Frame): Buffer {
  const short = frame[1] ?? 0;
  return frame.subarray(short <= longestShort ? 2 : short === 126 ? 4 : 10);
}

/**
 * The way past `ws`: the socket inside it, which is no part of its API. Writing to it keeps the order with what `ws` itself sends as long
 * as `ws` queues nothing, which it does only with compression (ours has none). Where it is not found, frames go the public way, more
 * slowly; the test beside this fails then.
 */
export class FrameWriter {
  readonly #socket: WebSocket;
  readonly #inner: Socket | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#inner = innerSocket(socket);
  }

  get open(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Bytes that wait here for the kernel to take them. */
  get waiting(): number {
    return this.#inner === undefined ? this.#socket.bufferedAmount : this.#inner.writableLength;
  }

  write(frame: Frame): void {
    if (this.#inner === undefined) this.#socket.send(payloadOf(frame), { binary: false });
    else this.#inner.write(frame);
  }
}

export function innerSocket(socket: WebSocket): Socket | undefined {
  const { _socket: inner } = socket as unknown as { _socket?: unknown };
  return inner instanceof Socket ? inner : undefined;
}
