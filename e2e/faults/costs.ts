// What each fault has cost at worst, over all lives of a run.
import type { FaultResult } from "./run.ts";

interface Cost {
  times: number;
  stallMs: number;
  waitMs: number;
  limitMs: number;
  /** The first life in which a stall was over the limit. */
  overIn: number | undefined;
}

export class Costs {
  readonly #costs = new Map<string, Cost>();

  add(seed: number, { name, stallMs, waitMs, limitMs }: FaultResult): void {
    const before = this.#costs.get(name) ?? { times: 0, stallMs: 0, waitMs: 0, overIn: undefined };
    this.#costs.set(name, {
      times: before.times + 1,
      stallMs: Math.max(before.stallMs, stallMs),
      waitMs: Math.max(before.waitMs, waitMs),
      limitMs,
      overIn: before.overIn ?? (stallMs > limitMs ? seed : undefined),
    });
  }

  /** Whether any stall was longer than its limit. */
  get over(): boolean {
    return [...this.#costs.values()].some(({ overIn }) => overIn !== undefined);
  }

  /** A table, and beneath it, for each fault over its limit, how to live that life again. */
  text(again: (seed: number) => string): string {
    const lines = ["| fault | times | longest stall | limit | longest wait of a sender |", "| --- | --- | --- | --- | --- |"];
    const notes: string[] = [];
    for (const [name, { times, stallMs, waitMs, limitMs, overIn }] of this.#costs) {
      const mark = overIn === undefined ? "" : " **over**";
      lines.push(`| ${name} | ${times} | ${stallMs} ms${mark} | ${limitMs} ms | ${waitMs} ms |`);
      if (overIn !== undefined) notes.push(`over its limit: ${name}; again: ${again(overIn)}`);
    }
    return [...lines, ...(notes.length > 0 ? ["", ...notes] : []), ""].join("\n");
  }
}
