/** Where a new owner goes on. Pure: it weighs what the log, the registry, the snapshot and the store say of a room. */
import { type Epoch, limits, newEpoch, type Position } from "@madang/contracts";
import type { RoomEntry } from "./registry.ts";
import type { WriterPosition } from "./standing.ts";

/** What those say of a room who remember it beside its log. */
export interface Testimony {
  readonly entry: RoomEntry | undefined;
  readonly snapshot: WriterPosition | undefined;
  /** Where the store stands with it; undefined if it does not know the room. Silent: it does not answer. */
  readonly stored: Position | undefined | "silent";
}

/** What the log itself says. */
export interface Logged {
  /** Of the room's last record, if there still is one; of the last that can be read. */
  readonly last: WriterPosition | undefined;
  /** How many come behind it that cannot be read. Each may hold as many events as a batch does. */
  readonly unreadable: number;
  /** The epoch of rooms that begin. */
  readonly logEpoch: Epoch;
}

export interface Lost extends Position {
  /** Up to here log or store still has what there was. What came after that may be nowhere: a repeat of it is a new message. */
  readonly kept: number;
}

export interface Origin {
  epoch: Epoch;
  generation: number;
  head: number;
  /** The log has lost history, or nobody can read it: where the room stood in its former epoch, as far as anybody remembers. */
  lost?: Lost;
}

export function originOf(testimony: Testimony, { last, unreadable, logEpoch }: Logged): Origin {
  const { entry, snapshot } = testimony;
  const stored = testimony.stored === "silent" ? undefined : testimony.stored;
  const generation = Math.max(last?.generation ?? 0, entry?.generation ?? 0, snapshot?.generation ?? 0) + 1;
  const known = last ?? withoutRecords(testimony);
  const remembered = furthest([entry && positionOf(entry), snapshot && positionOf(snapshot), stored]);
  if (unreadable === 0) {
    if (known === undefined && remembered === undefined) return { epoch: logEpoch, generation, head: 0 };
    if (known !== undefined && known.head >= (remembered?.offset ?? 0))
      return { epoch: known.epoch, generation, head: known.head };
  }
  // Offsets that were given once are never given again, and clients hear of the loss by a new epoch.
  const former = furthest([known && positionOf(known), remembered]) ?? { epoch: logEpoch, offset: 0 };
  // A snapshot older than that epoch knows what was lost when the epoch began. How much was kept then the registry says, if it heard of it;
  // else the event that said so may be lost as well, and the store have a hole below its head, so that it does not count.
  const snapshotIsOlder = snapshot !== undefined && snapshot.epoch !== former.epoch;
  const before = snapshotIsOlder ? (entry?.epoch === former.epoch ? entry.rewound?.kept : undefined) : Number.POSITIVE_INFINITY;
  // A restored entry is the store's own word.
  const elsewhere = Math.max(stored?.offset ?? 0, entry?.state === "restored" ? entry.head : 0);
  const kept = Math.max(last?.head ?? 0, Math.min(elsewhere, before ?? 0));
  return { epoch: newEpoch(), generation, head: former.offset + unreadable * limits.batchEvents, lost: { ...former, kept } };
}

/**
 * All records aged out, or were purged once they were stored: those of the same epoch who remember the room go on for them. Undefined: no
 * owner ever entered it, its entry is only the store's word, or the store lacks some of what is remembered; that was never purged, so it
 * is lost.
 */
function withoutRecords({ entry, snapshot, stored }: Testimony): { epoch: Epoch; head: number } | undefined {
  if (entry === undefined || entry.state === "restored") return undefined;
  const { epoch } = entry;
  const remembered = Math.max(entry.head, snapshot?.epoch === epoch ? snapshot.head : 0);
  if (stored === "silent") return { epoch, head: remembered };
  const there = stored?.epoch === epoch ? stored.offset : 0;
  return there < remembered ? undefined : { epoch, head: there };
}

const positionOf = ({ epoch, head }: { epoch: Epoch; head: number }): Position => ({ epoch, offset: head });

function furthest(positions: readonly (Position | undefined)[]): Position | undefined {
  let found: Position | undefined;
  for (const position of positions) if (position && position.offset > (found?.offset ?? 0)) found = position;
  return found;
}
