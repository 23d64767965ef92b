/** How many watch each room here, as its owner is told: exactly while they are few, and with a sketch of who they are beyond. */
import { type Audience, limits, type RoomId } from "@madang/contracts";
import { HyperLogLog } from "@madang/room-state";
import type { Feed } from "./feed.ts";

export type Watched = Pick<Feed, "room" | "audience" | "infos">;

export function audienceOf({ room, infos }: { room: RoomId; infos: readonly { user: string }[] }): Audience {
  const clients = infos.length;
  const users = new Set<string>();
  for (const { user } of infos) {
    users.add(user);
    if (users.size > limits.presenceClients) return { room, clients, sketch: sketchOf(infos) };
  }
  return { room, clients, users: [...users] };
}

function sketchOf(infos: readonly { user: string }[]): string {
  const sketch = new HyperLogLog();
  for (const { user } of infos) sketch.add(user);
  return sketch.encode();
}

/** What owners have been told. A room that nobody watches any more is told of once, and then forgotten. */
export class Audiences {
  /** Connections, where there were any. */
  readonly #told = new Map<RoomId, number>();

  /** Of every room that is watched, or was when it was told of last. */
  all(feeds: Iterable<Watched>): Audience[] {
    return this.#of(feeds, () => true);
  }

  /** Of those where the number of connections is another than was told. */
  changed(feeds: Iterable<Watched>): Audience[] {
    return this.#of(feeds, ({ room, audience }) => audience !== (this.#told.get(room) ?? 0));
  }

  /** An owner has heard it. */
  heard({ room, clients }: Audience): void {
    if (clients === 0) this.#told.delete(room);
    else this.#told.set(room, clients);
  }

  #of(feeds: Iterable<Watched>, isWanted: (feed: Watched) => boolean): Audience[] {
    const audiences: Audience[] = [];
    const watched = new Set<RoomId>();
    for (const feed of feeds) {
      const { room, audience } = feed;
      if (audience === 0) continue;
      watched.add(room);
      if (isWanted(feed)) audiences.push(audienceOf({ room, infos: feed.infos() }));
    }
    for (const room of this.#told.keys()) if (!watched.has(room)) audiences.push(audienceOf({ room, infos: [] }));
    return audiences;
  }
}
