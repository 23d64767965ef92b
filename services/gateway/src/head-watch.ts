/**
 * Asks the owners of the rooms watched here how far they are. A message that got lost on its way is missed when the next one comes; the
 * very last one is missed by nothing but this. With the question they are told how many watch here.
 */
import { type Audience, type HeadsQuery, limits, type MemberId, type RoomId } from "@madang/contracts";
import { pause } from "@madang/runtime";
import { Audiences } from "./audience.ts";
import type { Hub } from "./hub.ts";
import type { Owners } from "./owners.ts";

export interface HeadWatchOptions {
  /** This gateway. */
  self: MemberId;
  owners: Pick<Owners, "candidates" | "ask">;
  hub: Pick<Hub, "get" | "feeds">;
  pause?: (ms: number) => Promise<void>;
}

/** What one member is asked and told. */
interface Part {
  readonly rooms: RoomId[];
  readonly audiences: Audience[];
}

export class HeadWatch {
  readonly #options: Required<HeadWatchOptions>;
  readonly #audiences = new Audiences();
  /** By room, as of the last look. */
  #firsts = new Map<RoomId, MemberId>();
  #timers: readonly NodeJS.Timeout[] = [];

  constructor(options: HeadWatchOptions) {
    this.#options = { pause, ...options };
  }

  start(): void {
    this.#timers = [
      setInterval(() => void this.look(), limits.headsEveryMs).unref(),
      setInterval(() => void this.report(), limits.audienceEveryMs).unref(),
    ];
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** One round. A member that does not answer is asked again in the next. */
  async look(): Promise<void> {
    const { hub } = this.#options;
    const candidatesOf = this.#options.owners.candidates();
    const firsts = new Map<RoomId, MemberId>();
    const parts = new Parts(candidatesOf);
    const moved: RoomId[] = [];
    for (const { room } of hub.feeds()) {
      const [first] = candidatesOf(room);
      if (first === undefined) continue;
      firsts.set(room, first);
      parts.ask(room);
      // Its former owner may be gone, and nobody has it awake: then the log itself is asked, once.
      if ((this.#firsts.get(room) ?? first) !== first) moved.push(room);
    }
    for (const audience of this.#audiences.all(hub.feeds())) parts.tell(audience);
    this.#firsts = firsts;
    await Promise.all([this.#send(parts), ...moved.map((room) => hub.get(room)?.recheck())]);
  }

  /** Tells how many watch where that has changed. What nobody has heard is told again in the next second. */
  async report(): Promise<void> {
    const parts = new Parts(this.#options.owners.candidates());
    for (const audience of this.#audiences.changed(this.#options.hub.feeds())) parts.tell(audience);
    await this.#send(parts);
  }

  async #send(parts: Parts): Promise<void> {
    await Promise.all([...parts].map(([member, part]) => this.#ask(member, part)));
  }

  async #ask(member: MemberId, { rooms, audiences }: Part): Promise<void> {
    const { self, owners, hub, pause } = this.#options;
    const query: HeadsQuery = { v: 1, rooms, gateway: self, audiences };
    const heads = await owners.ask(member, query);
    if (heads === undefined) return;
    for (const audience of audiences) this.#audiences.heard(audience);
    const ahead = heads.filter(({ room, epoch, offset }) => hub.get(room)?.isBehind({ epoch, offset }) ?? false);
    if (ahead.length === 0) return;
    await pause(limits.headsGraceMs);
    for (const { room, epoch, offset } of ahead) hub.get(room)?.catchUp({ epoch, offset });
  }
}

/** Questions and news for those who may own the rooms, in messages of a bounded size. */
class Parts {
  readonly #candidatesOf: (room: RoomId) => readonly MemberId[];
  readonly #byMember = new Map<MemberId, { part: Part; bytes: number }[]>();

  constructor(candidatesOf: (room: RoomId) => readonly MemberId[]) {
    this.#candidatesOf = candidatesOf;
  }

  ask(room: RoomId): void {
    for (const member of this.#candidatesOf(room)) this.#place(member, room.length).rooms.push(room);
  }

  tell(audience: Audience): void {
    const bytes = Buffer.byteLength(JSON.stringify(audience));
    for (const member of this.#candidatesOf(audience.room)) this.#place(member, bytes).audiences.push(audience);
  }

  *[Symbol.iterator](): IterableIterator<[MemberId, Part]> {
    for (const [member, parts] of this.#byMember) for (const { part } of parts) yield [member, part];
  }

  #place(member: MemberId, bytes: number): Part {
    const parts = this.#byMember.get(member) ?? [];
    this.#byMember.set(member, parts);
    const last = parts.at(-1);
    const hasPlace =
      last !== undefined &&
      last.part.rooms.length < limits.headsRooms &&
      last.part.audiences.length < limits.headsRooms &&
      last.bytes + bytes <= limits.headsBytes;
    if (hasPlace) {
      last.bytes += bytes;
      return last.part;
    }
    const part: Part = { rooms: [], audiences: [] };
    parts.push({ part, bytes });
    return part;
  }
}
