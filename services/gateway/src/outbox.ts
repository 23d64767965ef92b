/** What waits for one socket. It has a byte budget; a socket that cannot keep up is closed with a code to come back from. */
import { type CloseCode, DisconnectCode, limits } from "@madang/contracts";
import type { WebSocket } from "ws";

export class Outbox {
  readonly #socket: WebSocket;
  readonly #budget: number;
  readonly #onSlow: (close: CloseCode) => void;
  #pending: string[] = [];

  constructor(
    socket: WebSocket,
    { budget = limits.outboxBytes, onSlow }: { budget?: number; onSlow: (close: CloseCode) => void },
  ) {
    this.#socket = socket;
    this.#budget = budget;
    this.#onSlow = onSlow;
  }

  /** Replies and pushes of one turn travel in one frame, one per line. */
  push(message: string): void {
    if (this.#pending.length === 0) queueMicrotask(() => this.flush());
    this.#pending.push(message);
  }

  /** A frame that many sockets share. What was pushed before it goes first. */
  broadcast(frame: Buffer): void {
    this.flush();
    this.#send(frame);
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    const frame = this.#pending.join("\n");
    this.#pending = [];
    this.#send(frame);
  }

  #send(frame: Buffer | string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    // Judged by what is stuck before this frame, so that one large reply to a reader who keeps up always goes out.
    if (this.#socket.bufferedAmount > this.#budget) {
      this.#onSlow(DisconnectCode.slow);
      return;
    }
    this.#socket.send(frame, { binary: false });
  }
}
