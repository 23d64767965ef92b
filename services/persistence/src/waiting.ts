/** Something is away and is tried for again and again: told once when that begins, and once when it is over. */
export type WaitNews = { kind: "waits"; error: unknown } | { kind: "goes-on" };

export class Waiting {
  readonly #report: (news: WaitNews) => void;
  #waits = false;

  constructor(report: (news: WaitNews) => void) {
    this.#report = report;
  }

  failed(error: unknown): void {
    if (!this.#waits) this.#report({ kind: "waits", error });
    this.#waits = true;
  }

  well(): void {
    if (this.#waits) this.#report({ kind: "goes-on" });
    this.#waits = false;
  }
}
