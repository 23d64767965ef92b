import { limits } from "@madang/contracts";
import { jetstream, StorageType } from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { LogUnavailable } from "../errors.ts";
import type { Bucket } from "../ports.ts";

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
      ...(options.ttlMs === undefined ? {} : { ttl: options.ttlMs }),
      ...(options.maxBytes === undefined ? {} : { max_bytes: options.maxBytes }),
    });
    return new NatsBucket(kv);
  }

  private constructor(kv: KV) {
    this.#kv = kv;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      const entry = await this.#kv.get(key);
      return entry === null || entry.operation !== "PUT" ? undefined : entry.value;
    } catch (cause) {
      throw new LogUnavailable(`cannot read ${key}`, { cause });
    }
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    try {
      await this.#kv.put(key, value);
    } catch (cause) {
      throw new LogUnavailable(`cannot write ${key}`, { cause });
    }
  }

  /** Puts a value unless the key has one, and answers the one it has then. */
  async putIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    await this.#kv.create(key, value).catch(() => {});
    return (await this.get(key)) ?? value;
  }
}
