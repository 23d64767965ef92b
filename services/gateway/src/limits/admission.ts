/** Who may come in: so many at a time and so many a second, in all and of each address. What is refused costs next to nothing, and harms nobody else. */
import { limits } from "@madang/contracts";
import { TokenBucket } from "@madang/runtime";
import type { DoorLimits } from "./door-limits.ts";
import { Quotas } from "./quotas.ts";

/** Why somebody is not let in: of their own address there are too many, or too many in all. */
export type Refused = "address-full" | "address-rate" | "full" | "rate";

export interface AdmissionOptions {
  limits: Pick<DoorLimits, "connections" | "connectionsPerIp" | "newConnections" | "newConnectionsPerIp">;
  /** Monotonic, ms. */
  now?: () => number;
}

export class Admission {
  readonly #options: Required<AdmissionOptions>;
  readonly #newOfAddress: Quotas;
  readonly #newOfAll: TokenBucket;
  /** Of addresses that have any: as many as there are connections at the most. */
  readonly #open = new Map<string, number>();
  #connections = 0;

  constructor(options: AdmissionOptions) {
    this.#options = { now: () => performance.now(), ...options };
    const { newConnections, newConnectionsPerIp } = options.limits;
    this.#newOfAddress = new Quotas({ quota: newConnectionsPerIp, most: limits.addressesRemembered });
    this.#newOfAll = new TokenBucket(newConnections, this.#options.now());
  }

  get connections(): number {
    return this.#connections;
  }

  /** Takes a place, which the function returned gives back. @param address none: it counts for all alone */
  admit(address: string | undefined): (() => void) | Refused {
    const { limits: most, now } = this.#options;
    const at = now();
    const open = address === undefined ? 0 : (this.#open.get(address) ?? 0);
    // An address before all of them: who floods uses up nobody else's share.
    if (open >= most.connectionsPerIp) return "address-full";
    if (address !== undefined && !this.#newOfAddress.take(address, at)) return "address-rate";
    if (this.#connections >= most.connections) return "full";
    if (!this.#newOfAll.take(at)) return "rate";
    this.#connections++;
    if (address !== undefined) this.#open.set(address, open + 1);
    return this.#placeOf(address);
  }

  #placeOf(address: string | undefined): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#connections--;
      if (address === undefined) return;
      const left = (this.#open.get(address) ?? 1) - 1;
      if (left === 0) this.#open.delete(address);
      else this.#open.set(address, left);
    };
  }
}
