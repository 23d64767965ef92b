/** Which member should run a room. Only a matter of liveness: two that think it is theirs cannot fork it, for the log refuses one. */

import { type Membership, Pings, type PingsOptions } from "@madang/bus";
import { limits, type MemberId, type RoomId, rendezvous } from "@madang/contracts";

/** The room belongs to another member, which is alive; or it was lost to another one a moment ago. */
export class NotOwner extends Error {
  override readonly name = "NotOwner";
  /** Who gave a sign of life. */
  readonly owner: MemberId | undefined;

  constructor(message: string, owner?: MemberId) {
    super(message);
    this.owner = owner;
  }
}

export interface PlacementOptions {
  self: MemberId;
  bus: PingsOptions["bus"];
  /** Whether the leases have a leader. When the server that leads them dies, others lose their connection with it, and are not gone. */
  steady: () => Promise<boolean>;
  membership: Pick<Membership, "live">;
  /** Monotonic, ms. */
  now?: () => number;
  /** From 0 up to 1. */
  random?: () => number;
}

export class Placement {
  readonly #options: Required<Omit<PlacementOptions, "bus" | "steady">>;
  readonly #pings: Pings;
  /** Rooms that another has claimed from us, and until when they are left to it. */
  readonly #lost = new Map<RoomId, number>();

  constructor({ bus, steady, ...options }: PlacementOptions) {
    this.#pings = new Pings({ bus, steady });
    this.#options = { now: () => performance.now(), random: Math.random, ...options };
  }

  /**
   * Resolves if this member may claim the room: it is the first candidate, or those before it give no sign of life. Answers in whose place
   * it does, if it is not the first. @throws NotOwner
   */
  async mayClaim(room: RoomId): Promise<MemberId | undefined> {
    const { self, membership } = this.#options;
    if (this.#isLost(room)) throw new NotOwner(`${room} was claimed by another a moment ago`);
    const ranked = rendezvous(room, membership.live("room"));
    // One that does not find itself among the living asks all of them.
    const place = ranked.indexOf(self);
    const before = place < 0 ? ranked : ranked.slice(0, place);
    const alive = await Promise.all(before.map((candidate) => this.#pings.answers(candidate)));
    const owner = before.find((_, index) => alive[index]);
    if (owner !== undefined) throw new NotOwner(`${room} belongs to ${owner}`, owner);
    return before[0];
  }

  /**
   * Another has claimed the room while we had it, or wanted it. One that stands before us is asked for a sign of life anyway. One that
   * stands behind us took us for dead: it is left alone for `limits.claimAgainMs` and up to as much again, so that the two of us do not
   * take the room from each other with every command.
   */
  handleLost(room: RoomId): void {
    const { self, membership, now, random } = this.#options;
    if (rendezvous(room, membership.live("room"))[0] !== self) return;
    for (const [other, until] of this.#lost) if (until <= now()) this.#lost.delete(other);
    this.#lost.set(room, now() + limits.claimAgainMs * (1 + random()));
  }

  #isLost(room: RoomId): boolean {
    const until = this.#lost.get(room);
    return until !== undefined && until > this.#options.now();
  }
}
