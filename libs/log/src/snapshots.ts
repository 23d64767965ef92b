import { type Epoch, type RoomId, roomKey } from "@madang/contracts";
import type { Bucket } from "./ports.ts";

/** What a room's owner knew once: enough to go on from, together with the records after `sequence`. */
export interface Snapshot {
  readonly epoch: Epoch;
  readonly generation: number;
  readonly head: number;
  /** The stream sequence of the record that ends at `head`. */
  readonly sequence: number;
  /** The room's own words. */
  readonly state: unknown;
}

/**
 * The last snapshot of each room, kept for ever: it also remembers where a room stood whose records have all aged out. A former
 * owner that saves late puts an older one in place, which is still true, only with a longer tail after it.
 */
export class Snapshots {
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  /** A snapshot of another version counts as none. @throws LogUnavailable */
  async load(room: RoomId): Promise<Snapshot | undefined> {
    const bytes = await this.#bucket.get(roomKey(room));
    if (bytes === undefined) return undefined;
    try {
      const { v, ...snapshot } = JSON.parse(Buffer.from(bytes).toString("utf8"));
      return v === 1 && Number.isSafeInteger(snapshot.head) && Number.isSafeInteger(snapshot.sequence) ? snapshot : undefined;
    } catch {
      return undefined;
    }
  }

  /** @throws LogUnavailable */
  async save(room: RoomId, snapshot: Snapshot): Promise<void> {
    await this.#bucket.put(roomKey(room), Buffer.from(JSON.stringify({ v: 1, ...snapshot })));
  }
}
