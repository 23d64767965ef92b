/** Where a new owner goes on. Pure: it weighs what the log, the registry, the snapshot and the store say of a room. */
import { type Epoch, newEpoch, type Position } from "@madang/contracts";
import type { RoomEntry } from "./registry.ts";

export interface Testimony {
  /** The room's last record, if the log still has one. */
  last: { epoch: Epoch; head: number; generation: number } | undefined;
  entry: RoomEntry | undefined;
  snapshot: { epoch: Epoch; head: number; generation: number } | undefined;
  /** Where the store stands with it; undefined if it does not know the room, or does not answer. */
  stored: Position | undefined;
  /** The epoch of rooms that begin. */
  logEpoch: Epoch;
}

export interface Origin {
  epoch: Epoch;
  generation: number;
  head: number;
  /** The log has lost history: where the room stood in its former epoch, as far as anybody remembers. */
  lost?: Position;
}

export function originOf({ last, entry, snapshot, stored, logEpoch }: Testimony): Origin {
  const generation = Math.max(last?.generation ?? 0, entry?.generation ?? 0, snapshot?.generation ?? 0) + 1;
  const known = last ?? withoutRecords({ entry, snapshot, stored });
  const remembered = furthest([entry && positionOf(entry), snapshot && positionOf(snapshot), stored]);
  if (known === undefined && remembered === undefined) return { epoch: logEpoch, generation, head: 0 };
  if (known !== undefined && known.head >= (remembered?.offset ?? 0)) return { epoch: known.epoch, generation, head: known.head };
  // Offsets that were given once are never given again, and clients hear of the loss by a new epoch.
  const lost = remembered ?? { epoch: logEpoch, offset: 0 };
  return { epoch: newEpoch(), generation, head: lost.offset, lost };
}

/** All records aged out, or were purged once they were stored: those of the same epoch who remember the room go on for them. */
function withoutRecords({
  entry,
  snapshot,
  stored,
}: Pick<Testimony, "entry" | "snapshot" | "stored">): { epoch: Epoch; head: number } | undefined {
  if (entry === undefined || entry.restored) return undefined;
  const { epoch } = entry;
  const heads = [entry.head, snapshot?.epoch === epoch ? snapshot.head : 0, stored?.epoch === epoch ? stored.offset : 0];
  return { epoch, head: Math.max(...heads) };
}

const positionOf = ({ epoch, head }: { epoch: Epoch; head: number }): Position => ({ epoch, offset: head });

function furthest(positions: readonly (Position | undefined)[]): Position | undefined {
  let found: Position | undefined;
  for (const position of positions) if (position && position.offset > (found?.offset ?? 0)) found = position;
  return found;
}
