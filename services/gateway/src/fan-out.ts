/**
 * How one room's lines reach those who watch it here: they wait a little for more while the gateway is hot, and go round in one piece.
 */
import { type Line, limits, type RoomId } from "@madang/contracts";
import { Rate } from "@madang/runtime";
import type { RoomView } from "./room-view.ts";
import { type BatchTrace, Rotation, type RotationOptions } from "./rotation.ts";
import type { SocketTable } from "./socket-table.ts";
import type { TrafficTimes } from "./traffic.ts";
import type { Viewer } from "./viewer.ts";
import { ViewerFrames } from "./viewer-frames.ts";
import { windowFor } from "./window.ts";

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
  /** Where viewers have their rows. */
  sockets: SocketTable;
  /** Hears how long each piece took. */
  times?: Pick<TrafficTimes, "fanOut"> | undefined;
  /** Monotonic, ms. */
  now?: () => number;
}

export class FanOut {
  readonly #options: Required<Omit<FanOutOptions, "times" | "sockets">>;
  readonly #rotation: Rotation;
  readonly #rate = new Rate(limits.rateOverMs);
  /** Lines that were sampled out, and are for hardly anybody. */
  readonly #leftOut = new Rate(limits.rateOverMs);
  #waiting: Line[] = [];
  #waitingBytes = 0;
  #waitingSince = 0;
  #traces: BatchTrace[] | undefined;
  /** A signal for all, which rides with the next frame. */
  #signal: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** All that waits was sampled out. */
  #patient = false;
  #shown: PromiseWithResolvers<void> | undefined;

  constructor({ sockets, times, ...options }: FanOutOptions) {
    this.#options = { now: () => performance.now(), ...options };
    const { room, view, isBlocked, now } = this.#options;
    const framesOf: RotationOptions["framesOf"] = (lines, signals) => new ViewerFrames({ room, lines, signals, view, isBlocked });
    this.#rotation = new Rotation({ framesOf, sockets, times, now, onArrived: () => this.#goOn() });
  }

  get viewers(): Iterable<Viewer> {
    return this.#rotation.viewers;
  }

  /** How many they are. */
  get audience(): number {
    return this.#rotation.size;
  }

  /** Gets every line that is not shown yet, and those after it. */
  join(viewer: Viewer): void {
    this.#rotation.join(viewer);
  }

  /** False if it was not here. */
  leave(viewer: Viewer): boolean {
    return this.#rotation.leave(viewer);
  }

  /** Lines that are to be given out, and have not begun to be. */
  get waiting(): readonly Line[] {
    return this.#waiting;
  }

  /** Whether it has all that it may hold. */
  get full(): boolean {
    return this.#waitingBytes >= limits.fanOutBytes;
  }

  add(lines: readonly Line[], trace?: BatchTrace): void {
    const { load, now } = this.#options;
    const at = now();
    const shown = lines.reduce((count, { lane }) => count + (lane === "skipped" ? 0 : 1), 0);
    this.#rate.add(shown, at);
    this.#leftOut.add(lines.length - shown, at);
    load.add(shown * this.audience, at);
    const first = this.#waiting.length === 0;
    if (first) this.#waitingSince = at;
    if (trace !== undefined) {
      this.#traces ??= [];
      this.#traces.push(trace);
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
    // It may be full: what is under way makes room for what waits.
    this.#rotation.finish();
    if (this.#waiting.length > 0) this.#due();
    this.#rotation.finish();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#rotation.close();
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#signal = undefined;
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

  /** What waits has waited long enough. Where the rotation is full it goes once there is room. */
  #due(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#rotation.full) this.#show();
  }

  /** There may be room again for what had waited long enough. */
  #goOn(): void {
    if ((this.#waiting.length > 0 || this.#signal !== undefined) && this.#timer === undefined) this.#due();
  }

  #show(): void {
    const { view, onShown } = this.#options;
    const [lines, bytes, signal, traces] = [this.#waiting, this.#waitingBytes, this.#signal, this.#traces];
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#signal = undefined;
    this.#traces = undefined;
    onShown(lines);
    this.#shown?.resolve();
    this.#shown = undefined;
    this.#rotation.add({
      // What was taken away while it waited is gone before anybody has seen it.
      lines: lines.map((line) => view.read(line)),
      bytes,
      signal,
      since: lines.length === 0 ? Number.NaN : this.#waitingSince,
      traces,
    });
  }
}
