/**
 * The KV bucket of leases: who is alive, and who does what only one may do. It is kept in memory with a TTL, so it can be gone after
 * all of NATS restarted; then it is made anew. Its stored name, `members`, is that of its first use.
 */
import { buckets, JetStreamCode, limits } from "@madang/contracts";
import { JetStreamApiError, type JetStreamClient, jetstream, StorageType } from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import type { Bus } from "./bus.ts";
import { leadershipOfLeases } from "./leadership.ts";

export class LeaseBucket {
  readonly #bus: Bus;
  readonly #replicas: number;
  #kv: KV | undefined;

  constructor(bus: Bus, { replicas }: { replicas: number }) {
    this.#bus = bus;
    this.#replicas = replicas;
  }

  /** Every put of a key is seen here live, also while the bucket's leader is away and cannot store it. */
  get subject(): string {
    return `${this.prefix}>`;
  }

  /** What stands before a key in its subject. */
  get prefix(): string {
    return `$KV.${buckets.members}.`;
  }

  /** Whether it has a leader that most of its copies follow. */
  async led(): Promise<boolean> {
    return (await leadershipOfLeases(this.#bus)) === "led";
  }

  async keys(): Promise<string[]> {
    return this.#with(async (kv) => {
      const keys: string[] = [];
      for await (const key of await kv.keys()) keys.push(key);
      return keys;
    });
  }

  /**
   * The value is on its way to everybody before anything is asked: those who listen hear it, whether or not the bucket has a leader
   * that can store it.
   */
  async put(key: string, value: string): Promise<void> {
    const put = () => this.#jetstream().publish(`${this.prefix}${key}`, value);
    try {
      await put();
    } catch {
      // Without a leader, or gone with the memory of all servers: made where it is missing, and the value put again.
      this.#kv = undefined;
      await this.#with(put);
    }
  }

  async delete(key: string): Promise<void> {
    await this.#with((kv) => kv.delete(key));
  }

  /** Takes a key that nobody holds, or keeps one held at `revision`. Answers the new revision, or undefined if somebody else has it. */
  async take(key: string, value: string, revision: number | undefined): Promise<number | undefined> {
    try {
      return await this.#with((kv) => (revision === undefined ? kv.create(key, value) : kv.update(key, value, revision)));
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  async #with<T>(work: (kv: KV) => Promise<T>): Promise<T> {
    this.#kv ??= await new Kvm(this.#jetstream()).create(buckets.members, {
      ttl: limits.memberTtlMs,
      storage: StorageType.Memory,
      history: 1,
      replicas: this.#replicas,
    });
    try {
      return await work(this.#kv);
    } catch (error) {
      // A refusal by sequence is an answer; after anything else the bucket itself is looked up again.
      if (!isRefusal(error)) this.#kv = undefined;
      throw error;
    }
  }

  #jetstream(): JetStreamClient {
    return jetstream(this.#bus.connection, { timeout: limits.logRequestMs });
  }
}

/** Somebody else was faster: an answer, and no trouble. */
function isRefusal(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamCode.wrongLastSequence;
}
