/**
 * A quota for each of many, such as addresses. Whoever has many addresses fills no memory: beyond `most` of them that were busy lately,
 * those that are new share a bucket with their neighbours, so that one network full of addresses shuts out few others.
 */
import { hash32 } from "@madang/contracts";
import { type Quota, TokenBucket } from "@madang/runtime";

export class Quotas {
  readonly #quota: Quota;
  readonly #most: number;
  /** In the order in which they were last asked. */
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #shared: TokenBucket[] = [];

  constructor({ quota, most }: { quota: Quota; most: number }) {
    this.#quota = quota;
    this.#most = most;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** False: this address has had enough for now. */
  take(address: string, now: number): boolean {
    if (this.#quota.burst === Number.POSITIVE_INFINITY) return true;
    return this.#bucketOf(address, now).take(now);
  }

  #bucketOf(address: string, now: number): TokenBucket {
    const known = this.#buckets.get(address);
    if (known === undefined && this.#buckets.size >= this.#most && !this.#forgetOldest(now)) {
      const place = hash32(networkOf(address)) % sharedBuckets;
      this.#shared[place] ??= new TokenBucket(this.#quota, now);
      return this.#shared[place];
    }
    const bucket = known ?? new TokenBucket(this.#quota, now);
    this.#buckets.delete(address);
    this.#buckets.set(address, bucket);
    return bucket;
  }

  /** The one that was left alone for longest, if it is as good as new. Otherwise all are in use. */
  #forgetOldest(now: number): boolean {
    for (const [address, bucket] of this.#buckets) return bucket.isFull(now) && this.#buckets.delete(address);
    return false;
  }
}

/** One network in so many shares its bucket with whoever floods. */
const sharedBuckets = 256;

/** What one who rents addresses is given together as a rule: the /48 of IPv6, the /16 of IPv4. */
function networkOf(address: string): string {
  return address.includes(":") ? address.split(":", 3).join(":") : address.split(".", 2).join(".");
}
