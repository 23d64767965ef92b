/** Which member should run a room. Only a matter of liveness: two that think it is theirs cannot fork it, for the log refuses one. */

import type { Bus, Membership } from "@madang/bus";
import { limits, type MemberId, type RoomId, rendezvous, subjects } from "@madang/contracts";

/** The room belongs to another member, which is alive. */
export class NotOwner extends Error {
  override readonly name = "NotOwner";
}

export class Placement {
  readonly #self: MemberId;
  readonly #bus: Bus;
  readonly #membership: Membership;

  constructor(options: { self: MemberId; bus: Bus; membership: Membership }) {
    this.#self = options.self;
    this.#bus = options.bus;
    this.#membership = options.membership;
  }

  /** Resolves if this member may claim the room: it is the first candidate, or those before it give no sign of life. @throws NotOwner */
  async mayClaim(room: RoomId): Promise<void> {
    for (const candidate of rendezvous(room, this.#membership.live("room"))) {
      if (candidate === this.#self) return;
      if (await this.#answers(candidate)) throw new NotOwner(`${room} belongs to ${candidate}`);
    }
  }

  async #answers(member: MemberId): Promise<boolean> {
    try {
      await this.#bus.request(subjects.ping(member), new Uint8Array(), { timeoutMs: limits.ownerPingMs });
      return true;
    } catch {
      return false;
    }
  }
}
