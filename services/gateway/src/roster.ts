/**
 * Those who watch one room here, one after the other, and beside them, dense, what a frame for all needs to know of each: the number of their
 * socket, and of the piece they get next. A frame for all touches no object of a viewer who keeps up.
 */
import { noRow, type Row } from "./socket-table.ts";
import type { Viewer } from "./viewer.ts";

export class Roster {
  readonly #viewers: Viewer[] = [];
  readonly #indices = new Map<Viewer, number>();
  #rows = new Int32Array(8);
  /** The number of the piece that each gets next. */
  #next = new Float64Array(8);

  get length(): number {
    return this.#viewers.length;
  }

  [Symbol.iterator](): Iterator<Viewer> {
    return this.#indices.keys();
  }

  add(viewer: Viewer, next: number): void {
    if (this.#indices.has(viewer)) return;
    const index = this.#viewers.push(viewer) - 1;
    this.#indices.set(viewer, index);
    if (index === this.#rows.length) this.#grow();
    this.#rows[index] = viewer.row;
    this.#next[index] = next;
  }

  has(viewer: Viewer): boolean {
    return this.#indices.has(viewer);
  }

  /** The last one takes the place. The number of the piece that the viewer had got next; 0: it was not here. */
  remove(viewer: Viewer): number {
    const index = this.#indices.get(viewer);
    const last = this.#viewers.at(-1);
    if (index === undefined || last === undefined) return 0;
    const next = this.nextAt(index);
    this.#viewers[index] = last;
    this.#indices.set(last, index);
    this.#rows[index] = this.rowAt(this.length - 1);
    this.#next[index] = this.nextAt(this.length - 1);
    this.#viewers.pop();
    this.#indices.delete(viewer);
    return next;
  }

  clear(): void {
    this.#viewers.length = 0;
    this.#indices.clear();
  }

  at(index: number): Viewer | undefined {
    return this.#viewers[index];
  }

  rowAt(index: number): Row {
    return (this.#rows[index] ?? noRow) as Row;
  }

  nextAt(index: number): number {
    return this.#next[index] ?? 0;
  }

  setNext(index: number, next: number): void {
    this.#next[index] = next;
  }

  #grow(): void {
    const [rows, next] = [new Int32Array(2 * this.#rows.length), new Float64Array(2 * this.#rows.length)];
    rows.set(this.#rows);
    next.set(this.#next);
    this.#rows = rows;
    this.#next = next;
  }
}
