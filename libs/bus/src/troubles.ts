/** What fails again and again is told when it begins and when it is over, not each time: many may suffer from one cause. */
export type TroubleNews = { kind: "began"; error: unknown } | { kind: "over" };

export class Troubles {
  readonly #report: (news: TroubleNews) => void;
  readonly #failing = new Set<string>();

  constructor(report: (news: TroubleNews) => void) {
    this.#report = report;
  }

  failed(who: string, error: unknown): void {
    if (this.#failing.size === 0) this.#report({ kind: "began", error });
    this.#failing.add(who);
  }

  /** Over once it goes well with all that failed. */
  well(who: string): void {
    if (this.#failing.delete(who) && this.#failing.size === 0) this.#report({ kind: "over" });
  }
}
