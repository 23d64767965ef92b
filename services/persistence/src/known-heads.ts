import type { Position, RoomId } from "@madang/contracts";

/** Rooms of one stream, some 150 bytes each; far more than are in the transactions under way, which must not be forgotten. */
const atMost = 5_000;

/**
 * Where rooms stand once all that was made of them is stored: only the one projector of their stream moves them. Of rooms that have long
 * been silent the store is asked again.
 */
export class KnownHeads {
  readonly #heads = new Map<RoomId, Position>();

  get(room: RoomId): Position | undefined {
    return this.#heads.get(room);
  }

  set(room: RoomId, position: Position): void {
    // Behind all others: the first are those that nothing came of for the longest time.
    this.#heads.delete(room);
    this.#heads.set(room, position);
    const [oldest] = this.#heads.size > atMost ? this.#heads.keys() : [];
    if (oldest !== undefined) this.#heads.delete(oldest);
  }

  unknownOf(records: Iterable<{ room: RoomId }>): RoomId[] {
    const unknown = new Set<RoomId>();
    for (const { room } of records) if (!this.#heads.has(room)) unknown.add(room);
    return [...unknown];
  }
}
