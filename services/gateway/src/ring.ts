import type { Line } from "@madang/contracts";

/** The latest lines of one room, gapless, within a bound of lines and bytes. */
export class Ring {
  readonly #maxLines: number;
  readonly #maxBytes: number;
  #lines: Line[] = [];
  #start = 0;
  #bytes = 0;

  constructor({ maxLines, maxBytes }: { maxLines: number; maxBytes: number }) {
    this.#maxLines = maxLines;
    this.#maxBytes = maxBytes;
  }

  /** The offset of the oldest line, or undefined when there is none. */
  get first(): number | undefined {
    return this.#lines[this.#start]?.offset;
  }

  push(line: Line): void {
    this.#lines.push(line);
    this.#bytes += line.line.length;
    while (
      this.#lines.length - this.#start > this.#maxLines ||
      (this.#bytes > this.#maxBytes && this.#lines.length - this.#start > 1)
    ) {
      this.#bytes -= this.#lines[this.#start]?.line.length ?? 0;
      this.#start++;
    }
    // Now and then the array is cut, so that dropping a line costs nothing on the way.
    if (this.#start > this.#maxLines) {
      this.#lines = this.#lines.slice(this.#start);
      this.#start = 0;
    }
  }

  /** The lines `from` … `to`, if all of them are here. */
  slice(from: number, to: number): Line[] | undefined {
    if (from > to) return [];
    const { first } = this;
    if (first === undefined || from < first) return undefined;
    const found = this.#lines.slice(this.#start + from - first, this.#start + to - first + 1);
    return found.length === to - from + 1 ? found : undefined;
  }

  clear(): void {
    this.#lines = [];
    this.#start = 0;
    this.#bytes = 0;
  }
}
