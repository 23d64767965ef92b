/**
 * A fixed number of (64-bit hash → offset, time) in insertion order, with an open-addressing index. Stored as it lies in memory:
 * 20 bytes per entry, little-endian.
 */
const entryBytes = 20;
const empty = 0;

interface Entry {
  readonly high: number;
  readonly low: number;
  readonly offset: number;
  /** Ms. */
  readonly time: number;
}

export class Segment {
  readonly capacity: number;
  /** Room for the entries so far; it doubles up to the capacity, since most rooms stay small. */
  #bytes: DataView;
  /** Slot → entry number + 1. Twice as many as entries, so that probes are short. */
  #index: Uint32Array;
  #size = 0;
  #newest = 0;
  #furthest = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    const first = Math.min(capacity, 16);
    this.#bytes = new DataView(new ArrayBuffer(first * entryBytes));
    this.#index = indexFor(first);
  }

  static decode(bytes: Uint8Array, capacity: number): Segment {
    const count = bytes.byteLength / entryBytes;
    if (!Number.isInteger(count) || count > capacity) throw new RangeError(`${bytes.byteLength} bytes are no segment`);
    const segment = new Segment(capacity);
    for (const entry of entriesOf(bytes)) segment.add(entry);
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

  /** The highest offset of any entry. */
  get furthest(): number {
    return this.#furthest;
  }

  /** The same without the entries after an offset. */
  upTo(offset: number): Segment {
    if (this.#furthest <= offset) return this;
    const kept = new Segment(this.capacity);
    for (const entry of entriesOf(this.encode())) if (entry.offset <= offset) kept.add(entry);
    return kept;
  }

  add({ high, low, offset, time }: Entry): void {
    if (this.#size * entryBytes === this.#bytes.byteLength) this.#grow();
    const at = this.#size * entryBytes;
    // Seconds, rounded up: an entry is never forgotten early.
    const seconds = Math.ceil(time / 1000);
    this.#bytes.setUint32(at, high, true);
    this.#bytes.setUint32(at + 4, low, true);
    this.#bytes.setFloat64(at + 8, offset, true);
    this.#bytes.setUint32(at + 16, seconds, true);
    this.#size++;
    this.#newest = Math.max(this.#newest, seconds * 1000);
    this.#furthest = Math.max(this.#furthest, offset);
    this.#point(this.#size - 1);
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

  #grow(): void {
    const bytes = new Uint8Array(Math.min(this.capacity * entryBytes, this.#bytes.byteLength * 2));
    bytes.set(new Uint8Array(this.#bytes.buffer));
    this.#bytes = new DataView(bytes.buffer);
    this.#index = indexFor(bytes.byteLength / entryBytes);
    for (let entry = 0; entry < this.#size; entry++) this.#point(entry);
  }

  /** Lets the index find an entry. The newest of equal hashes is found: it takes the slot of the older one. */
  #point(entry: number): void {
    const high = this.#bytes.getUint32(entry * entryBytes, true);
    const low = this.#bytes.getUint32(entry * entryBytes + 4, true);
    const mask = this.#index.length - 1;
    let slot = low & mask;
    for (; this.#index[slot] !== empty; slot = (slot + 1) & mask) if (this.#is((this.#index[slot] ?? 0) - 1, high, low)) break;
    this.#index[slot] = entry + 1;
  }

  #is(entry: number, high: number, low: number): boolean {
    const at = entry * entryBytes;
    return this.#bytes.getUint32(at, true) === high && this.#bytes.getUint32(at + 4, true) === low;
  }
}

function* entriesOf(bytes: Uint8Array): Iterable<Entry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; at += entryBytes) {
    yield {
      high: view.getUint32(at, true),
      low: view.getUint32(at + 4, true),
      offset: view.getFloat64(at + 8, true),
      time: view.getUint32(at + 16, true) * 1000,
    };
  }
}

function indexFor(entries: number): Uint32Array {
  return new Uint32Array(2 ** Math.ceil(Math.log2(entries * 2)));
}
