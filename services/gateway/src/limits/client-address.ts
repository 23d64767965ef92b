/** Whose connection it is, as far as limits for each address go. */
import { BlockList, isIP, isIPv6 } from "node:net";

/** What of a request is looked at. */
export interface Arrival {
  /** Of whoever holds the other end. */
  readonly peer: string | undefined;
  /** `X-Forwarded-For`, as it came. */
  readonly forwardedFor: string | undefined;
}

export class ClientAddresses {
  readonly #trusted: BlockList;

  /** @param trusted addresses and ranges (`10.0.0.0/8`) of proxies whose word is taken. */
  constructor(trusted: readonly string[] = []) {
    this.#trusted = blockListOf(trusted);
  }

  /**
   * The address that limits count, IPv6 by its /64. Each proxy adds to `X-Forwarded-For` whom it heard it from: read from its end, as long
   * as who says so is trusted. Undefined where an address says nothing of anybody: on this very machine, and for a trusted proxy that names nobody.
   */
  of({ peer, forwardedFor }: Arrival): string | undefined {
    let address = plain(peer ?? "");
    if (address === undefined) return undefined;
    const trustsPeer = contains(this.#trusted, address);
    if (!trustsPeer) return contains(loopback, address) ? undefined : keyOf(address);
    for (const hop of (forwardedFor ?? "").split(",").reverse()) {
      const before = plain(hop);
      // What cannot be read may hide anybody: the last one that was named is whom it came from.
      if (before === undefined || !contains(this.#trusted, address)) break;
      address = before;
    }
    return contains(this.#trusted, address) ? undefined : keyOf(address);
  }

  /** A proxy names somebody, and its word is not taken: it was not listed, so all whom it lets in count as one, or as nobody. */
  passesOver({ peer, forwardedFor }: Arrival): boolean {
    const address = plain(peer ?? "");
    return forwardedFor !== undefined && address !== undefined && !contains(this.#trusted, address);
  }
}

/** @throws Error for what is no address and no range */
export function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits, ...rest] = range.split("/");
    const plainAddress = plain(address);
    const longest = isIPv6(plainAddress ?? "") ? 128 : 32;
    const wellFormed = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
    if (plainAddress === undefined || rest.length > 0 || !wellFormed) throw new Error(`${range} is no address and no range`);
    list.addSubnet(plainAddress, bits === undefined ? longest : Number(bits), familyOf(plainAddress));
  }
  return list;
}

/** Without a port, brackets, zone, or the dress of IPv6 around an IPv4 address. Undefined for what is no address. */
function plain(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1")
    .replace(/^\[([^\]]+)\](?::\d+)?$/, "$1")
    .replace(/%.*$/, "")
    .replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
  return isIP(bare) === 0 ? undefined : bare;
}

const familyOf = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4");
const contains = (list: BlockList, address: string) => list.check(address, familyOf(address));
const loopback = blockListOf(["127.0.0.0/8", "::1"]);

/** Whoever has an IPv6 address has a /64 of them. */
function keyOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [front = "", back] = address.toLowerCase().split("::");
  const head = front === "" ? [] : front.split(":");
  const tail = back === undefined || back === "" ? [] : back.split(":");
  const groups =
    back === undefined ? head : [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => "0"), ...tail];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
