/** How records become transactions: small enough to commit without a long block, in the log's order, and divisible. Pure. */
import { limits } from "@madang/contracts";
import type { StoredRecord } from "@madang/log";
import type { RoomAppend } from "./store/message-store.ts";

/** A part of a record, or all of it. */
export interface Piece {
  readonly record: StoredRecord;
  /** The record is done with it. */
  readonly last: boolean;
  /** Nothing: the record has nothing for the store. */
  readonly append?: RoomAppend;
}

/** Text of one transaction, in characters: with SQLite, encoding and writing it is one block of the loop, some 10 ms. */
const transactionChars = 1024 * 1024;

/** Gathers pieces into transactions; a larger piece is one of its own, after `split`. */
export class Gathering {
  #pieces: Piece[] = [];
  #rows = 0;
  #chars = 0;

  get empty(): boolean {
    return this.#pieces.length === 0;
  }

  /** Takes a piece; answers what was here before when there is no room for both. */
  add(piece: Piece): Piece[] | undefined {
    const rows = piece.append === undefined ? 0 : piece.append.events.length + piece.append.totals.length;
    let chars = 0;
    if (piece.append !== undefined) for (const { line } of piece.append.events) chars += line.length;
    const isLarge = this.#rows + rows > limits.transactionRows || this.#chars + chars > transactionChars;
    const full = isLarge || this.#pieces.length >= limits.fetchRecords ? this.take() : undefined;
    this.#pieces.push(piece);
    this.#rows += rows;
    this.#chars += chars;
    return full;
  }

  /** What is here, if anything. */
  take(): Piece[] | undefined {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#rows = 0;
    this.#chars = 0;
    return pieces.length > 0 ? pieces : undefined;
  }
}

/** A record's append in pieces of at most one transaction's rows. */
export function* split(record: StoredRecord, append: RoomAppend): Generator<Piece> {
  let rest = append;
  while (rest.events.length > limits.transactionRows) {
    const [first, second] = divide(rest, limits.transactionRows);
    yield { record, last: false, append: first };
    rest = second;
  }
  yield { record, last: true, append: rest };
}

/** Two halves in order, or nothing for a single event. */
export function halve(pieces: readonly Piece[]): [Piece[], Piece[]] | undefined {
  const middle = Math.ceil(pieces.length / 2);
  if (pieces.length > 1) return [pieces.slice(0, middle), pieces.slice(middle)];
  const [piece] = pieces;
  if (piece?.append === undefined || piece.append.events.length < 2) return undefined;
  const [first, second] = divide(piece.append, Math.ceil(piece.append.events.length / 2));
  return [[{ record: piece.record, last: false, append: first }], [{ ...piece, append: second }]];
}

// Totals go with the last events: a record counts as stored once those are.
function divide(append: RoomAppend, count: number): [RoomAppend, RoomAppend] {
  const first = append.events.slice(0, count);
  return [
    { ...append, events: first, totals: [], head: first.at(-1)?.offset ?? append.head },
    { ...append, events: append.events.slice(count) },
  ];
}

/** How far the stream is stored once these pieces are: before a record whose last piece is not among them. */
export function sequenceOf(pieces: readonly Piece[]): number {
  const end = pieces.at(-1);
  if (end === undefined) throw new Error("a transaction of nothing");
  return end.last ? end.record.sequence : end.record.sequence - 1;
}
