/**
 * Which message ids a room has seen, and where it put them. Held by a room; knows no clock and no store.
 *
 * An id is remembered as a keyed 64-bit hash in segments of fixed size. A full segment never changes again, so it is stored once;
 * only the open one goes into each snapshot. Of 500,000 entries, a false hit is a chance of 1 in 3.7 × 10^13 for each new
 * message, and since the hash is keyed nobody can choose one.
 */
import { hash } from "node:crypto";
import type { Author, MessageId } from "@madang/contracts";
import { Segment } from "./segment.ts";

export interface DedupeLimits {
  windowMs: number;
  entries: number;
  segment: number;
}

/** A segment that was full once, and the name it is stored under. */
export interface SealedSegment {
  readonly name: string;
  readonly segment: Segment;
}

type Hash = readonly [high: number, low: number];

export class Dedupe {
  /** Secret of the room's hashes: hex, 16 bytes. */
  readonly key: string;
  readonly #limits: DedupeLimits;
  readonly #nextName: () => string;
  #sealed: SealedSegment[];
  #open: Segment;
  #last: { readonly text: string; readonly hash: Hash } | undefined;

  constructor(options: {
    key: string;
    limits: DedupeLimits;
    /** A name that no other writer of this room ever uses. */
    nextName: () => string;
    sealed?: SealedSegment[];
    open?: Segment | undefined;
  }) {
    this.key = options.key;
    this.#limits = options.limits;
    this.#nextName = options.nextName;
    this.#sealed = options.sealed ?? [];
    this.#open = options.open ?? new Segment(options.limits.segment);
  }

  /** The place of a message that came within the window, newest first. */
  find(author: Author, id: MessageId, now: number): number | undefined {
    const [high, low] = this.#hash(author, id);
    const since = now - this.#limits.windowMs;
    const found = this.#open.find(high, low, since);
    if (found !== undefined) return found;
    for (let i = this.#sealed.length - 1; i >= 0; i--) {
      const offset = this.#sealed[i]?.segment.find(high, low, since);
      if (offset !== undefined) return offset;
    }
    return undefined;
  }

  add(entry: { author: Author; id: MessageId; offset: number; time: number }): void {
    const [high, low] = this.#hash(entry.author, entry.id);
    this.#open.add({ high, low, offset: entry.offset, time: entry.time });
    if (!this.#open.full) return;
    this.#sealed.push({ name: this.#nextName(), segment: this.#open });
    this.#open = new Segment(this.#limits.segment);
    this.#expire(entry.time);
  }

  /** The places after an offset are lost: what was there is new when it comes again. */
  forgetAfter(offset: number): void {
    this.#sealed = this.#sealed.map((sealed) =>
      // A stored segment never changes: what is left of it has a name of its own.
      sealed.segment.furthest <= offset ? sealed : { name: this.#nextName(), segment: sealed.segment.upTo(offset) },
    );
    this.#open = this.#open.upTo(offset);
  }

  get sealed(): readonly SealedSegment[] {
    return this.#sealed;
  }

  get open(): Segment {
    return this.#open;
  }

  get size(): number {
    return this.#sealed.reduce((sum, { segment }) => sum + segment.size, this.#open.size);
  }

  #expire(now: number): void {
    const most = Math.ceil(this.#limits.entries / this.#limits.segment);
    this.#sealed = this.#sealed.slice(-most).filter(({ segment }) => segment.newest >= now - this.#limits.windowMs);
  }

  #hash(author: Author, id: MessageId): Hash {
    // Neither part holds a control character, so the separator keeps the pairs apart.
    const text = `${this.key}\n${author}\n${id}`;
    // What is looked for and not found is what is added next.
    if (this.#last?.text === text) return this.#last.hash;
    const digest = hash("sha256", text, "buffer");
    this.#last = { text, hash: [digest.readUInt32LE(0), digest.readUInt32LE(4)] };
    return this.#last.hash;
  }
}
