/** Who is alive. Every replica of every service is a member, and every one sees all. */
import { limits, MemberId, MemberKind } from "@madang/contracts";
import type { Bus, BusSubscription } from "./bus.ts";
import type { LeaseBucket } from "./lease-bucket.ts";
import { Troubles } from "./troubles.ts";

/** Of another member: it came; it said goodbye; it did not renew in time. Once for each. */
export interface MemberNews {
  readonly what: "joined" | "left" | "gone";
  readonly kind: MemberKind;
  readonly member: MemberId;
}

export interface MembershipOptions {
  bus: Bus;
  bucket: LeaseBucket;
  /** Whom this process adds to the members. Leave out to only look. */
  self?: { kind: MemberKind; member: MemberId };
  /** Monotonic, ms. */
  now?: () => number;
  /** Of the others, while this process is a member. */
  report?: (news: MemberNews) => void;
  /** Hears how its own renewals go. */
  renewals?: Troubles;
}

/**
 * A member renews every 1.5 s and is gone 5 s after its last renewal. Age is measured against the newest renewal seen from anyone:
 * while none at all arrive, the trouble is on the road, and nobody expires.
 */
export class Membership {
  readonly #options: Required<Omit<MembershipOptions, "self">> & Pick<MembershipOptions, "self">;
  readonly #seen = new Map<string, number>();
  /** Whom the process has been told of as here. */
  readonly #told = new Set<string>();
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
    this.#options = { now: () => performance.now(), report: () => {}, renewals: new Troubles(() => {}), ...options };
  }

  /** The live members of a kind. */
  live(kind: MemberKind): MemberId[] {
    const prefix = `${kind}.`;
    const members: MemberId[] = [];
    for (const [key, seen] of this.#seen) {
      if (key.startsWith(prefix) && this.#isAlive(seen)) members.push(MemberId.parse(key.slice(prefix.length)));
    }
    return members;
  }

  /** Says goodbye, so that nobody waits for the lease to run out. */
  async leave(): Promise<void> {
    const { self, bucket, renewals } = this.#options;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (self !== undefined) await bucket.delete(keyOf(self)).catch((error) => renewals.failed(keyOf(self), error));
    this.#subscription?.close();
  }

  async #start(): Promise<void> {
    const { bus, bucket, self } = this.#options;
    // Subscribe before reading: a renewal that lands between the two is then seen twice, never missed.
    this.#subscription = bus.subscribe(bucket.subject, (message) =>
      this.#handle(message.subject, message.header("KV-Operation")),
    );
    if (self !== undefined) await bucket.put(keyOf(self), "1");
    for (const key of await bucket.keys()) this.#renewed(key);
    if (self === undefined) return;
    this.#renewed(keyOf(self));
    for (const key of this.#seen.keys()) this.#told.add(key);
    this.#timer = setInterval(() => {
      void this.#renew(keyOf(self));
      this.#look(keyOf(self));
    }, limits.memberRenewMs);
  }

  async #renew(key: string): Promise<void> {
    const { bucket, renewals } = this.#options;
    try {
      await bucket.put(key, "1");
      renewals.well(key);
    } catch (error) {
      renewals.failed(key, error);
    }
  }

  /**
   * What has changed since the last look. By a timer and not with each renewal: a process that was frozen finds all renewals at once, and
   * with the first of them alone everybody else would be gone.
   */
  #look(own: string): void {
    const { report } = this.#options;
    for (const [key, seen] of this.#seen) {
      if (!this.#isAlive(seen) || this.#told.has(key)) continue;
      this.#told.add(key);
      report({ what: "joined", ...memberOf(key) });
    }
    for (const key of this.#told) {
      const seen = this.#seen.get(key);
      if (key === own || (seen !== undefined && this.#isAlive(seen))) continue;
      this.#told.delete(key);
      report({ what: "gone", ...memberOf(key) });
    }
  }

  #isAlive(seen: number): boolean {
    return this.#newest - seen <= limits.memberTtlMs;
  }

  #handle(subject: string, operation: string): void {
    const key = subject.slice(this.#options.bucket.prefix.length);
    if (operation === "DEL" || operation === "PURGE") this.#left(key);
    else this.#renewed(key);
  }

  #left(key: string): void {
    this.#seen.delete(key);
    if (this.#told.delete(key) && this.#timer !== undefined) this.#options.report({ what: "left", ...memberOf(key) });
  }

  #renewed(key: string): void {
    // The bucket holds other leases too.
    const [kind, ...member] = key.split(".");
    if (!MemberKind.safeParse(kind).success || !MemberId.safeParse(member.join(".")).success) return;
    const now = this.#options.now();
    this.#seen.set(key, now);
    this.#newest = now;
    for (const [other, seen] of this.#seen) if (now - seen > 10 * limits.memberTtlMs) this.#seen.delete(other);
  }
}

function memberOf(key: string): { kind: MemberKind; member: MemberId } {
  const [kind, member] = key.split(".");
  return { kind: MemberKind.parse(kind), member: MemberId.parse(member) };
}

function keyOf({ kind, member }: { kind: MemberKind; member: MemberId }): string {
  return `${kind}.${member}`;
}
