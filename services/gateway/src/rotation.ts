/**
 * How what is given out reaches all who watch: a hand goes round the roster, a slice at a time, so that the event loop stays free for others,
 * and gives each viewer in one frame all that they lack. What is added while it goes round begins where it stands, and is in the frames of those
 * who are still to come; the others get it alone when the hand comes by again. (As the synchronized scans of databases: who comes later
 * begins where the scan is, and ends there.)
 */
import { type Line, limits } from "@madang/contracts";
import type { Trace } from "@madang/runtime";
import { Roster } from "./roster.ts";
import type { SocketTable } from "./socket-table.ts";
import type { TrafficTimes } from "./traffic.ts";
import type { Viewer } from "./viewer.ts";
import type { ViewerFrames } from "./viewer-frames.ts";

export interface RotationOptions {
  framesOf: (lines: readonly Line[], signals: readonly string[]) => ViewerFrames;
  /** Where viewers have their rows. */
  sockets: Pick<SocketTable, "give">;
  /** Something that was on its way has reached everybody. */
  onArrived: () => void;
  /** Hears how long each piece took. */
  times: Pick<TrafficTimes, "fanOut"> | undefined;
  /** Monotonic, ms. */
  now: () => number;
}

/** The spans of the commands in a batch that are followed. */
export type BatchTrace = Pick<Trace, "set" | "end">;

/** Lines that have waited for each other, and the signal that rides with them. */
export interface Piece {
  readonly lines: readonly Line[];
  readonly bytes: number;
  /** For all, as JSON; a later one takes its place. */
  readonly signal: string | undefined;
  /** When the first of its lines came; of a signal alone, which has waited for nobody, NaN. */
  readonly since: number;
  readonly traces: readonly BatchTrace[] | undefined;
}

/** A piece that some do not have yet. */
interface UnderWay extends Piece {
  /** How many there were when it began, */
  readonly viewers: number;
  /** and how many of them are here and lack it. */
  lacking: number;
}

export class Rotation {
  readonly #options: RotationOptions;
  readonly #roster = new Roster();
  /** In order; the first one has the number `#first`. */
  #underWay: UnderWay[] = [];
  #first = 0;
  #bytes = 0;
  /** The index of who is next. */
  #hand = 0;
  /** Its next slice is due. */
  #going = false;
  /** Made for what is under way now, by the number of their first piece. */
  readonly #frames = new Map<number, ViewerFrames>();

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  get viewers(): Iterable<Viewer> {
    return this.#roster;
  }

  get size(): number {
    return this.#roster.length;
  }

  /** Whether it has all that it may hold. */
  get full(): boolean {
    return this.#bytes >= limits.fanOutBytes;
  }

  /** Gets what is added from here on. */
  join(viewer: Viewer): void {
    this.#roster.add(viewer, this.#end);
  }

  /** False if it was not here. */
  leave(viewer: Viewer): boolean {
    if (!this.#roster.has(viewer)) return false;
    // Who takes their place may lack something behind the hand, which goes round until nobody does.
    this.#settle(this.#roster.remove(viewer));
    if (this.#hand >= this.size) this.#hand = 0;
    this.#retire();
    return true;
  }

  /** The first slice gets it in this very turn, unless one is due anyway. */
  add(piece: Piece): void {
    const viewers = this.size;
    // No time is worth telling where nobody was waited for.
    if (viewers === 0) return this.#report({ ...piece, since: Number.NaN }, viewers);
    // Each begins elsewhere: nobody is always the last.
    if (this.#underWay.length === 0) this.#hand = (this.#hand + limits.fanOutSlice) % viewers;
    this.#underWay.push({ ...piece, viewers, lacking: viewers });
    this.#bytes += piece.bytes;
    this.#frames.clear();
    if (!this.#going) this.#slice();
  }

  /** All that is under way, in this very turn. */
  finish(): void {
    while (this.#underWay.length > 0) this.#advance(this.size);
  }

  close(): void {
    this.#roster.clear();
    this.#underWay = [];
    this.#bytes = 0;
    this.#frames.clear();
  }

  /** The number of the next piece. */
  get #end(): number {
    return this.#first + this.#underWay.length;
  }

  #slice(): void {
    this.#going = true;
    this.#advance(limits.fanOutSlice);
    if (this.#underWay.length > 0) setImmediate(() => this.#slice());
    else this.#going = false;
  }

  #advance(viewers: number): void {
    for (let n = 0; n < viewers && this.#underWay.length > 0; n++) {
      const index = this.#hand;
      // Ahead of serving, over which somebody may leave.
      this.#hand = index + 1 < this.size ? index + 1 : 0;
      this.#serve(index);
      this.#retire();
    }
  }

  #serve(index: number): void {
    const next = this.#roster.nextAt(index);
    if (next === this.#end) return;
    this.#roster.setNext(index, this.#end);
    this.#settle(next);
    const frames = this.#framesFrom(next);
    if (frames.shared !== undefined && this.#options.sockets.give(this.#roster.rowAt(index), frames.shared)) return;
    const viewer = this.#roster.at(index);
    if (viewer === undefined) return;
    const frame = frames.of(viewer);
    if (frame !== undefined) viewer.broadcast(frame);
  }

  /** Of everything from that piece on. */
  #framesFrom(next: number): ViewerFrames {
    const made = this.#frames.get(next);
    if (made !== undefined) return made;
    const pieces = this.#underWay.slice(next - this.#first);
    const signal = pieces.findLast((piece) => piece.signal !== undefined)?.signal;
    const frames = this.#options.framesOf(
      pieces.flatMap(({ lines }) => lines),
      signal === undefined ? [] : [signal],
    );
    this.#frames.set(next, frames);
    return frames;
  }

  /** One more does not lack what is under way from that piece on. */
  #settle(next: number): void {
    for (let n = next - this.#first; n < this.#underWay.length; n++) (this.#underWay[n] as UnderWay).lacking--;
  }

  /** What nobody lacks any more is the oldest: who has a later one has those before it. */
  #retire(): void {
    let arrived = this.#underWay[0];
    if (arrived?.lacking !== 0) return;
    for (; arrived?.lacking === 0; arrived = this.#underWay[0]) {
      this.#underWay.shift();
      this.#first++;
      this.#bytes -= arrived.bytes;
      this.#report(arrived, arrived.viewers);
    }
    if (this.#underWay.length === 0) this.#frames.clear();
    this.#options.onArrived();
  }

  #report({ since, traces }: Piece, viewers: number): void {
    const { times, now } = this.#options;
    if (times !== undefined && !Number.isNaN(since)) times.fanOut(now() - since);
    for (const trace of traces ?? []) {
      trace.set("madang.viewers", viewers);
      trace.end();
    }
  }
}
