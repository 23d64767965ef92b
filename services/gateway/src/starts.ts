/** Rooms that visitors start themselves: whether they may, and how many. N7. */
import { ErrorCode, limits, RoomId, site, wire } from "@madang/contracts";
import { read } from "./arguments.ts";
import type { Gateway } from "./gateway.ts";
import type { DoorLimits } from "./limits/door-limits.ts";
import { Quotas } from "./limits/quotas.ts";
import type { OpenSession } from "./open-session.ts";
import { ReplyError } from "./reply-error.ts";
import { act, refused, resultOf } from "./room-commands.ts";

export interface StartsOptions {
  /** Whether anybody may start a room. */
  allowed: boolean;
  limits: Pick<DoorLimits, "startsPerUser" | "startsPerIp">;
  /** Monotonic, ms. */
  now?: () => number;
}

/** Who has started how many here lately. */
export class Starts {
  readonly allowed: boolean;
  readonly #users: Quotas;
  readonly #addresses: Quotas;
  readonly #now: () => number;

  constructor({ allowed, limits: { startsPerUser, startsPerIp }, now = () => performance.now() }: StartsOptions) {
    this.allowed = allowed;
    this.#users = new Quotas({ quota: startsPerUser, most: limits.startersRemembered });
    this.#addresses = new Quotas({ quota: startsPerIp, most: limits.startersRemembered });
    this.#now = now;
  }

  /** False: that is enough for now. A visitor is somebody new with each new identity, but their address stays. */
  take({ user, address }: { user: string; address: string | undefined }): boolean {
    const at = this.#now();
    // Who has had enough uses up nothing of their neighbours'.
    return this.#users.take(user, at) && (address === undefined || this.#addresses.take(address, at));
  }
}

/** A room of the caller's own. @throws ReplyError */
export async function startRoom(gateway: Gateway, client: OpenSession, data: unknown): Promise<wire.StartResult> {
  const { title } = read(wire.StartArguments, data);
  if (!gateway.starts.allowed) throw new ReplyError(ErrorCode.permissionDenied);
  const { user } = client.info;
  if (!gateway.starts.take({ user, address: client.address })) return refused(ErrorCode.tooMany);
  const room = roomNamed(title);
  // Whoever finds it meets its owner there already.
  for (const action of [{ type: "grant", user, role: "owner" } as const, { type: "room", title, state: "open" } as const]) {
    const result = resultOf(await act(gateway, room, { by: site, id: `start-${action.type}`, action }));
    if ("refused" in result) return result;
  }
  return { room };
}

const slugLength = 24;
const digits = "abcdefghijklmnopqrstuvwxyz234567";

/** The title's letters as far as an address can have them, and 60 bits that nobody guesses: a room of somebody else's is never met. */
function roomNamed(title: string): RoomId {
  const slug = title
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, slugLength)
    .replaceAll(/^-+|-+$/g, "");
  const random = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => digits[byte % digits.length]).join("");
  return RoomId.parse(`live:${slug || "room"}-${random}`);
}
