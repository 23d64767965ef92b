/**
 * How one room's lines reach those who watch it here. Lines wait a little for more while the gateway is hot; a frame is made once, and goes
 * out to a slice of the viewers at a time, so that the event loop stays free for others. What comes meanwhile travels in the next frame.
 */
import { type ClientInfo, type CloseCode, type Line, limits, type RoomId } from "@madang/contracts";
import { Rate, type Trace } from "@madang/runtime";
import type { Frame } from "./frame.ts";
import type { Recipient, RoomView } from "./room-view.ts";
import type { TrafficTimes } from "./traffic.ts";
import { ViewerFrames } from "./viewer-frames.ts";
import { windowFor } from "./window.ts";

/** One subscription of one socket, as the fan-out needs it. */
export interface Viewer extends Recipient {
  readonly hash: number;
  readonly info: ClientInfo;
  readonly wantsJoinLeave: boolean;
  /** Nothing is to be sent to it any more. */
  readonly left: boolean;
  broadcast(frame: Frame): void;
  push(message: string): void;
  /** The server ends this subscription. */
  end(code: CloseCode): void;
}

export interface FanOutOptions {
  room: RoomId;
  /** Of the whole gateway: lines times viewers. */
  load: Rate;
  /** The longest that a line waits for others, ms. */
  windowMs: number;
  view: RoomView;
  /** Whether anybody here does not want to hear them. */
  isBlocked: (author: string) => boolean;
  /** These lines are being given out now, as they were written: whoever joins from here on does not get them. */
  onShown: (lines: readonly Line[]) => void;
  /** Hears how long each frame took. */
  times?: Pick<TrafficTimes, "fanOut"> | undefined;
  /** Monotonic, ms. */
  now?: () => number;
}

/** Commands that are followed, in the lines that wait or are on their way. */
type Traces = Pick<Trace, "set" | "end">[];

/** One frame on its way to those who were here when it began. */
interface Round {
  readonly frames: ViewerFrames;
  readonly roster: readonly Viewer[];
  next: number;
  /** How many have not been served yet. */
  remaining: number;
  /** When the first of its lines came. */
  readonly since: number;
  readonly traces: Traces | undefined;
}

export class FanOut {
  readonly #options: Required<Omit<FanOutOptions, "times">> & Pick<FanOutOptions, "times">;
  readonly #viewers = new Set<Viewer>();
  readonly #rate = new Rate(limits.rateOverMs);
  /** Lines that were sampled out, and are for hardly anybody. */
  readonly #leftOut = new Rate(limits.rateOverMs);
  /** The viewers in a row, made anew after one has come or gone. */
  #roster: readonly Viewer[] | undefined;
  #waiting: Line[] = [];
  #waitingBytes = 0;
  #waitingSince = 0;
  #traces: Traces | undefined;
  /** A signal for all, which rides with the next frame. */
  #signal: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #round: Round | undefined;
  #rounds = 0;
  /** All that waits was sampled out. */
  #patient = false;
  #shown: PromiseWithResolvers<void> | undefined;

  constructor(options: FanOutOptions) {
    this.#options = { now: () => performance.now(), ...options };
  }

  get viewers(): ReadonlySet<Viewer> {
    return this.#viewers;
  }

  /** Gets every line that is not shown yet, and those after it. */
  join(viewer: Viewer): void {
    this.#viewers.add(viewer);
    this.#roster = undefined;
  }

  /** False if it was not here. */
  leave(viewer: Viewer): boolean {
    this.#roster = undefined;
    return this.#viewers.delete(viewer);
  }

  /** Lines that are to be given out, and have not begun to be. */
  get waiting(): readonly Line[] {
    return this.#waiting;
  }

  /** Whether it has all that it may hold. */
  get full(): boolean {
    return this.#waitingBytes >= limits.fanOutBytes;
  }

