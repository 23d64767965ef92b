/** What one socket may still do. It is told when it does too much, and closed when it does not stop. */

import { type Quota, TokenBucket } from "@madang/runtime";
import type { Command } from "../decode.ts";
import { noLimits, type SocketLimits } from "./door-limits.ts";
import type { Quotas } from "./quotas.ts";

/** `refused`: its sender is told, and nothing was done. `flood`: it was told often enough. */
export type Allowed = "allowed" | "refused" | "flood";

/** What all sockets of a gateway have in common. */
export interface AllowanceTerms {
  readonly limits: SocketLimits;
  /** Commands of all sockets of one address. */
  readonly addresses: Pick<Quotas, "take"> | undefined;
  /** Monotonic, ms. */
  readonly now: () => number;
}

/** Those that a gateway answers from what it has, or with a look at one room. */
const cheapRpc = new Set(["send", "hearts", "typing"]);

type Kind = keyof SocketLimits;

export class Allowance {
  readonly #terms: AllowanceTerms;
  readonly #address: string | undefined;
  /** Only of what was used lately: most sockets are idle, and a bucket that is full again is as good as none. */
  #used: { [kind in Kind]?: TokenBucket } | undefined;
  #controlAt: number | undefined;

  /** @param address none: it shares with nobody */
  constructor(terms: AllowanceTerms, address?: string) {
    this.#terms = terms;
    this.#address = address;
  }

  /** @param command undefined: one that cannot be understood */
  command(command: Command | undefined): Allowed {
    const at = this.#terms.now();
    if (this.#take("commands", at) && (!isQuestion(command) || this.#take("questions", at)))
      // What others of its address have used up is no fault of its own.
      return this.#takeOfAddress(at) ? "allowed" : "refused";
    return this.#take("refusals", at) ? "refused" : "flood";
  }

  /** Whether so many more bytes of messages are within bounds. */
  bytes(count: number): boolean {
    return this.#take("bytesIn", this.#terms.now(), count);
  }

  /** Whether one more ping, pong or `{}` is within bounds. */
  control(): boolean {
    const at = Math.floor(this.#terms.now());
    if (this.#used !== undefined && Object.values(this.#used).every((bucket) => bucket.isFull(at))) this.#used = undefined;
    // All that an idle socket does, some times a minute: what the one before took is back.
    const before = this.#controlAt;
    const isRare = before === undefined || at - before >= 1_000 / this.#terms.limits.controls.perS;
    this.#controlAt = at;
    if (this.#used === undefined) {
      if (isRare) return true;
      this.#take("controls", at);
    }
    return this.#take("controls", at);
  }

  #take(kind: Kind, at: number, count = 1): boolean {
    const quota: Quota = this.#terms.limits[kind];
    if (quota.burst === Number.POSITIVE_INFINITY) return true;
    this.#used ??= {};
    const bucket = this.#used[kind] ?? new TokenBucket(quota, at);
    this.#used[kind] = bucket;
    return bucket.take(at, count);
  }

  #takeOfAddress(at: number): boolean {
    return this.#address === undefined || this.#terms.addresses?.take(this.#address, at) !== false;
  }
}

/** Of those who are bounded by nothing. */
export const unbounded = new Allowance({ limits: noLimits.socket, addresses: undefined, now: () => 0 });

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
