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

export function join(asked: Asked): Joined {
  const { room, getToken, url, token } = asked;
  // Where a page gives tokens itself, it may give each chat another one.
  const key = getToken === undefined ? `${url} ${token}` : undefined;
  const connection = connectionOf(key, asked);
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
      if (key !== undefined && shared.get(key) === connection) shared.delete(key);
      client.close();
    },
  };
}

/** One that has ended for good is nobody's any more who comes new. */
function connectionOf(key: string | undefined, { url, token, getToken }: Asked): Shared {
  const known = key === undefined ? undefined : shared.get(key);
  if (known !== undefined && known.client.connection.kind !== "closed") return known;
  const client = connect({ url, token, identity: identityAt(url), ...(getToken === undefined ? {} : { getToken }) });
  const connection = { client, rooms: new Map<string, number>() };
  if (key !== undefined) shared.set(key, connection);
  return connection;
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