  add(lines: readonly Line[], traces?: Traces[number]): void {
    const { load, now } = this.#options;
    const at = now();
    const shown = lines.reduce((count, { lane }) => count + (lane === "skipped" ? 0 : 1), 0);
    this.#rate.add(shown, at);
    this.#leftOut.add(lines.length - shown, at);
    load.add(shown * this.#viewers.size, at);
    const first = this.#waiting.length === 0;
    if (first) this.#waitingSince = at;
    if (traces !== undefined) {
      this.#traces ??= [];
      this.#traces.push(traces);
    }
    for (const line of lines) {
      this.#waiting.push(line);
      this.#waitingBytes += line.line.length;
    }
    // What waits already, if only a signal, has its timer, and takes these along.
    if (first && this.#timer === undefined) this.#await(at, shown > 0);
    else if (this.full) this.#due();
    else if (this.#patient && shown > 0) this.#await(at, true);
  }

  /** A signal for all, as JSON: it takes the place of one that waits, and goes with the next lines where some are due within the window. */
  tell(signal: string): void {
    this.#signal = signal;
    if (this.#timer === undefined) this.#await(this.#options.now(), true);
  }

  /** Gives out everything that waits now, without waiting for more. Resolves when it is on its way. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#shown ??= Promise.withResolvers();
      const shown = this.#shown.promise;
      this.#due();
      await shown;
    }
  }

  /** Gives out all that waits, in this very turn: what comes next must not overtake it. */
  finish(): void {
    while (this.#round !== undefined || this.#waiting.length > 0) {
      if (this.#round === undefined) this.#show();
      this.#send(this.#round?.remaining ?? 0);
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#viewers.clear();
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#signal = undefined;
    this.#round = undefined;
    this.#shown?.resolve();
  }

  /** Waits as long as is worth while. That lines are left out is told with the next one that is not, if one comes soon. */
  #await(at: number, shown: boolean): void {
    const { load, windowMs } = this.#options;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#patient = !shown;
    const linesPerS = this.#rate.perSecond(at);
    // Who sees a part of a flood does not see it sooner with more frames.
    const longest = this.#leftOut.perSecond(at) > linesPerS ? windowMs * limits.sampledWindows : windowMs;
    const window = windowFor({ linesPerS, deliveriesPerS: load.perSecond(at) }, longest);
    const wait = shown ? window : Math.max(window, limits.skipsWaitMs);
    if (wait > 0) this.#timer = setTimeout(() => this.#due(), wait);
    else this.#due();
  }

  /** What waits has waited long enough. A frame that is on its way goes first. */
  #due(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#round === undefined) this.#begin();
  }

  #begin(): void {
    this.#show();
    this.#slice();
  }

  #show(): void {
    const { room, view, isBlocked, onShown } = this.#options;
    const lines = this.#waiting;
    const signals = this.#signal === undefined ? [] : [this.#signal];
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#signal = undefined;
    const traces = this.#traces;
    this.#traces = undefined;
    onShown(lines);
    this.#shown?.resolve();
    this.#shown = undefined;
    if (this.#viewers.size === 0) return end(traces, 0);
    this.#roster ??= [...this.#viewers];
    const { length } = this.#roster;
    // Each round begins elsewhere: nobody is always the last.
    const next = (this.#rounds++ * limits.fanOutSlice) % length;
    // What was taken away while it waited is gone before anybody has seen it.
    const frames = new ViewerFrames({ room, lines: lines.map((line) => view.read(line)), signals, view, isBlocked });
    // A signal alone has waited for nobody.
    const since = lines.length === 0 ? Number.NaN : this.#waitingSince;
    this.#round = { frames, roster: this.#roster, next, remaining: length, since, traces };
  }

  #slice(): void {
    this.#send(limits.fanOutSlice);
    if (this.#round !== undefined) setImmediate(() => this.#slice());
    else if ((this.#waiting.length > 0 || this.#signal !== undefined) && this.#timer === undefined) this.#begin();
  }

  #send(most: number): void {
    const round = this.#round;
    if (round === undefined) return;
    const { frames, roster } = round;
    const until = Math.max(0, round.remaining - most);
    for (; round.remaining > until; round.remaining--) {
      const viewer = roster[round.next];
      if (viewer !== undefined && !viewer.left) {
        const frame = frames.shared ?? frames.of(viewer);
        if (frame !== undefined) viewer.broadcast(frame);
      }
      if (++round.next === roster.length) round.next = 0;
    }
    if (round.remaining > 0) return;
    this.#round = undefined;
    const { times, now } = this.#options;
    if (times !== undefined && !Number.isNaN(round.since)) times.fanOut(now() - round.since);
    end(round.traces, roster.length);
  }
}

function end(traces: Traces | undefined, viewers: number): void {
  for (const trace of traces ?? []) {
    trace.set("madang.viewers", viewers);
    trace.end();
  }
}
