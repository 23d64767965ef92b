/** Who is alive. Every replica of a room service and of a gateway is a member, and every one sees all. */
import { limits, MemberId } from "@madang/contracts";
import type { Bus, BusSubscription } from "./bus.ts";
import type { LeaseBucket } from "./lease-bucket.ts";

export type MemberKind = "room" | "gateway";

export interface MembershipOptions {
  bus: Bus;
  bucket: LeaseBucket;
  /** Whom this process adds to the members. Leave out to only look. */
  self?: { kind: MemberKind; member: MemberId };
  /** Monotonic, ms. */
  now?: () => number;
  onError?: (error: unknown) => void;
}

/**
 * A member renews every 1.5 s and is gone 5 s after its last renewal. Age is measured against the newest renewal seen from anyone:
 * while none at all arrive, the trouble is on the road, and nobody expires.
 */
export class Membership {
  readonly #options: Required<Omit<MembershipOptions, "self">> & Pick<MembershipOptions, "self">;
  readonly #seen = new Map<string, number>();
  #newest = 0;
  #subscription: BusSubscription | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Resolves once the present members are known and this one is among them. */
  static async join(options: MembershipOptions): Promise<Membership> {
    const membership = new Membership(options);
    await membership.#start();
    return membership;
  }

  private constructor(options: MembershipOptions) {
    this.#options = { now: () => performance.now(), onError: () => {}, ...options };
  }

  /** The live members of a kind. */
  live(kind: MemberKind): MemberId[] {
    const prefix = `${kind}.`;
    const members: MemberId[] = [];
    for (const [key, seen] of this.#seen) {
      if (key.startsWith(prefix) && this.#newest - seen <= limits.memberTtlMs)
        members.push(MemberId.parse(key.slice(prefix.length)));
    }
    return members;
  }

  /** Says goodbye, so that nobody waits for the lease to run out. */
  async leave(): Promise<void> {
    const { self, bucket, onError } = this.#options;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (self !== undefined) await bucket.delete(keyOf(self)).catch(onError);
    this.#subscription?.close();
  }

  async #start(): Promise<void> {
    const { bus, bucket, self, onError } = this.#options;
    // Subscribe before reading: a renewal that lands between the two is then seen twice, never missed.
    this.#subscription = bus.subscribe(bucket.subject, (message) =>
      this.#handle(message.subject, message.header("KV-Operation")),
    );
    if (self !== undefined) await bucket.put(keyOf(self), "1");
    for (const key of await bucket.keys()) this.#renewed(key);
    if (self === undefined) return;
    this.#renewed(keyOf(self));
    this.#timer = setInterval(() => void bucket.put(keyOf(self), "1").catch(onError), limits.memberRenewMs);
  }

  #handle(subject: string, operation: string): void {
    const key = subject.slice(this.#options.bucket.prefix.length);
    if (operation === "DEL" || operation === "PURGE") this.#seen.delete(key);
    else this.#renewed(key);
  }

  #renewed(key: string): void {
    // The bucket holds other leases too.
    const [kind, member] = key.split(".");
    if ((kind !== "room" && kind !== "gateway") || !MemberId.safeParse(member).success) return;
    const now = this.#options.now();
    this.#seen.set(key, now);
    this.#newest = now;
    for (const [other, seen] of this.#seen) if (now - seen > 10 * limits.memberTtlMs) this.#seen.delete(other);
  }
}

function keyOf({ kind, member }: { kind: MemberKind; member: MemberId }): string {
  return `${kind}.${member}`;
}
