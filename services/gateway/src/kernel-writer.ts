/**
 * Bytes for one socket, handed to the kernel by the handle inside it. The stream around that handle keeps account of every write, which costs
 * a sixth of the write itself; it is needed only while the kernel takes no more.
 */
import type { Socket } from "node:net";
import { getSystemErrorName } from "node:util";
import { type Handle, handleOf, handOver, plainHandleOf, type WriteRequest } from "./stream-wrap.ts";

/** Whether there is such a way past the stream in this Node. */
export const pastTheStream = handOver !== undefined;

export class KernelWriter {
  readonly #socket: Socket;
  readonly #handle: Handle | undefined;
  /** Bytes of a write of ours that goes on, those included that the kernel already has. */
  #underWay = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#handle = plainHandleOf(socket);
  }

  /** Bytes that wait here for the kernel to take them. */
  get waiting(): number {
    return this.#socket.writableLength + this.#underWay;
  }

  write(bytes: Buffer): void {
    const socket = this.#socket;
    const handle = this.#handle;
    // What was written before goes first, and what waits is the stream's, which hands many pieces over at once. A closed socket has no handle.
    const isStraight = this.waiting === 0 && handleOf(socket) === handle;
    if (!isStraight || handle === undefined || handOver === undefined) {
      socket.write(bytes);
      return;
    }
    const unfinished = handOver(handle, bytes);
    if (unfinished === undefined) return;
    if (unfinished.kind === "failed") this.#fail(unfinished.errno);
    else this.#follow(unfinished.request, bytes.length);
  }

  #follow(request: WriteRequest, bytes: number): void {
    this.#underWay = bytes;
    request.oncomplete = (status) => {
      this.#underWay = 0;
      if (status < 0) this.#fail(status);
    };
  }

  /** As the stream would, had it written. */
  #fail(errno: number): void {
    if (this.#socket.destroyed) return;
    const code = getSystemErrorName(errno);
    this.#socket.destroy(Object.assign(new Error(`write ${code}`), { errno, code, syscall: "write" }));
  }
}
