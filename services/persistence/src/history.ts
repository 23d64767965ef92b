/** Answers questions about the past: from the store, and beyond its end from the log, without a seam. Pure but for what it is given. */
import {
  type Author,
  cutPage,
  type HistoryPage,
  type HistoryQuery,
  type HistoryReply,
  type Line,
  limits,
  type RoomId,
} from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import { repeatedIn } from "@madang/room-state";
import { Overlay } from "./overlay.ts";
import { type MessageStore, type StoredEvent, StoreUnavailable } from "./store/message-store.ts";

/**
 * The lines `from` … `to` as the log has them, in one page that holds `from`, or `to` when `reverse`; it may be cut at its other end.
 * Nothing: the log has that one no more, or never had. @throws LogUnavailable
 */
export type Tail = (query: HistoryQuery) => Promise<HistoryPage | undefined>;

/** Rows of one read: a page of short lines takes four, and long lines do not pile up beyond a page's bytes. */
const chunkLines = 250;

/** A store that takes longer counts as away: the log can still answer within `limits.historyRequestMs`. */
const storeMs = limits.historyRequestMs / 3;

/** Part of a page at its open end, and why it goes no further. */
type Found = { lines: Line[]; storeAway: boolean; end: "full" | "unavailable" | "lost" };

/** The stored lines that hang together with the near end, and the last offset of any in the asked part. */
type Stored = { lines: Line[]; last: number } | "unavailable";

export class HistoryResponder {
  readonly #store: MessageStore;
  readonly #tail: Tail;

  constructor({ store, tail }: { store: MessageStore; tail: Tail }) {
    this.#store = store;
    this.#tail = tail;
  }

  /**
   * A part of the range is an answer; its first line (its last when `reverse`) is always in it, or the reason why not. Lines read as they
   * do now, as far as the store and the page itself know. Where the store is away, gateways know the newest changes.
   */
  async answer(query: HistoryQuery): Promise<HistoryReply> {
    const { reverse, maxBytes } = query;
    const { from, to } = bounded(query);
    if (from > to) return { ok: true, page: { from, lines: [] } };
    const { lines, storeAway, end } = await this.#find({ ...query, from, to });
    if (lines.length === 0) return { ok: false, reason: end === "lost" ? "lost" : "unavailable" };
    const overlay = await this.#overlay(query, lines, { storeAway });
    const page = { from: reverse ? to - lines.length + 1 : from, lines: lines.map((line) => overlay.view(line)) };
    return { ok: true, page: cutPage(page, { maxBytes, reverse }) };
  }

