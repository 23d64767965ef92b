import type { Line } from "@madang/contracts";
import { copiesOf } from "./copied-lines.ts";

/** The latest lines of one room, gapless, within a bound of lines and bytes. They are copies: what came with them is not held. */
export class Ring {
  readonly #maxLines: number;
  readonly #maxBytes: number;
  /** By offset. */
  readonly #lines = new Map<number, Line>();
  #first = 0;
  #bytes = 0;

  constructor({ maxLines, maxBytes }: { maxLines: number; maxBytes: number }) {
    this.#maxLines = maxLines;
    this.#maxBytes = maxBytes;
  }

  /** The offset of the oldest line, or undefined when there is none. */
  get first(): number | undefined {
    return this.#lines.size === 0 ? undefined : this.#first;
  }

  /** Lines whose offsets follow the last one's, or any where there is none. */
  push(lines: readonly Line[]): void {
    const kept = this.#latestOf(lines);
    // Not all of them: then nothing of what was here before, either, or there would be a gap.
    if (kept.length < lines.length) this.clear();
    for (const line of copiesOf(kept)) {
      if (this.#lines.size === 0) this.#first = line.offset;
      this.#hold(line);
    }
    while (this.#lines.size > this.#maxLines || (this.#bytes > this.#maxBytes && this.#lines.size > 1)) this.#dropFirst();
  }

  /** Older lines, the last of which is just before the oldest here. False: there is space for no more, or they do not belong here. */
  unshift(lines: readonly Line[]): boolean {
    let first = this.first ?? (lines.at(-1)?.offset ?? 0) + 1;
    let bytes = this.#bytes;
    const refused = lines.findLastIndex(({ offset, line }, index) => {
      bytes += line.length;
      const belongs = offset === first - 1;
      first = offset;
      return !belongs || this.#lines.size + lines.length - index > this.#maxLines || bytes > this.#maxBytes;
    });
    const kept = copiesOf(lines.slice(refused + 1));
    this.#first = kept[0]?.offset ?? this.#first;
    for (const line of kept) this.#hold(line);
    return lines.length > 0 && refused < 0;
  }

  /** The lines `from` … `to`, if all of them are here. */
  slice(from: number, to: number): Line[] | undefined {
    const found: Line[] = [];
    for (let offset = from; offset <= to; offset++) {
      const line = this.#lines.get(offset);
      if (line === undefined) return undefined;
      found.push(line);
    }
    return found;
  }

  clear(): void {
    this.#lines.clear();
    this.#bytes = 0;
  }

  /** As many as there is space for, and at least one. */
  #latestOf(lines: readonly Line[]): readonly Line[] {
    let bytes = 0;
    const tooMany = lines.findLastIndex(({ line }, index) => {
      bytes += line.length;
      return lines.length - index > this.#maxLines || (bytes > this.#maxBytes && index < lines.length - 1);
    });
    return lines.slice(tooMany + 1);
  }

  #hold(line: Line): void {
    this.#lines.set(line.offset, line);
    this.#bytes += line.line.length;
  }

  #dropFirst(): void {
    this.#bytes -= this.#lines.get(this.#first)?.line.length ?? 0;
    this.#lines.delete(this.#first);
    this.#first++;
  }
}
