/** Plays, stands and jumps: by the picture where there is one, and else by a clock of its own. */
import { Playhead } from "./playhead.ts";

/** So often it tells where it is, while it runs. */
const tickMs = 100;

export interface PlayerState {
  /** ms from the start. */
  readonly at: number;
  readonly playing: boolean;
  readonly rate: number;
  readonly endMs: number;
  /** How often one has jumped. */
  readonly jumps: number;
}

export class Player {
  readonly #playhead = new Playhead();
  readonly #listeners = new Set<() => void>();
  #video: HTMLVideoElement | undefined;
  #endMs = 0;
  #jumps = 0;
  /** Of a picture that is not there yet. */
  #wanted: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #state: PlayerState = { at: 0, playing: false, rate: 1, endMs: 0, jumps: 0 };

  /** The same object until something changes. */
  get state(): PlayerState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The broadcast's length; a picture has one of its own. */
  setEnd(ms: number): void {
    this.#endMs = ms;
    this.#playhead.setEnd(ms);
    this.#look();
  }

  /** From now on the picture is the clock. @returns what ends that */
  follow(video: HTMLVideoElement): () => void {
    this.#video = video;
    const look = () => this.#look();
    const ready = () => {
      if (this.#wanted !== undefined) video.currentTime = this.#wanted / 1_000;
      this.#wanted = undefined;
      look();
    };
    const seeking = () => {
      // By the picture's own controls, too.
      if (Math.abs(video.currentTime * 1_000 - this.#state.at) > 500) this.#jumps++;
      look();
    };
    const heard = ["play", "pause", "ended", "ratechange", "timeupdate", "durationchange"];
    for (const type of heard) video.addEventListener(type, look);
    video.addEventListener("loadedmetadata", ready);
    video.addEventListener("seeking", seeking);
    if (video.readyState > 0) ready();
    else this.#wanted ??= this.#state.at;
    return () => {
      for (const type of heard) video.removeEventListener(type, look);
      video.removeEventListener("loadedmetadata", ready);
      video.removeEventListener("seeking", seeking);
      if (this.#video === video) this.#video = undefined;
      this.#playhead.seek(this.#state.at, performance.now());
      this.#look();
    };
  }

  play(): void {
    const video = this.#video;
    if (video === undefined) this.#playhead.play(performance.now());
    // A browser may want a click first: then it stays as it is, and its button too.
    else video.play().catch(() => {});
    this.#look();
  }

  pause(): void {
    if (this.#video === undefined) this.#playhead.pause(performance.now());
    else this.#video.pause();
    this.#look();
  }

  toggle(): void {
    if (this.#state.playing) this.pause();
    else this.play();
  }

  /** Where it would go beyond an end, it goes there. */
  seek(at: number): void {
    const to = Math.max(0, Math.min(at, this.#state.endMs));
    this.#jumps++;
    if (this.#video === undefined) this.#playhead.seek(to, performance.now());
    else if (this.#video.readyState > 0) this.#video.currentTime = to / 1_000;
    else this.#wanted = to;
    this.#look();
  }

  setRate(rate: number): void {
    if (this.#video !== undefined) this.#video.playbackRate = rate;
    this.#playhead.setRate(rate, performance.now());
    this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const state = { ...this.#now(), jumps: this.#jumps };
    if (state.playing) this.#timer ??= setInterval(() => this.#look(), tickMs);
    else this.close();
    const former = this.#state;
    if ((Object.keys(state) as (keyof PlayerState)[]).every((key) => state[key] === former[key])) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }

  #now(): Omit<PlayerState, "jumps"> {
    const video = this.#video;
    if (video === undefined) {
      const at = this.#playhead.at(performance.now());
      return { at, playing: this.#playhead.playing, rate: this.#playhead.rate, endMs: this.#endMs };
    }
    const endMs = Number.isFinite(video.duration) && video.duration > 0 ? video.duration * 1_000 : this.#endMs;
    const at = this.#wanted ?? video.currentTime * 1_000;
    return { at, playing: !video.paused && !video.ended, rate: video.playbackRate, endMs };
  }
}
