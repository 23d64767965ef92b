/**
 * Bytes for one socket, handed to the kernel by the handle inside it. The stream around that handle keeps account of every write, which costs
 * a sixth of the write itself; it is needed only while the kernel takes no more.
 */
import type { Socket } from "node:net";
import { getSystemErrorName } from "node:util";

/** Node's own, and no part of its API: what a write is asked with, and how it says that it goes on after the call. */
interface StreamWrap {
  readonly WriteWrap: new () => WriteRequest;
  readonly streamBaseState: { readonly [at: number]: number };
  readonly kLastWriteWasAsync: number;
}

/** Belongs to the kernel's side, with its bytes, from a call that goes on until `oncomplete`. */
interface WriteRequest {
  oncomplete?: (status: number) => void;
  buffer?: Buffer;
}

interface Handle {
  /** 0, or the negative number of an error. */
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
}

const wrap = findStreamWrap();
/** Nothing keeps a request whose call has done all: the next write takes it again, whatever its socket. */
let request = wrap && new wrap.WriteWrap();

export class KernelWriter {
  readonly #socket: Socket;
  readonly #handle: Handle | undefined;
  /** What a write of ours that goes on has still to hand over, bytes. */
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
    const straight = socket.writableLength + this.#underWay === 0 && !socket.writableEnded && handleOf(socket) === handle;
    if (!straight || handle === undefined || wrap === undefined || request === undefined) {
      socket.write(bytes);
      return;
    }
    const error = handle.writeBuffer(request, bytes);
    const goesOn = wrap.streamBaseState[wrap.kLastWriteWasAsync] !== 0;
    if (error === 0 && !goesOn) return;
    if (error === 0) this.#follow(request, bytes);
    else this.#fail(error);
    request = new wrap.WriteWrap();
  }

  #follow(underWay: WriteRequest, bytes: Buffer): void {
    this.#underWay = bytes.length;
    underWay.buffer = bytes;
    underWay.oncomplete = (status) => {
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

/** Whether writes go past the stream, in this Node. */
export const pastTheStream = wrap !== undefined;

/** None where it is nothing that we know: that of TLS takes one write at a time. */
function plainHandleOf(socket: Socket): Handle | undefined {
  const handle = handleOf(socket) as (Partial<Handle> & object) | null | undefined;
  const plain = handle?.constructor.name === "TCP" || handle?.constructor.name === "Pipe";
  return plain && typeof handle?.writeBuffer === "function" ? (handle as Handle) : undefined;
}

function handleOf(socket: Socket): unknown {
  return (socket as unknown as { _handle?: unknown })._handle;
}

function findStreamWrap(): StreamWrap | undefined {
  try {
    const { binding } = process as unknown as { binding: (name: string) => Partial<StreamWrap> };
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = binding.call(process, "stream_wrap");
    if (typeof WriteWrap !== "function" || typeof kLastWriteWasAsync !== "number") return undefined;
    if (typeof streamBaseState?.[kLastWriteWasAsync] !== "number") return undefined;
    return { WriteWrap, streamBaseState, kLastWriteWasAsync };
  } catch {
    return undefined;
  }
}
