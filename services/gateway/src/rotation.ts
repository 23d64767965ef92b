/**
 * How what is given out reaches all who watch: a hand goes round the roster, a slice at a time, so that the event loop stays free for others,
 * and gives each viewer in one frame all that they lack. What is added while it goes round begins where it stands, and is in the frames of those
 * who are still to come; the others get it alone when the hand comes by again. (The elevator of disks, SCAN, with viewers for tracks.)
 */
import { type Line, limits, type RoomId } from "@madang/contracts";
import type { Trace } from "@madang/runtime";
import type { Viewer } from "./fan-out.ts";
import type { RoomView } from "./room-view.ts";
import { Roster } from "./roster.ts";
import type { SocketTable } from "./socket-table.ts";
import type { TrafficTimes } from "./traffic.ts";
import { ViewerFrames } from "./viewer-frames.ts";

export interface RotationOptions {
  room: RoomId;
  view: RoomView;
  /** Whether anybody here does not want to hear them. */
  isBlocked: (author: string) => boolean;
  /** Where viewers have their rows. */
  sockets: SocketTable;
  /** Something that was on its way has reached everybody. */
  onArrived: () => void;
  /** Hears how long each took. */
  times: Pick<TrafficTimes, "fanOut"> | undefined;
  /** Monotonic, ms. */
  now: () => number;
}

/** Commands that are followed, in the lines that wait or are on their way. */
export type Traces = Pick<Trace, "set" | "end">[];

/** What is given out in one piece. */
export interface Piece {
  readonly lines: readonly Line[];
  readonly bytes: number;
  /** For all, as JSON; a later one takes its place. */
  readonly signal: string | undefined;
  /** When the first of its lines came; of a signal alone, which has waited for nobody, NaN. */
  readonly since: number;
  readonly traces: Traces | undefined;
}

/** A piece, from the place where the hand was until it is there again. */
interface UnderWay extends Piece {
  from: number;
  readonly viewers: number;
}

export class Rotation {
  readonly #options: RotationOptions;
  readonly #roster = new Roster();
  /** In order; the first one has the number `#first`. */
  #underWay: UnderWay[] = [];
  #first = 0;
  #bytes = 0;
  /** The place that is next. */
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
    // The last one takes the place, which the hand may have passed: they get what they lack before. Who is slow leaves over it.
    for (let last = this.#lastLacking(); last !== undefined && this.#roster.at(last) !== viewer; last = this.#lastLacking())
      this.#serve(last);
    this.#roster.remove(viewer);
    const { length } = this.#roster;
    // Nobody is behind the last place but who is in the first one.
    if (this.#hand >= length) this.#hand = 0;
    for (const piece of this.#underWay) if (piece.from >= length) piece.from = 0;
    if (length === 0) this.#arrive(this.#underWay.length);
    return true;
  }

  /** The first slice gets it in this very turn. */
  add(piece: Piece): void {
    const { length } = this.#roster;
    // No time is worth telling where nobody was waited for.
    if (length === 0) return this.#arrived({ ...piece, since: Number.NaN, from: 0, viewers: 0 });
    // Each begins elsewhere: nobody is always the last.
    if (this.#underWay.length === 0) this.#hand = (this.#hand + limits.fanOutSlice) % length;
    this.#underWay.push({ ...piece, from: this.#hand, viewers: length });
    this.#bytes += piece.bytes;
    this.#frames.clear();
    if (!this.#going) this.#slice();
  }

  /** All that is under way, in this very turn. */
  finish(): void {
    while (this.#underWay.length > 0) this.#turn(this.#roster.length);
  }

  close(): void {
    this.#roster.clear();
    this.#underWay = [];
    this.#bytes = 0;
    this.#frames.clear();
  }

  /** The last place, if who is there lacks something. */
  #lastLacking(): number | undefined {
    const last = this.#roster.length - 1;
    return last >= 0 && this.#roster.nextAt(last) !== this.#end ? last : undefined;
  }

  /** The number of the next piece. */
  get #end(): number {
    return this.#first + this.#underWay.length;
  }

  #slice(): void {
    this.#going = true;
    this.#turn(limits.fanOutSlice);
    if (this.#underWay.length > 0) setImmediate(() => this.#slice());
    else this.#going = false;
  }

  #turn(most: number): void {
    for (let n = 0; n < most && this.#underWay.length > 0; n++) {
      const place = this.#hand;
      // Ahead of serving, over which somebody may leave.
      this.#hand = place + 1 < this.#roster.length ? place + 1 : 0;
      this.#serve(place);
      let arrived = 0;
      while (this.#underWay[arrived]?.from === this.#hand) arrived++;
      if (arrived > 0) this.#arrive(arrived);
    }
  }

  #serve(place: number): void {
    const next = this.#roster.nextAt(place);
    if (next === this.#end) return;
    this.#roster.setNext(place, this.#end);
    const frames = this.#framesFrom(next);
    if (frames.shared !== undefined && this.#options.sockets.give(this.#roster.rowAt(place), frames.shared)) return;
    const viewer = this.#roster.at(place);
    const frame = viewer && frames.of(viewer);
    if (frame !== undefined) viewer?.broadcast(frame);
  }

  /** Of everything from that piece on. */
  #framesFrom(next: number): ViewerFrames {
    const made = this.#frames.get(next);
    if (made !== undefined) return made;
    const pieces = this.#underWay.slice(next - this.#first);
    const signal = pieces.findLast((piece) => piece.signal !== undefined)?.signal;
    const { room, view, isBlocked } = this.#options;
    const frames = new ViewerFrames({
      room,
      lines: pieces.length === 1 ? (pieces[0]?.lines ?? []) : pieces.flatMap(({ lines }) => lines),
      signals: signal === undefined ? [] : [signal],
      view,
      isBlocked,
    });
    this.#frames.set(next, frames);
    return frames;
  }

  /** So many, the oldest, have come round. */
  #arrive(count: number): void {
    const arrived = this.#underWay.splice(0, count);
    this.#first += count;
    if (this.#underWay.length === 0) this.#frames.clear();
    for (const piece of arrived) {
      this.#bytes -= piece.bytes;
      this.#arrived(piece);
    }
    if (arrived.length > 0) this.#options.onArrived();
  }

  #arrived({ since, traces, viewers }: UnderWay): void {
    const { times, now } = this.#options;
    if (times !== undefined && !Number.isNaN(since)) times.fanOut(now() - since);
    for (const trace of traces ?? []) {
      trace.set("madang.viewers", viewers);
      trace.end();
    }
  }
}
