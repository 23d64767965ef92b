/** Work that only one replica does at a time, such as projecting one stream. */
import { limits } from "@madang/contracts";
import { pause } from "@madang/runtime";
import type { LeaseBucket } from "./lease-bucket.ts";
import { Troubles } from "./troubles.ts";

export interface LeaseOptions {
  bucket: LeaseBucket;
  key: string;
  holder: string;
  /** Runs while the lease is held; its signal aborts when the lease is lost or given up. What it throws ends only this turn. */
  work: (signal: AbortSignal) => Promise<void>;
  /** Monotonic, ms. */
  now?: () => number;
  /** Hears what the work throws. */
  onError?: (error: unknown) => void;
  /** Hears how taking and renewing goes: one for all leases of a process, since they share a bucket. */
  renewals?: Troubles;
}

/**
 * Tries for a lease until closed, and works while it has it. A holder that could not renew stops by its own clock before others may
 * take over; a frozen process can still overlap with its successor, so the work itself must be harmless when done twice.
 */
export class Lease {
  readonly #options: Required<LeaseOptions>;
  readonly #closed = new AbortController();
  readonly #done: Promise<void>;
  #heldSince: number | undefined;

  constructor(options: LeaseOptions) {
    this.#options = { now: () => performance.now(), onError: () => {}, renewals: new Troubles(() => {}), ...options };
    this.#done = this.#run();
  }

  get key(): string {
    return this.#options.key;
  }

  get held(): boolean {
    return this.#heldSince !== undefined;
  }

  /** How long it has been held, ms; undefined: it is not. */
  get heldForMs(): number | undefined {
    return this.#heldSince === undefined ? undefined : this.#options.now() - this.#heldSince;
  }

  /** Ends the work, waits for it, and lets others have the lease at once. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      const revision = await this.#take(undefined).catch(() => undefined);
      if (revision !== undefined) await this.#hold(revision);
      else await pause(limits.memberRenewMs, this.#closed.signal);
    }
  }

  async #take(revision: number | undefined): Promise<number | undefined> {
    const { bucket, key, holder, renewals } = this.#options;
    try {
      const next = await bucket.take(key, holder, revision);
      renewals.well(key);
      return next;
    } catch (error) {
      renewals.failed(key, error);
      throw error;
    }
  }

  async #hold(first: number): Promise<void> {
    const { bucket, key, work, now, onError, renewals } = this.#options;
    const lost = new AbortController();
    const signal = AbortSignal.any([lost.signal, this.#closed.signal]);
    this.#heldSince = now();
    const working = work(signal).catch(onError);
    let revision = first;
    let renewedAt = now();
    let ended = false;
    void working.then(() => {
      ended = true;
      lost.abort();
    });
    while (!signal.aborted) {
      await pause(limits.memberRenewMs, signal);
      if (signal.aborted) break;
      try {
        const next = await this.#take(revision);
        if (next === undefined) break;
        revision = next;
        renewedAt = now();
      } catch {
        if (now() - renewedAt > limits.memberTtlMs - limits.memberRenewMs) break;
      }
    }
    lost.abort();
    await working;
    this.#heldSince = undefined;
    if (this.#closed.signal.aborted) await bucket.delete(key).catch((error) => renewals.failed(key, error));
    // Work that ends by itself while the lease is held has failed: not at once again.
    else if (ended) await pause(limits.memberRenewMs, this.#closed.signal);
  }
}
