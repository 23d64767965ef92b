/** Rooms that were started in this browser, the last one first: the server lists nobody's rooms. */
export interface OwnRoom {
  readonly room: string;
  readonly title: string;
}

const key = "madang.home.rooms";
const kept = 8;

export function ownRooms(): readonly OwnRoom[] {
  try {
    const rooms: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(rooms) ? rooms.filter(isOwnRoom).slice(0, kept) : [];
  } catch {
    return [];
  }
}

export function rememberOwnRoom({ room, title }: OwnRoom): void {
  const rooms = [{ room, title }, ...ownRooms().filter((one) => one.room !== room)].slice(0, kept);
  try {
    localStorage.setItem(key, JSON.stringify(rooms));
  } catch {
    // Then one finds it by its link alone.
  }
}

function isOwnRoom(value: unknown): value is OwnRoom {
  if (typeof value !== "object" || value === null) return false;
  const { room, title } = value as { room?: unknown; title?: unknown };
  return typeof room === "string" && room !== "" && typeof title === "string";
}
