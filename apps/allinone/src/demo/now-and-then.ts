/** Lines that are said now and then, and not to everybody who comes. It knows no clock. */
export class NowAndThen {
  readonly #everyMs: number;
  readonly #saidAt = new Map<string, number>();

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Whether this line may be said at `now`, ms: then it has been. */
  take(line: string, now: number): boolean {
    const before = this.#saidAt.get(line);
    if (before !== undefined && now - before < this.#everyMs) return false;
    this.#saidAt.set(line, now);
    return true;
  }
}
