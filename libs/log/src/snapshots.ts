import { decodeJson, type Epoch, encodeJson, type RoomId, roomKey, StoredSnapshot } from "@madang/contracts";
import type { Bucket } from "./ports.ts";

/** What a room's owner knew once: enough to go on from, together with the records after `sequence`. */
export interface Snapshot {
  readonly epoch: Epoch;
  readonly generation: number;
  readonly head: number;
  /** The stream sequence of the record that ends at `head`. */
  readonly sequence: number;
  /** That record's: a log that was put back gives its sequence to another. */
  readonly batchId: string;
  /** The room's own words. */
  readonly state: unknown;
}

/** A snapshot as it is stored; `revision` is what the next one is put over. */
export interface LoadedSnapshot extends Snapshot {
  readonly revision: number;
}

/** The last snapshot of each room, kept for ever. A former owner that saves late never takes the place of a newer one. */
export class Snapshots {
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  /** A snapshot of another version counts as none. @throws LogUnavailable */
  async load(room: RoomId): Promise<LoadedSnapshot | undefined> {
    const found = await this.#bucket.get(roomKey(room));
    return found === undefined ? undefined : decode(found.value, found.revision);
  }

  /**
   * `over`: the revision that the owner has loaded or saved last, if any. Answers the new one; undefined when a later owner has saved
   * meanwhile.
   *
   * @throws LogUnavailable | OutcomeUnknown
   */
  async save(room: RoomId, snapshot: Snapshot, over: number | undefined): Promise<number | undefined> {
    const key = roomKey(room);
    const value = encodeJson({ v: 1, ...snapshot } satisfies StoredSnapshot);
    const saved = await this.#bucket.replace(key, value, over);
    if (saved !== undefined) return saved;
    // Our own earlier save may have gone through without an answer. A value that cannot be read is nobody's.
    const found = await this.#bucket.get(key);
    const there = found === undefined ? undefined : decode(found.value, found.revision);
    if (there !== undefined && there.generation > snapshot.generation) return undefined;
    return this.#bucket.replace(key, value, found?.revision);
  }
}

function decode(bytes: Uint8Array, revision: number): LoadedSnapshot | undefined {
  try {
    const { v: _, ...snapshot } = decodeJson(StoredSnapshot, bytes);
    return { ...snapshot, revision };
  } catch {
    return undefined;
  }
}
