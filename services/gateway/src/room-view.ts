/**
 * What a room is like, as this gateway knows it: the card that the room's owner keeps, and all events that came here after it. It says who
 * is let in, who gets a line, and how a line reads. Held by the room's feed, or made for one page of a room that is
 * not watched here. Pure: it knows no socket and no clock.
 */
import { hash32, isFor, isStaff, type Line, limits, type Publication, publicationOf, type Role } from "@madang/contracts";
import { RoomState } from "@madang/room-state";

/** Somebody who gets lines. */
export interface Recipient {
  readonly user: string;
  /** As the token says. */
  readonly role: Role;
  /** Whom they do not want to hear. */
  readonly blocked: ReadonlySet<string>;
  /** Of the user's name: their part of the audience comes from it. */
  readonly hash?: number;
}

/** What has changed for those who watch. */
export interface Changed {
  /** These may have been banned. */
  readonly banned: readonly string[] | "anybody";
  /** Lines that were read elsewhere may be tombstones of what is back. */
  readonly restored: boolean;
}

const nothing: Changed = { banned: [], restored: false };

export class RoomView {
  #state = new RoomState();
  /** Of the last event that is in the card. */
  #card = 0;
  /** Events between the card and this one may have passed this gateway by. */
  #unseenUpTo = Number.POSITIVE_INFINITY;
  /** While some are missing: what came here and is not in the card. A newer card is completed with it. */
  #since: Publication[] = [];
  /** From each offset on, into how many parts the audience is split; in rising order. */
  #shards: { from: number; shards: number }[] = [{ from: 0, shards: 1 }];
  #restoredAt: number | undefined;

  /** Of the last event that came here and brought something back. */
  get restoredAt(): number | undefined {
    return this.#restoredAt;
  }

  get state(): RoomState {
    return this.#state;
  }

  /** The room stands at that offset, and what comes after it will be told here: only a card knows what was before. */
  startAt(offset: number): void {
    this.#unseenUpTo = offset;
    if (this.#complete) this.#since = [];
  }

  /** Another life of the log: nothing that was known counts. */
  reset(): void {
    this.#state = new RoomState();
    this.#card = 0;
    this.#unseenUpTo = Number.POSITIVE_INFINITY;
    this.#since = [];
    this.#shards = [{ from: 0, shards: 1 }];
    this.#restoredAt = undefined;
  }

  /** A card, if it says more than is known. @throws z.ZodError | SyntaxError: it is of no version that this one reads */
  take(bytes: Uint8Array): Changed {
    const card = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (this.#knows(offsetIn(card))) return nothing;
    const state = RoomState.restore(JSON.parse(card.toString("utf8")));
    if (this.#knows(state.offset)) return nothing;
    const before = this.shardsAt(state.offset);
    const first = this.#card === 0;
    const missed = this.#since.filter(({ offset }) => offset > state.offset);
    this.#card = state.offset;
    this.#state = state;
    if (before !== state.shards) this.#reshard(first ? 0 : state.offset, state.shards);
    for (const event of missed) state.apply(event);
    this.#since = this.#complete ? [] : missed;
    return { banned: "anybody", restored: false };
  }

  /** Lines of the room, in their order. */
  apply(lines: readonly Line[]): Changed {
    const banned: string[] = [];
    let restored = false;
    for (const line of lines) {
      if (line.type === "posted") {
        if (line.offset > this.#state.offset) this.#state.passed(line.offset);
        continue;
      }
      const event = publicationOf(line);
      const { type } = event.tags;
      // Even one that is in the card: the lines between the two offsets are those of before.
      if (type === "resharded") this.#reshard(line.offset, event.data.shards as number);
      if (type === "restored") {
        restored = true;
        this.#restoredAt = Math.max(line.offset, this.#restoredAt ?? 0);
      }
      if (line.offset <= this.#state.offset) continue;
      this.#state.apply(event);
      if (!this.#complete) this.#since = [...this.#since, event].slice(-limits.changesRemembered);
      if (type === "moderated" && event.data.action === "ban") banned.push(event.data.user as string);
    }
    return banned.length === 0 && !restored ? nothing : { banned, restored };
  }

  /** The line as it reads now. */
  read(line: Line): Line {
    return this.#state.changes.view(line);
  }

  isBanned(user: string, now: number): boolean {
    return this.#state.sanctions.is("banned", user, now);
  }

  /** Whether others are to know that the user does something. */
  isHeard(user: string, now: number): boolean {
    return this.#state.sanctions.isHeard(user, now);
  }

  isStaff(reader: Pick<Recipient, "user" | "role">): boolean {
    return isStaff(this.#state.roleOf(reader));
  }

  /** Whether it is for them, be it by somebody whom they block. */
  isFor(line: Line, { user, role, hash }: Omit<Recipient, "blocked">): boolean {
    if (line.lane === "all") return true;
    const shards = this.shardsAt(line.offset);
    const shard = shards > 1 ? (hash ?? hash32(user)) % shards : undefined;
    return isFor({ user, staff: this.isStaff({ user, role }), shard }, line);
  }

  /** Into how many parts the audience was split when that line was written, as far as that is known. */
  shardsAt(offset: number): number {
    return this.#shards.findLast(({ from }) => from <= offset)?.shards ?? this.#shards[0]?.shards ?? 1;
  }

  /** Whether every event up to the head is in it. */
  get #complete(): boolean {
    return this.#card >= this.#unseenUpTo;
  }

  /** Whether a card of that offset says nothing new. */
  #knows(offset: number): boolean {
    if (!this.#complete) return offset <= this.#card;
    if (offset > this.#state.offset) return false;
    this.#card = Math.max(this.#card, offset);
    return true;
  }

  #reshard(from: number, shards: number): void {
    const others = this.#shards.filter((other) => other.from !== from);
    // Rooms are split and joined with hysteresis: so many times is an evening.
    this.#shards = [...others, { from, shards }].sort((a, b) => a.from - b.from).slice(-shardingsRemembered);
  }
}

const shardingsRemembered = 64;

/** Cards begin with it, and most need no second look: some have 300 KB. Infinite where it stands elsewhere. */
function offsetIn(card: Buffer): number {
  return Number(/^\{"v":1,"offset":(\d+)[,}]/.exec(card.toString("latin1", 0, 64))?.[1] ?? Number.POSITIVE_INFINITY);
}
