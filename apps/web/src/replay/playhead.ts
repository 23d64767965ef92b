/** Where a player is, where no picture says so: time that runs, stands, and jumps. Knows no clock: `now` is passed in, in ms of any clock. */
export class Playhead {
  #at = 0;
  /** Since when it runs from `#at`. */
  #since: number | undefined;
  #rate = 1;
  #endMs = 0;

  get playing(): boolean {
    return this.#since !== undefined;
  }

  get rate(): number {
    return this.#rate;
  }

  /** ms from the start; never beyond the end, where it stands still. */
  at(now: number): number {
    if (this.#since === undefined) return this.#at;
    const at = this.#at + Math.max(0, now - this.#since) * this.#rate;
    if (at < this.#endMs) return at;
    this.#at = this.#endMs;
    this.#since = undefined;
    return this.#endMs;
  }

  /** From the end it begins anew. */
  play(now: number): void {
    const at = this.at(now);
    this.#at = at >= this.#endMs ? 0 : at;
    this.#since = now;
  }

  pause(now: number): void {
    this.#at = this.at(now);
    this.#since = undefined;
  }

  seek(at: number, now: number): void {
    const playing = this.playing;
    this.#at = Math.max(0, Math.min(at, this.#endMs));
    this.#since = playing ? now : undefined;
  }

  setRate(rate: number, now: number): void {
    const playing = this.playing;
    this.#at = this.at(now);
    this.#since = playing && this.#at < this.#endMs ? now : undefined;
    this.#rate = rate;
  }

  setEnd(ms: number): void {
    this.#endMs = ms;
  }
}