  /** Walks from one end of the range until the page is full, taking each stretch from where it is. */
  async #find(query: HistoryQuery): Promise<Found> {
    const { reverse, maxBytes } = query;
    let { from, to } = query;
    let lines: Line[] = [];
    let bytes = 0;
    let storeAway = false;
    while (from <= to && bytes < maxBytes) {
      const near = nearPart({ ...query, from, to });
      const stored: Stored = storeAway ? "unavailable" : await this.#stored(near);
      // Asked once: each further question to a store that hangs would cost its time again.
      storeAway = stored === "unavailable";
      const stretch = await this.#stretch({ ...query, from, to }, stored);
      if (typeof stretch === "string") return { lines, storeAway, end: stretch };
      lines = reverse ? [...stretch, ...lines] : [...lines, ...stretch];
      bytes += stretch.reduce((sum, line) => sum + line.line.length, 0);
      if (reverse) to -= stretch.length;
      else from += stretch.length;
    }
    return { lines, storeAway, end: "full" };
  }

  /** The next lines at the near end, at least one: what is stored of them, else from the log. */
  async #stretch(query: HistoryQuery, stored: Stored): Promise<readonly Line[] | "unavailable" | "lost"> {
    if (stored !== "unavailable" && stored.lines.length > 0) return stored.lines;
    const near = nearPart(query);
    // Backwards the log is asked for no more than is missing: older lines may be in the store alone.
    const missing = query.reverse ? { ...near, from: stored === "unavailable" ? near.from : stored.last + 1 } : query;
    try {
      const logged = nearLines(await this.#tail(missing), missing);
      if (logged.length > 0) return logged;
    } catch (error) {
      if (error instanceof LogUnavailable) return "unavailable";
      throw error;
    }
    if (stored === "unavailable") return "unavailable";
    // The log has it no more: the store may have got it between the two questions.
    const again = await this.#stored(near);
    if (again === "unavailable") return again;
    return again.lines.length > 0 ? again.lines : "lost";
  }

  async #overlay(query: HistoryQuery, lines: readonly Line[], { storeAway }: { storeAway: boolean }): Promise<Overlay> {
    // Before the changes are read: what is stored meanwhile is then in both.
    const newer = storeAway ? [] : await this.#notStored(query, lines.at(-1)?.offset ?? 0);
    const overlay = storeAway ? new Overlay() : await this.#changes(query.room, lines);
    for (const line of [...lines, ...newer]) overlay.add(line);
    return overlay;
  }

  /**
   * What the asker knows to have happened behind these lines and the store may not have yet. A gateway knows by itself what was taken away
   * or changed; what was brought back it cannot read from a tombstone.
   */
  async #notStored({ room, restoredAt = 0 }: HistoryQuery, last: number): Promise<readonly Line[]> {
    if (restoredAt <= last) return [];
    try {
      const head = (await within(storeMs, this.#store.heads([room]))).get(room)?.offset ?? 0;
      if (head >= restoredAt) return [];
      const from = Math.max(head + 1, restoredAt - limits.historyLines + 1);
      const asked: HistoryQuery = { v: 1, room, from, to: restoredAt, reverse: true, maxBytes: limits.historyBytes };
      return nearLines(await this.#tail(asked), asked);
    } catch (error) {
      if (error instanceof StoreUnavailable || error instanceof LogUnavailable) return [];
      throw error;
    }
  }

  async #changes(room: RoomId, lines: readonly Line[]): Promise<Overlay> {
    const range = { from: lines[0]?.offset ?? 1, to: lines.at(-1)?.offset ?? 0 };
    const repeated = lines.flatMap((line) => repeatedIn(line) ?? []);
    const posted = lines.filter(({ type }) => type === "posted");
    const users = new Set<string>([...posted, ...repeated].map(({ author }) => author));
    const elsewhere = new Set(repeated.map(({ offset }) => offset).filter((offset) => offset < range.from));
    try {
      const asked = { ...range, users: [...users], elsewhere: [...elsewhere] };
      return new Overlay(await within(storeMs, this.#store.changes(room, asked)));
    } catch (error) {
      if (error instanceof StoreUnavailable) return new Overlay();
      throw error;
    }
  }

  async #stored(query: HistoryQuery): Promise<Stored> {
    try {
      const rows = await within(storeMs, this.#store.lines(query.room, query));
      return { lines: consecutive(rows, query), last: rows.at(-1)?.offset ?? query.from - 1 };
    } catch (error) {
      if (error instanceof StoreUnavailable) return "unavailable";
      throw error;
    }
  }
}

function bounded({ from, to, reverse }: HistoryQuery): { from: number; to: number } {
  return reverse
    ? { from: Math.max(from, to - limits.historyLines + 1), to }
    : { from, to: Math.min(to, from + limits.historyLines - 1) };
}

/** What one read of the store asks for. */
function nearPart(query: HistoryQuery): HistoryQuery {
  const { from, to, reverse } = query;
  return reverse
    ? { ...query, from: Math.max(from, to - chunkLines + 1) }
    : { ...query, to: Math.min(to, from + chunkLines - 1) };
}

/** The stored lines that hang together with the near end of the range. */
function consecutive(rows: readonly StoredEvent[], { from, to, reverse }: HistoryQuery): Line[] {
  let count = 0;
  while (count < rows.length && rows.at(reverse ? -1 - count : count)?.offset === (reverse ? to - count : from + count)) count++;
  const run = reverse ? rows.slice(rows.length - count) : rows.slice(0, count);
  return run.map(toLine);
}

export function toLine({ offset, type, author, lane, mentions, line }: StoredEvent): Line {
  return { offset, type, author: author as Author, lane, mentions, line: Buffer.from(line) };
}

/** The part of the log's page that lies in the range and holds its near end. */
function nearLines(page: HistoryPage | undefined, { from, to, reverse }: HistoryQuery): readonly Line[] {
  if (page === undefined) return [];
  const last = page.from + page.lines.length - 1;
  const holdsNearEnd = reverse ? page.from <= to && last >= to : page.from <= from && last >= from;
  if (!holdsNearEnd) return [];
  return page.lines.slice(Math.max(0, from - page.from), to - page.from + 1);
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailable(`no answer within ${ms} ms`)), ms);
  });
  // Whichever comes second is of no interest any more, not even as a failure.
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
