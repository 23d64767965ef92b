/**
 * Those who watch one room here, in a row, and beside them, dense, what a frame for all needs to know of each: the row of their socket, and
 * what they are to get next. A round touches no object of a viewer who keeps up.
 */
import type { Viewer } from "./fan-out.ts";
import { noRow, type Row } from "./socket-table.ts";

export class Roster {
  readonly #viewers: Viewer[] = [];
  readonly #places = new Map<Viewer, number>();
  #rows = new Int32Array(8);
  /** Numbers of what each gets next. */
  #next = new Float64Array(8);

  get length(): number {
    return this.#viewers.length;
  }

  [Symbol.iterator](): Iterator<Viewer> {
    return this.#places.keys();
  }

  add(viewer: Viewer, next: number): void {
    if (this.#places.has(viewer)) return;
    const place = this.#viewers.push(viewer) - 1;
    this.#places.set(viewer, place);
    if (place === this.#rows.length) this.#grow();
    this.#rows[place] = viewer.row;
    this.#next[place] = next;
  }

  has(viewer: Viewer): boolean {
    return this.#places.has(viewer);
  }

  /** The last one takes the place. */
  remove(viewer: Viewer): void {
    const place = this.#places.get(viewer);
    const last = this.#viewers.at(-1);
    if (place === undefined || last === undefined) return;
    this.#viewers[place] = last;
    this.#places.set(last, place);
    this.#rows[place] = this.rowAt(this.length - 1);
    this.#next[place] = this.nextAt(this.length - 1);
    this.#viewers.pop();
    this.#places.delete(viewer);
  }

  clear(): void {
    this.#viewers.length = 0;
    this.#places.clear();
  }

  at(place: number): Viewer | undefined {
    return this.#viewers[place];
  }

  rowAt(place: number): Row {
    return (this.#rows[place] ?? noRow) as Row;
  }

  nextAt(place: number): number {
    return this.#next[place] ?? 0;
  }

  setNext(place: number, next: number): void {
    this.#next[place] = next;
  }

  #grow(): void {
    const [rows, next] = [new Int32Array(2 * this.#rows.length), new Float64Array(2 * this.#rows.length)];
    rows.set(this.#rows);
    next.set(this.#next);
    this.#rows = rows;
    this.#next = next;
  }
}
