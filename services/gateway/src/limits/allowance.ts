/** What one socket may still do. It is told when it does too much, and closed when it does not stop. */
import type { Command } from "../decode.ts";
import type { SocketLimits } from "./door-limits.ts";
import { TokenBucket } from "./token-bucket.ts";

/** `refused`: its sender is told, and nothing was done. `flood`: it was told often enough. */
export type Allowed = "allowed" | "refused" | "flood";

/** Those that a gateway answers from what it has, or with a look at one room. */
const cheapRpc = new Set(["send", "hearts", "typing"]);

export class Allowance {
  readonly #limits: SocketLimits;
  readonly #now: () => number;
  readonly #ofAddress: (now: number) => boolean;
  readonly #commands: TokenBucket;
  readonly #bytes: TokenBucket;
  // Most sockets never need these.
  #questions: TokenBucket | undefined;
  #controls: TokenBucket | undefined;
  #refusals: TokenBucket | undefined;

  /** @param ofAddress takes one command of what all sockets of its address have together, if that is left */
  constructor(limits: SocketLimits, { now, ofAddress }: { now: () => number; ofAddress: (now: number) => boolean }) {
    this.#limits = limits;
    this.#now = now;
    this.#ofAddress = ofAddress;
    const at = now();
    this.#commands = new TokenBucket(limits.commands, at);
    this.#bytes = new TokenBucket(limits.bytesIn, at);
  }

  /** @param command undefined: one that cannot be understood */
  command(command: Command | undefined): Allowed {
    const at = this.#now();
    if (this.#commands.take(at) && (!isQuestion(command) || this.#question(at)) && this.#ofAddress(at)) return "allowed";
    this.#refusals ??= new TokenBucket(this.#limits.refusals, at);
    return this.#refusals.take(at) ? "refused" : "flood";
  }

  /** Whether so many more bytes of messages are within bounds. */
  bytes(count: number): boolean {
    return this.#bytes.take(this.#now(), count);
  }

  /** Whether one more ping, pong or `{}` is within bounds. */
  control(): boolean {
    const at = this.#now();
    this.#controls ??= new TokenBucket(this.#limits.controls, at);
    return this.#controls.take(at);
  }

  #question(at: number): boolean {
    this.#questions ??= new TokenBucket(this.#limits.questions, at);
    return this.#questions.take(at);
  }
}

function isQuestion(command: Command | undefined): boolean {
  switch (command?.method) {
    case "subscribe":
    case "history":
    case "presence":
    case "presence_stats":
    case "refresh":
    case "sub_refresh":
      return true;
    case "rpc":
      return !cheapRpc.has(command.request.method ?? "");
    default:
      return false;
  }
}
