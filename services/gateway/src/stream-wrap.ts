/** How Node's own streams write to a socket: no part of its API (docs/adr/0010), so that all of it may be missing. */
import type { Socket } from "node:net";

/** What a write is asked with. The kernel's side has it from a call that goes on until `oncomplete`. */
export interface WriteRequest {
  oncomplete?: (status: number) => void;
  buffer?: Buffer;
}

export interface Handle {
  /** 0, or the negative number of an error. */
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
}

interface StreamWrap {
  readonly WriteWrap: new () => WriteRequest;
  /** How the last write of any socket went. */
  readonly streamBaseState: { readonly [at: number]: number };
  readonly kLastWriteWasAsync: number;
}

/** What of a write is not done, or will never be. */
export type Unfinished = { kind: "under-way"; request: WriteRequest } | { kind: "failed"; errno: number };

const wrap = findStreamWrap();
/** Hands bytes to the kernel; undefined: it has them all. There is none where this Node keeps it elsewhere. */
export const handOver = wrap && handOverWith(wrap);

function handOverWith({ WriteWrap, streamBaseState, kLastWriteWasAsync }: StreamWrap) {
  // Nothing keeps a request whose call has done all: the next write takes it again, whatever its socket.
  let request = new WriteWrap();
  return (handle: Handle, bytes: Buffer): Unfinished | undefined => {
    const errno = handle.writeBuffer(request, bytes);
    if (errno === 0 && streamBaseState[kLastWriteWasAsync] === 0) return undefined;
    const used = request;
    request = new WriteWrap();
    if (errno !== 0) return { kind: "failed", errno };
    // The kernel's side reads them until it is done: they must not be collected before.
    used.buffer = bytes;
    return { kind: "under-way", request: used };
  };
}

/** None where it is nothing that we know: that of TLS takes one write at a time, and ends the process over a second one. */
export function plainHandleOf(socket: Socket): Handle | undefined {
  const handle = handleOf(socket) as (Partial<Handle> & object) | null | undefined;
  const isPlain = handle?.constructor.name === "TCP" || handle?.constructor.name === "Pipe";
  return isPlain && typeof handle?.writeBuffer === "function" ? (handle as Handle) : undefined;
}

/** Null once the socket is closed. */
export function handleOf(socket: Socket): unknown {
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
