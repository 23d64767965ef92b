/** Rooms that this member has claimed in the place of one that gives no sign of life: told in sums, for there may be thousands at once. */
import type { MemberId } from "@madang/contracts";

export interface StandInsOptions {
  report: (news: { member: MemberId; rooms: number }) => void;
  /** Resolves when it is time for the sum. */
  pause: () => Promise<void>;
}

export class StandIns {
  readonly #options: StandInsOptions;
  readonly #rooms = new Map<MemberId, number>();

  constructor(options: StandInsOptions) {
    this.#options = options;
  }

  /** One room more. */
  add(member: MemberId): void {
    const rooms = this.#rooms.get(member);
    this.#rooms.set(member, (rooms ?? 0) + 1);
    if (rooms === undefined) void this.#tell(member);
  }

  async #tell(member: MemberId): Promise<void> {
    const { report, pause } = this.#options;
    await pause();
    report({ member, rooms: this.#rooms.get(member) ?? 0 });
    this.#rooms.delete(member);
  }
}
