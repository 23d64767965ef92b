/**
 * The sockets of this gateway in rows: what a frame for thousands has to know of each before the kernel gets it, side by side in memory.
 * Asked of a socket's own objects, a dozen of them for each, it costs a sixth of what the kernel takes.
 */
import { writeSync } from "node:fs";
import { limits } from "@madang/contracts";
import type { Frame } from "./frame.ts";
import { Traffic } from "./traffic.ts";

/** The number of a socket in the table. */
export type Row = number & { readonly __brand: "Row" };

/** Of whoever has no socket here, or none any more: nothing goes straight to them. */
export const noRow = 0 as Row;

/** Why nothing may go straight to a socket, each a bit. */
export const Hold = {
  /** There is no way past the stream, or none any more: nothing may follow a close, and the descriptor may be another socket's in a moment. */
  noDescriptor: 1,
  /** Something was pushed, and goes first. */
  pushed: 2,
  /** Something waits in the stream, or did when its owner last looked: it goes first. */
  streaming: 4,
} as const;
export type Hold = (typeof Hold)[keyof typeof Hold];

/** Whose the socket is: told of what did not go through. */
export interface RowOwner {
  /** Of these bytes, the rest of a frame, the kernel takes none now. */
  handleRest(rest: Buffer): void;
  /** The kernel refused: the peer has gone (EPIPE, ECONNRESET). */
  handleFailure(error: Error): void;
}

export class SocketTable {
  readonly #traffic: Traffic;
  readonly #budget: number;
  #descriptors = new Int32Array(64);
  #holds = new Uint8Array(64).fill(Hold.noDescriptor);
  /** What each was sent and has not shown to have read, bytes. */
  #unread = new Int32Array(64);
  readonly #owners: (RowOwner | undefined)[] = [undefined];
  readonly #free: Row[] = [];

  /** @param options.budget what may be unread of each, bytes */
  constructor({ traffic = new Traffic(), budget = limits.outboxBytes }: { traffic?: Traffic; budget?: number } = {}) {
    this.#traffic = traffic;
    this.#budget = budget;
  }

  get budget(): number {
    return this.#budget;
  }

  /** A row for a new socket, to which nothing goes straight yet. */
  add(): Row {
    const row = this.#free.pop() ?? ((this.#owners.push(undefined) - 1) as Row);
    if (row >= this.#holds.length) this.#grow();
    this.#holds[row] = Hold.noDescriptor;
    this.#unread[row] = 0;
    return row;
  }

  /** The socket is gone, and whoever knew its row has forgotten it: another one gets it. */
  remove(row: Row): void {
    this.hold(row, Hold.noDescriptor);
    this.#owners[row] = undefined;
    this.#free.push(row);
  }

  /** From here on what goes to this row goes to that descriptor of the process, which is its owner's. */
  attach(row: Row, { descriptor, owner }: { descriptor: number; owner: RowOwner }): void {
    this.#descriptors[row] = descriptor;
    this.#owners[row] = owner;
    this.release(row, Hold.noDescriptor);
  }

  hold(row: Row, why: Hold): void {
    this.#holds[row] = this.#holdsOf(row) | why;
  }

  release(row: Row, why: Hold): void {
    if (row !== noRow) this.#holds[row] = this.#holdsOf(row) & ~why;
  }

  isHeld(row: Row, why: Hold): boolean {
    return (this.#holdsOf(row) & why) !== 0;
  }

  unreadOf(row: Row): number {
    return this.#unread[row] ?? 0;
  }

  /** What is unread grows by so many bytes; below zero, so many were read or do not count. */
  countUnread(row: Row, bytes: number): void {
    this.#unread[row] = this.unreadOf(row) + bytes;
  }

  countSent(row: Row, bytes: number): void {
    this.countUnread(row, bytes);
    this.#traffic.framesSent++;
    this.#traffic.bytesSent += bytes;
  }

  /**
   * Straight to the kernel, if nothing goes first and not more than the budget is unread: judged by what was before this frame, so that one
   * large reply to a reader who keeps up always goes out. False: nothing was done, its outbox decides.
   */
  give(row: Row, frame: Frame): boolean {
    if (this.#holds[row] !== 0 || this.unreadOf(row) > this.#budget) return false;
    if (this.write(row, frame)) this.countSent(row, frame.length);
    return true;
  }

  /** Writes, uncounted, for an owner who knows that nothing goes first. What the kernel does not take, its owner hears. False: it failed. */
  write(row: Row, bytes: Buffer): boolean {
    let taken = 0;
    try {
      taken = writeSync(this.#descriptors[row] ?? -1, bytes, 0, bytes.length, null);
    } catch (error) {
      if (!isBusy(error)) {
        this.#owners[row]?.handleFailure(error as Error);
        return false;
      }
    }
    if (taken < bytes.length) this.#owners[row]?.handleRest(bytes.subarray(taken));
    return true;
  }

  #holdsOf(row: Row): number {
    return this.#holds[row] ?? Hold.noDescriptor;
  }

  #grow(): void {
    const rows = 2 * this.#holds.length;
    const grown = <Column extends Int32Array | Uint8Array>(old: Column, column: Column) => {
      column.set(old);
      return column;
    };
    this.#descriptors = grown(this.#descriptors, new Int32Array(rows));
    this.#holds = grown(this.#holds, new Uint8Array(rows).fill(Hold.noDescriptor));
    this.#unread = grown(this.#unread, new Int32Array(rows));
  }
}

/** The kernel has no room now. */
function isBusy(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EAGAIN" || code === "ENOBUFS";
}
