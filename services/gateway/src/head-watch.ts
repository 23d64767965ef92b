/**
 * Asks the owners of the rooms watched here how far they are. A message that got lost on its way is missed when the next one comes; the
 * very last one is missed by nothing but this.
 */
import type { Bus } from "@madang/bus";
import {
  decodeJson,
  encodeJson,
  type HeadsQuery,
  HeadsReply,
  limits,
  type MemberId,
  type RoomId,
  rendezvous,
  subjects,
} from "@madang/contracts";
import { pause } from "@madang/runtime";
import type { Hub } from "./hub.ts";

export interface HeadWatchOptions {
  bus: Pick<Bus, "request">;
  hub: Pick<Hub, "get" | "feeds">;
  /** Live room services. */
  members: () => MemberId[];
  pause?: (ms: number) => Promise<void>;
}

export class HeadWatch {
  readonly #options: Required<HeadWatchOptions>;
  #owners = new Map<RoomId, MemberId>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HeadWatchOptions) {
    this.#options = { pause, ...options };
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), limits.headsEveryMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** One round. A member that does not answer is asked again in the next. */
  async look(): Promise<void> {
    const members = this.#options.members();
    const owners = new Map<RoomId, MemberId>();
    const byCandidate = new Map<MemberId, RoomId[]>(members.map((member) => [member, []]));
    const moved: RoomId[] = [];
    for (const { room } of this.#options.hub.feeds()) {
      const ranked = rendezvous(room, members);
      const [owner] = ranked;
      if (owner === undefined) continue;
      owners.set(room, owner);
      for (const candidate of ranked.slice(0, limits.headsCandidates)) byCandidate.get(candidate)?.push(room);
      // Its former owner may be gone, and nobody has it awake: then the log itself is asked, once.
      if ((this.#owners.get(room) ?? owner) !== owner) moved.push(room);
    }
    this.#owners = owners;
    await Promise.all([
      ...[...byCandidate].flatMap(([member, rooms]) => slices(rooms).map((slice) => this.#ask(member, slice))),
      ...moved.map((room) => this.#options.hub.get(room)?.recheck()),
    ]);
  }

  async #ask(member: MemberId, rooms: RoomId[]): Promise<void> {
    const { bus, hub, pause } = this.#options;
    const query: HeadsQuery = { v: 1, rooms };
    let reply: HeadsReply;
    try {
      reply = decodeJson(
        HeadsReply,
        await bus.request(subjects.heads(member), encodeJson(query), { timeoutMs: limits.headsRequestMs }),
      );
    } catch {
      return;
    }
    const ahead = reply.heads.filter(({ room, epoch, offset }) => hub.get(room)?.isBehind({ epoch, offset }) ?? false);
    if (ahead.length === 0) return;
    await pause(limits.headsGraceMs);
    for (const { room, epoch, offset } of ahead) hub.get(room)?.catchUp({ epoch, offset });
  }
}

function slices(rooms: readonly RoomId[]): RoomId[][] {
  const count = Math.ceil(rooms.length / limits.headsRooms);
  return Array.from({ length: count }, (_, i) => rooms.slice(i * limits.headsRooms, (i + 1) * limits.headsRooms));
}
