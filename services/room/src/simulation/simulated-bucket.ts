/** A KV bucket as it behaves: read from its leader, and a write without an answer may be stored. */
import { limits } from "@madang/contracts";
import { type Bucket, LogUnavailable, OutcomeUnknown, type Versioned } from "@madang/log";
import type { Network, Process } from "./network.ts";

export class SimulatedBucket {
  /** Has no leader: what comes is not answered. */
  away = false;
  readonly #network: Network;
  readonly #values = new Map<string, Versioned>();
  #revision = 0;

  constructor(network: Network) {
    this.#network = network;
  }

  /** What it holds, for those outside the simulation. */
  peek(key: string): Uint8Array | undefined {
    return this.#values.get(key)?.value;
  }

  view(): ReadonlyMap<string, Versioned> {
    return new Map(this.#values);
  }

  /** Put back to what it held once. */
  restore(view: ReadonlyMap<string, Versioned>): void {
    this.#values.clear();
    for (const [key, value] of view) this.#values.set(key, value);
    this.#revision = Math.max(0, ...[...view.values()].map(({ revision }) => revision));
  }

  /** As one process sees it. */
  client(process: Process): Bucket {
    const ask = <T>(work: () => T, silence: () => Error) =>
      this.#network.ask<T>(process, {
        timeoutMs: limits.logRequestMs,
        silence,
        serve: (answer) => {
          if (this.away) return;
          const done = work();
          answer(() => done);
        },
      });
    const read = <T>(work: () => T) => ask(work, () => new LogUnavailable("no answer from a bucket"));
    const write = <T>(work: () => T) =>
      process.minority === undefined
        ? ask(work, () => new OutcomeUnknown("no answer from a bucket"))
        : new Promise<T>((_, reject) => setTimeout(reject, limits.logRequestMs, new OutcomeUnknown("no quorum")));
    return {
      get: (key) => read(() => (process.minority?.values.get(this) ?? this.#values).get(key)),
      put: (key, value) => write(() => void this.#put(key, value)),
      replace: (key, value, over) => write(() => (this.#values.get(key)?.revision === over ? this.#put(key, value) : undefined)),
    };
  }

  #put(key: string, value: Uint8Array): number {
    this.#values.set(key, { value, revision: ++this.#revision });
    return this.#revision;
  }
}
