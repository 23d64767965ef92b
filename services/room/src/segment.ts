/**
 * A fixed number of (64-bit hash → offset, time) in insertion order, with an open-addressing index. Stored as it lies in memory:
 * 20 bytes per entry, little-endian.
 */
const entryBytes = 20;
const empty = 0;

export class Segment {
  readonly capacity: number;
  readonly #bytes: DataView;
  /** Slot → entry number + 1. Twice the capacity, so that probes are short. */
  readonly #index: Uint32Array;
  #size = 0;
  #newest = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#bytes = new DataView(new ArrayBuffer(capacity * entryBytes));
    this.#index = new Uint32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
  }

  static decode(bytes: Uint8Array, capacity: number): Segment {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = bytes.byteLength / entryBytes;
    if (!Number.isInteger(count) || count > capacity) throw new RangeError(`${bytes.byteLength} bytes are no segment`);
    const segment = new Segment(capacity);
    for (let at = 0; at < bytes.byteLength; at += entryBytes) {
      segment.add({
        high: view.getUint32(at, true),
        low: view.getUint32(at + 4, true),
        offset: view.getFloat64(at + 8, true),
        time: view.getUint32(at + 16, true) * 1000,
      });
    }
    return segment;
  }

  get size(): number {
    return this.#size;
  }

  get full(): boolean {
    return this.#size === this.capacity;
  }

  /** The time of the latest entry, ms, to the second. */
  get newest(): number {
    return this.#newest;
  }

  add({ high, low, offset, time }: { high: number; low: number; offset: number; time: number }): void {
    const at = this.#size * entryBytes;
    // Seconds, rounded up: an entry is never forgotten early.
    const seconds = Math.ceil(time / 1000);
    this.#bytes.setUint32(at, high, true);
    this.#bytes.setUint32(at + 4, low, true);
    this.#bytes.setFloat64(at + 8, offset, true);
    this.#bytes.setUint32(at + 16, seconds, true);
    this.#size++;
    this.#newest = Math.max(this.#newest, seconds * 1000);
    // The newest of equal hashes is found: it takes the slot of the older one.
    const mask = this.#index.length - 1;
    let slot = low & mask;
    for (; this.#index[slot] !== empty; slot = (slot + 1) & mask) if (this.#is((this.#index[slot] ?? 0) - 1, high, low)) break;
    this.#index[slot] = this.#size;
  }

  /** The offset of a hash whose entry is not older than `since`, ms. */
  find(high: number, low: number, since: number): number | undefined {
    const mask = this.#index.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#index[slot] ?? empty;
      if (entry === empty) return undefined;
      if (!this.#is(entry - 1, high, low)) continue;
      const at = (entry - 1) * entryBytes;
      return this.#bytes.getUint32(at + 16, true) * 1000 >= since ? this.#bytes.getFloat64(at + 8, true) : undefined;
    }
  }

  /** The entries not older than `since`, ms. */
  encode(since = 0): Uint8Array {
    const all = new Uint8Array(this.#bytes.buffer, 0, this.#size * entryBytes);
    let skip = 0;
    // Times rise with entries, save for a clock that was set back; then a few old ones stay.
    while (skip < this.#size && this.#bytes.getUint32(skip * entryBytes + 16, true) * 1000 < since) skip++;
    return all.slice(skip * entryBytes);
  }

  #is(entry: number, high: number, low: number): boolean {
    const at = entry * entryBytes;
    return this.#bytes.getUint32(at, true) === high && this.#bytes.getUint32(at + 4, true) === low;
  }
}
