/**
 * One socket's side of its row: it lends the table its descriptor, takes it back before the number is another's, and gives the stream what the
 * kernel does not take. The stream keeps account of every write, which costs a sixth of the write itself.
 */
import type { Socket } from "node:net";
import { type Borrower, borrowDescriptor } from "./descriptor.ts";
import { Hold, noRow, type Row, type RowOwner, type SocketTable } from "./socket-table.ts";

export class KernelWriter implements Borrower, RowOwner {
  readonly #socket: Socket;
  readonly #table: SocketTable;
  #row: Row;

  constructor(socket: Socket, { table, row }: { table: SocketTable; row: Row }) {
    this.#socket = socket;
    this.#table = table;
    this.#row = row;
    const descriptor = borrowDescriptor(socket, this);
    if (descriptor === undefined) return;
    table.attach(row, { descriptor, owner: this });
    if (this.waiting > 0) table.hold(row, Hold.streaming);
  }

  /** Bytes that wait here for the kernel to take them. */
  get waiting(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Buffer): void {
    // What was written before goes first, and what waits is the stream's, which hands many pieces over at once.
    if (this.waiting > 0 || this.#table.isHeld(this.#row, Hold.noDescriptor)) return this.#stream(bytes);
    // Nothing waits any more: frames for many go straight again.
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
    this.#stream(rest);
  }

  /** As the stream would, had it written. */
  handleFailure(error: Error): void {
    this.#socket.destroy(error);
  }

  #stream(bytes: Buffer): void {
    this.#table.hold(this.#row, Hold.streaming);
    this.#socket.write(bytes);
  }
}
