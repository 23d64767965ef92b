/**
 * What waits for one socket, here and in the kernel. Both have the same byte budget. What the kernel holds nobody tells us: a reader who
 * has been sent more than the budget since its last sign of having read is asked for one, and is slow if it does not give it in time.
 */
import { type CloseCode, DisconnectCode, limits } from "@madang/contracts";
import type { WebSocket } from "ws";
import { serverPing } from "./encode.ts";
import { type Frame, textFrame, writeFrame } from "./frame.ts";

export interface OutboxOptions {
  budget?: number;
  /** Monotonic, ms. */
  now?: () => number;
  /** The socket cannot keep up. */
  onSlow: (close: CloseCode) => void;
}

export class Outbox {
  readonly #socket: WebSocket;
  readonly #options: Required<OutboxOptions>;
  #pending: string[] = [];
  /** Whether something among it is outside the budget; and bytes of that kind that may still wait. */
  #pendingExempt = false;
  #exempt = 0;
  /** Bytes of the budget's kind that were handed over, and how many of them the reader has shown to have. */
  #written = 0;
  #read = 0;
  #asked: { written: number; at: number } | undefined;

  constructor(socket: WebSocket, options: OutboxOptions) {
    this.#socket = socket;
    this.#options = { budget: limits.outboxBytes, now: () => performance.now(), ...options };
  }

  /** Replies and pushes of one turn travel in one frame, one per line. */
  push(message: string): void {
    if (this.#pending.length === 0) queueMicrotask(() => this.flush());
    this.#pending.push(message);
  }

  /** As `push`, of something that may be larger than the budget: what a client missed, and has asked for. */
  pushExempt(message: string): void {
    this.#pendingExempt = true;
    this.push(message);
  }

  /** A frame that many sockets share. What was pushed before it goes first. */
  broadcast(frame: Frame): void {
    this.flush();
    this.#send(frame);
  }

  /** Asks the reader for a sign, which it gives when it has read everything before it. */
  ping(): void {
    this.#asked ??= { written: this.#written, at: this.#options.now() };
    this.broadcast(serverPing);
  }

  /** The reader has given a sign. */
  handlePong(): void {
    if (this.#asked === undefined) return;
    this.#read = this.#asked.written;
    this.#asked = undefined;
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    const frame = textFrame([Buffer.from(this.#pending.join("\n"))]);
    const exempt = this.#pendingExempt;
    this.#pending = [];
    this.#pendingExempt = false;
    this.#send(frame);
    if (exempt) this.#exempt += frame.length;
  }

  #send(frame: Frame): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    // Judged by what is stuck before this frame, so that one large reply to a reader who keeps up always goes out.
    if (this.#isSlow()) return this.#options.onSlow(DisconnectCode.slow);
    writeFrame(this.#socket, frame);
    this.#written += frame.length;
  }

  #isSlow(): boolean {
    const { budget, now } = this.#options;
    const waiting = this.#socket.bufferedAmount;
    if (waiting === 0 && this.#exempt > 0) {
      // It is in the kernel's hands: what the reader was promised does not count against it.
      this.#read += this.#exempt;
      this.#exempt = 0;
    }
    if (waiting - this.#exempt > budget) return true;
    if (this.#written - this.#read - this.#exempt <= budget) return false;
    if (this.#asked !== undefined) return now() - this.#asked.at > limits.pongTimeoutMs;
    this.#asked = { written: this.#written, at: now() };
    writeFrame(this.#socket, serverPing);
    return false;
  }
}
