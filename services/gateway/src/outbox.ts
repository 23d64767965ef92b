/**
 * What waits for one socket, here and in the kernel. Both have the same byte budget. What the kernel holds nobody tells us: a reader who
 * has been sent more than the budget since its last sign of having read is asked for one, and is slow if it does not give it in time.
 */
import { type CloseCode, DisconnectCode, limits } from "@madang/contracts";
import type { WebSocket } from "ws";
import { serverPing } from "./encode.ts";
import { type Frame, pongFrame, textFrame } from "./frame.ts";
import { FrameWriter } from "./frame-writer.ts";
import { Hold, noRow, type Row, type SocketTable } from "./socket-table.ts";

export interface OutboxOptions {
  /** Where its socket gets a row. */
  table: SocketTable;
  /** Monotonic, ms. */
  now?: () => number;
  /** The socket cannot keep up. */
  onSlow: (close: CloseCode) => void;
}

const monotonic = () => performance.now();

export class Outbox {
  readonly #writer: FrameWriter;
  readonly #table: SocketTable;
  readonly #now: () => number;
  readonly #onSlow: (close: CloseCode) => void;
  #row: Row;
  #pending: string[] = [];
  #ending = false;
  /** Bytes outside the budget that may still wait here. */
  #exempt = 0;
  /** For a sign of having read: when, and what was unread then, bytes. */
  #asked: { unread: number; at: number } | undefined;

  constructor(socket: WebSocket, { table, now = monotonic, onSlow }: OutboxOptions) {
    this.#table = table;
    this.#now = now;
    this.#onSlow = onSlow;
    this.#row = table.add();
    this.#writer = new FrameWriter(socket, { table, row: this.#row });
  }

  /** Where its socket is in the table: a frame for many goes straight from there while nothing is to be decided here. */
  get row(): Row {
    return this.#row;
  }

  /** Sends what waits, and judges nobody any more: the socket is about to be closed, for a reason of its own. */
  end(): void {
    this.#ending = true;
    this.flush();
  }

  /** The socket is gone. */
  close(): void {
    if (this.#row === noRow) return;
    this.#writer.close();
    this.#table.remove(this.#row);
    this.#row = noRow;
  }

  /** Replies and pushes of one turn travel in one frame, one per line. */
  push(message: string): void {
    if (this.#pending.length === 0) {
      this.#table.hold(this.#row, Hold.pushed);
      queueMicrotask(() => this.flush());
    }
    this.#pending.push(message);
  }

  /** What a client missed and has asked for: outside the budget, and in a frame of its own. What was pushed before it goes first. */
  sendExempt(message: string): void {
    this.flush();
    const frame = textFrame([Buffer.from(message)]);
    if (!this.#send(frame)) return;
    this.#exempt += frame.length;
    this.#table.countUnread(this.#row, -frame.length);
  }

  /** How much of that still waits here, bytes. */
  get exemptWaiting(): number {
    if (this.#exempt > 0) this.#exempt = Math.min(this.#exempt, this.#writer.waiting);
    return this.#exempt;
  }

  /** A frame that many sockets share. What was pushed before it goes first. */
  broadcast(frame: Frame): void {
    this.flush();
    this.#send(frame);
  }

  /** Asks the reader for a sign, which it gives when it has read everything before it. */
  ping(): void {
    this.#ask();
    this.broadcast(serverPing);
  }

  /** Answers a ping of WebSocket's own. `ws` would write it by itself, unseen, where a frame could get into the middle of it. */
  pong(data: Uint8Array): void {
    this.#send(pongFrame(data));
  }

  /** The reader has given a sign. */
  handlePong(): void {
    if (this.#asked === undefined) return;
    this.#table.countUnread(this.#row, -this.#asked.unread);
    this.#asked = undefined;
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    const frame = textFrame([Buffer.from(this.#pending.join("\n"))]);
    this.#pending = [];
    this.#table.release(this.#row, Hold.pushed);
    this.#send(frame);
  }

  /** False if it did not go out. */
  #send(frame: Frame): boolean {
    const table = this.#table;
    if (table.give(this.#row, frame)) return true;
    if (!this.#writer.open) return false;
    if (this.#isSlow()) {
      if (!this.#ending) this.#onSlow(DisconnectCode.slow);
      return false;
    }
    this.#writer.write(frame);
    table.countSent(this.#row, frame.length);
    return true;
  }

  /** Judged, as in the table, by what was before a frame. */
  #isSlow(): boolean {
    const table = this.#table;
    if (this.#writer.waiting - this.exemptWaiting > table.budget) return true;
    if (table.unreadOf(this.#row) <= table.budget) return false;
    if (this.#asked !== undefined) return this.#now() - this.#asked.at > limits.pongTimeoutMs;
    this.#ask();
    this.#writer.write(serverPing);
    return false;
  }

  #ask(): void {
    this.#asked ??= { unread: this.#table.unreadOf(this.#row), at: this.#now() };
  }
}
