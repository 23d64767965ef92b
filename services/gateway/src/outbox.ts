/**
 * What waits for one socket, here and in the kernel. Both have the same byte budget. What the kernel holds nobody tells us: a reader who
 * has been sent more than the budget since its last sign of having read is asked for one, and is slow if it does not give it in time.
 */
import { type CloseCode, DisconnectCode, limits } from "@madang/contracts";
import type { WebSocket } from "ws";
import { serverPing } from "./encode.ts";
import { type Frame, textFrame } from "./frame.ts";
import { FrameWriter } from "./frame-writer.ts";
import { Traffic } from "./traffic.ts";

export interface OutboxOptions {
  budget?: number;
  /** Monotonic, ms. */
  now?: () => number;
  traffic?: Traffic;
  /** The socket cannot keep up. */
  onSlow: (close: CloseCode) => void;
}

export class Outbox {
  readonly #writer: FrameWriter;
  readonly #options: Required<Omit<OutboxOptions, "traffic">>;
  readonly #traffic: Traffic;
  #pending: string[] = [];
  /** Bytes outside the budget that may still wait here. */
  #exempt = 0;
  /** Bytes of the budget that were handed over, and how many of them the reader has shown to have. */
  #written = 0;
  #read = 0;
  #asked: { written: number; at: number } | undefined;

  constructor(socket: WebSocket, options: OutboxOptions) {
    this.#writer = new FrameWriter(socket);
    this.#options = { budget: limits.outboxBytes, now: () => performance.now(), ...options };
    this.#traffic = options.traffic ?? new Traffic();
  }

  /** Replies and pushes of one turn travel in one frame, one per line. */
  push(message: string): void {
    if (this.#pending.length === 0) queueMicrotask(() => this.flush());
    this.#pending.push(message);
  }

  /** What a client missed and has asked for: outside the budget, and in a frame of its own. What was pushed before it goes first. */
  sendExempt(message: string): void {
    this.flush();
    const frame = textFrame([Buffer.from(message)]);
    if (!this.#send(frame)) return;
    this.#exempt += frame.length;
    this.#written -= frame.length;
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
    this.#pending = [];
    this.#send(frame);
  }

  /** False if it did not go out. */
  #send(frame: Frame): boolean {
    if (!this.#writer.open) return false;
    // Judged by what is stuck before this frame, so that one large reply to a reader who keeps up always goes out.
    if (this.#isSlow()) {
      this.#options.onSlow(DisconnectCode.slow);
      return false;
    }
    this.#writer.write(frame);
    this.#written += frame.length;
    this.#traffic.framesSent++;
    this.#traffic.bytesSent += frame.length;
    return true;
  }

  #isSlow(): boolean {
    const { budget, now } = this.#options;
    if (this.#writer.waiting - this.exemptWaiting > budget) return true;
    if (this.#written - this.#read <= budget) return false;
    if (this.#asked !== undefined) return now() - this.#asked.at > limits.pongTimeoutMs;
    this.#asked = { written: this.#written, at: now() };
    this.#writer.write(serverPing);
    return false;
  }
}
