/**
 * Bytes for one socket, handed to the kernel by its descriptor. The stream around a descriptor keeps account of every write, which costs
 * a sixth of the write itself; it is needed only while the kernel takes no more.
 */
import type { Socket } from "node:net";
import { Hold, noRow, type Row, type RowOwner, type SocketTable } from "./socket-table.ts";

/** What of the handle inside a socket we need: no part of Node's API (docs/adr/0010), so that all of it may be missing. */
interface Handle {
  readonly fd: number;
  close(...of: unknown[]): unknown;
  reset(...of: unknown[]): unknown;
  shutdown(...of: unknown[]): unknown;
}

export class KernelWriter implements RowOwner {
  readonly #socket: Socket;
  readonly #table: SocketTable;
  #row: Row;

  constructor(socket: Socket, { table, row }: { table: SocketTable; row: Row }) {
    this.#socket = socket;
    this.#table = table;
    this.#row = row;
    const handle = plainHandleOf(socket);
    if (handle === undefined) return;
    table.lend(row, handle.fd, this);
    if (socket.writableLength > 0) table.hold(row, Hold.streaming);
    withdrawBeforeItLeaves(handle, this);
  }

  /** Bytes that wait here for the kernel to take them. */
  get waiting(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Buffer): void {
    // What was written before goes first, and what waits is the stream's, which hands many pieces over at once.
    if (this.waiting > 0 || this.#table.isHeld(this.#row, Hold.noDescriptor)) return this.handleRest(bytes);
    this.#table.release(this.#row, Hold.streaming);
    this.#table.write(this.#row, bytes);
  }

  /** From here on what is written goes through the stream. */
  withdraw(): void {
    this.#table.hold(this.#row, Hold.noDescriptor);
  }

  /** Its row is to be another socket's. */
  close(): void {
    this.withdraw();
    this.#row = noRow;
  }

  handleRest(rest: Buffer): void {
    this.#table.hold(this.#row, Hold.streaming);
    this.#socket.write(rest);
  }

  /** As the stream would, had it written. */
  handleFailure(error: Error): void {
    this.#socket.destroy(error);
  }
}

/** None where it is nothing that we know: what goes to the descriptor under TLS has to be encrypted first. */
function plainHandleOf(socket: Socket): Handle | undefined {
  const { _handle: handle } = socket as unknown as { _handle?: (Partial<Handle> & object) | null };
  const isPlain = handle?.constructor.name === "TCP" || handle?.constructor.name === "Pipe";
  // Windows has none.
  return isPlain && typeof handle?.fd === "number" && handle.fd >= 0 ? (handle as Handle) : undefined;
}

const leaving = ["close", "reset", "shutdown"] as const;
const writer = Symbol("writer");
type Watched = Handle & { [writer]?: KernelWriter };

/** Shared, as there are ten thousand handles. */
const watched = Object.fromEntries(
  leaving.map((method) => [
    method,
    function (this: Watched, ...of: unknown[]) {
      this[writer]?.withdraw();
      return (Object.getPrototypeOf(this) as Handle)[method].apply(this, of);
    },
  ]),
);

/**
 * Nobody is told in time that a socket lets go of its descriptor: `close` is emitted a while after, and the next connection may have the same
 * number by then. Nor may anything follow the end of what is written.
 */
function withdrawBeforeItLeaves(handle: Watched, of: KernelWriter): void {
  Object.assign(handle, watched, { [writer]: of });
}
