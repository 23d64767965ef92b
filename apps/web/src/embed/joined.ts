/** Connections of the chats on a page. Chats of one person at one Madang share theirs, and who is no member is one visitor, not several. */
import { connect, type IdentityStore, type Madang, type Room } from "@madang/client";

export interface Asked {
  /** Of the socket. */
  readonly url: string;
  readonly room: string;
  readonly token: string;
  readonly getToken?: (() => Promise<string>) | undefined;
}

export interface Joined {
  readonly client: Madang;
  readonly room: Room;
  leave(): void;
}

interface Shared {
  readonly client: Madang;
  /** How many chats are in each room. */
  readonly rooms: Map<string, number>;
}

const shared = new Map<string, Shared>();

export function join({ url, room, token, getToken }: Asked): Joined {
  const key = getToken === undefined ? `${url} ${token}` : Symbol();
  const connection = (typeof key === "string" ? shared.get(key) : undefined) ?? {
    client: connect({ url, token, identity: identityAt(url), ...(getToken === undefined ? {} : { getToken }) }),
    rooms: new Map<string, number>(),
  };
  if (typeof key === "string") shared.set(key, connection);
  const { client, rooms } = connection;
  rooms.set(room, (rooms.get(room) ?? 0) + 1);
  const joined = client.room(room);
  let left = false;
  return {
    client,
    room: joined,
    leave() {
      if (left) return;
      left = true;
      const others = (rooms.get(room) ?? 1) - 1;
      if (others > 0) {
        rooms.set(room, others);
        return;
      }
      rooms.delete(room);
      joined.leave();
      if (rooms.size > 0) return;
      if (typeof key === "string") shared.delete(key);
      client.close();
    },
  };
}

/** Of this Madang alone: another one's would not be believed. */
function identityAt(url: string): IdentityStore {
  const key = `madang.identity ${url}`;
  let kept: string | undefined;
  return {
    read() {
      try {
        return localStorage.getItem(key) ?? kept;
      } catch {
        return kept;
      }
    },
    write(identity) {
      kept = identity;
      try {
        localStorage.setItem(key, identity);
      } catch {
        // Browsers may keep nothing for a page within another one.
      }
    },
  };
}
