import type { Line } from "@madang/contracts";
import { keptLines } from "./kept-lines.ts";

/** The latest lines of one room, gapless, within a bound of lines and bytes. What it drops it holds no longer, nor what came with its lines. */
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
    for (const line of keptLines(lines)) this.#add(line);
  }

  /** Older lines, the last of which is just before the oldest here. False: there is space for no more, or they do not belong here. */
  unshift(lines: readonly Line[]): boolean {
    for (const line of keptLines(lines).toReversed()) {
      if (this.#lines.size > 0 && line.offset !== this.#first - 1) return false;
      if (this.#lines.size >= this.#maxLines || this.#bytes + line.line.length > this.#maxBytes) return false;
      this.#first = line.offset;
      this.#lines.set(line.offset, line);
      this.#bytes += line.line.length;
    }
    return lines.length > 0;
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

  #add(line: Line): void {
    if (this.#lines.size === 0) this.#first = line.offset;
    this.#lines.set(line.offset, line);
    this.#bytes += line.line.length;
    while (this.#lines.size > this.#maxLines || (this.#bytes > this.#maxBytes && this.#lines.size > 1)) this.#dropFirst();
  }

  #dropFirst(): void {
    this.#bytes -= this.#lines.get(this.#first)?.line.length ?? 0;
    this.#lines.delete(this.#first);
    this.#first++;
  }
}
