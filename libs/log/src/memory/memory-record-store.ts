import type { RoomId } from "@madang/contracts";
import { AppendRefused } from "../errors.ts";
import type { Bucket, NewRecord, RecordStore, StoredRecord, Versioned } from "../ports.ts";

/** A record store in memory: one stream for all rooms, so that a room's sequences have holes as they have in JetStream. */
export class MemoryRecordStore implements RecordStore {
  readonly #rooms = new Map<RoomId, StoredRecord[]>();
  readonly #now: () => number;
  #life = 0;
  #sequence = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get life(): number {
    return this.#life;
  }

  async append(room: RoomId, record: NewRecord, expectedLast: number): Promise<number> {
    const records = this.#rooms.get(room) ?? [];
    if ((records.at(-1)?.sequence ?? 0) !== expectedLast)
      throw new AppendRefused(`the last record of ${room} is not ${expectedLast}`);
    const stored = { room, sequence: ++this.#sequence, time: this.#now(), ...record };
    this.#rooms.set(room, [...records, stored]);
    return stored.sequence;
  }

  async last(room: RoomId): Promise<StoredRecord | undefined> {
    return this.#rooms.get(room)?.at(-1);
  }

  async at(room: RoomId, sequence: number): Promise<StoredRecord | undefined> {
    return this.#rooms.get(room)?.find((record) => record.sequence >= sequence);
  }

  async *scan(room: RoomId, { from, until }: { from: number; until: number }): AsyncIterable<StoredRecord> {
    for (const record of this.#rooms.get(room) ?? []) if (record.sequence >= from && record.sequence <= until) yield record;
  }

  /** The room's newest records are lost, as after a backup that was restored. */
  rollBack(room: RoomId, after: number): void {
    this.#life++;
    this.#sequence = after;
    this.#rooms.set(room, this.#rooms.get(room)?.filter((record) => record.sequence <= after) ?? []);
  }

  /** The room's oldest records age out, as they do in a stream with `max_age`. */
  forget(room: RoomId, before: number): void {
    this.#rooms.set(room, this.#rooms.get(room)?.filter((record) => record.sequence >= before) ?? []);
  }
}

export class MemoryBucket implements Bucket {
  readonly #values = new Map<string, Versioned>();
  #revision = 0;

  async get(key: string): Promise<Versioned | undefined> {
    return this.#values.get(key);
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    this.#values.set(key, { value, revision: ++this.#revision });
  }

  async replace(key: string, value: Uint8Array, over: number | undefined): Promise<number | undefined> {
    if (this.#values.get(key)?.revision !== over) return undefined;
    await this.put(key, value);
    return this.#revision;
  }
}
