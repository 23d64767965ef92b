import { JetStreamCode, limits } from "@madang/contracts";
import { JetStreamApiError, jetstream, StorageType } from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { LogUnavailable, OutcomeUnknown } from "../errors.ts";
import type { Bucket, Versioned } from "../ports.ts";

/** A KV bucket on disk. */
export class NatsBucket implements Bucket {
  readonly #kv: KV;

  static async open(
    connection: NatsConnection,
    name: string,
    options: { replicas: number; ttlMs?: number; maxBytes?: number },
  ): Promise<NatsBucket> {
    const manager = new Kvm(jetstream(connection, { timeout: limits.logRequestMs }));
    const kv = await manager.create(name, {
      storage: StorageType.File,
      history: 1,
      replicas: options.replicas,
      // Read from the leader alone: a replica may not have seen yet what was answered, and offsets hang on these values.
      allow_direct: false,
      ...(options.ttlMs === undefined ? {} : { ttl: options.ttlMs }),
      ...(options.maxBytes === undefined ? {} : { max_bytes: options.maxBytes }),
    });
    return new NatsBucket(kv);
  }

  private constructor(kv: KV) {
    this.#kv = kv;
  }

  async get(key: string): Promise<Versioned | undefined> {
    try {
      const entry = await this.#kv.get(key);
      return entry === null || entry.operation !== "PUT" ? undefined : { value: entry.value, revision: entry.revision };
    } catch (cause) {
      throw new LogUnavailable(`cannot read ${key}`, { cause });
    }
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    try {
      await this.#kv.put(key, value);
    } catch (cause) {
      throw new OutcomeUnknown(`no word whether ${key} is written`, { cause });
    }
  }

  async replace(key: string, value: Uint8Array, over: number | undefined): Promise<number | undefined> {
    try {
      return await (over === undefined ? this.#kv.create(key, value) : this.#kv.update(key, value, over));
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === JetStreamCode.wrongLastSequence) return undefined;
      throw new OutcomeUnknown(`no word whether ${key} is written`, { cause });
    }
  }
}
