/** Rooms that one has moderated here lately, the last one first. */
const key = "madang.console.rooms";
const kept = 8;

export function recentRooms(): readonly string[] {
  try {
    const rooms: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(rooms) ? rooms.filter((room) => typeof room === "string").slice(0, kept) : [];
  } catch {
    return [];
  }
}

export function rememberRoom(room: string): void {
  try {
    localStorage.setItem(key, JSON.stringify([room, ...recentRooms().filter((one) => one !== room)].slice(0, kept)));
  } catch {
    // Then it is typed again.
  }
}
