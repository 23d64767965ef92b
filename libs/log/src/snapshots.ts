import { type Epoch, type RoomId, roomKey } from "@madang/contracts";
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
    const value = Buffer.from(JSON.stringify({ v: 1, ...snapshot }));
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
    // Earlier ones named no batch: their tail is read from the start.
    const { v, ...snapshot } = { batchId: "", ...JSON.parse(Buffer.from(bytes).toString("utf8")) };
    const numbers = [snapshot.head, snapshot.sequence, snapshot.generation].every(Number.isSafeInteger);
    const readable = v === 1 && numbers;
    return readable ? { ...snapshot, revision } : undefined;
  } catch {
    return undefined;
  }
}
