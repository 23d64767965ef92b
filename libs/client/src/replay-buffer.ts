/**
 * A stretch of a broadcast that was read, by the time since its start. It knows no socket and no clock. All times are in ms from the start.
 */
import { entryOf, messageOf, pinnedBy } from "./entry.ts";
import type { Entry, Message } from "./model.ts";
import { type Publication, publicationOfWire } from "./wire.ts";

/** Entries that are shown at a time, as in a live room. */
export const shown = 1_000;
const noHearts = {};
/** What was shown and is not any more leaves beyond it. */
const keptBehind = 2_000;

/** What `rpc replay` answers, entry by entry: a publication, totals, or how it stands at the window's beginning. */
export interface ReplayEntry {
  readonly at: number;
  readonly publication?: unknown;
  readonly hearts?: Readonly<Record<string, number>>;
  readonly pins?: readonly number[];
  readonly gifts?: { readonly count: number };
}

interface Item {
  readonly at: number;
  readonly publication: Publication;
  readonly entry: Entry | undefined;
}

export class ReplayBuffer {
  readonly #me: string;
  #items: Item[] = [];
  #totals: { readonly at: number; readonly hearts: Readonly<Record<string, number>> }[] = [];
  #openingPins: readonly Publication[] = [];
  #entries: { from: number; to: number; entries: readonly Entry[] } = { from: 0, to: 0, entries: [] };
  #pinned: { of: readonly Publication[]; messages: readonly Message[] } = { of: [], messages: [] };

  constructor(me: string) {
    this.#me = me;
  }

  /** How many were read that come after this time. */
  ahead(at: number): number {
    return this.#items.length - this.#indexAfter(at);
  }

  add(entries: readonly ReplayEntry[]): void {
    for (const { at, publication: raw, hearts } of entries) {
      if (hearts !== undefined) insert(this.#totals, { at, hearts });
      if (raw === undefined) continue;
      const publication = publicationOfWire(raw);
      insert(this.#items, { at, publication, entry: entryOf(publication, this.#me) });
    }
    this.#entries = { from: 0, to: 0, entries: [] };
  }

  /** What was at the top where the stretch begins. */
  startPinned(pinned: readonly Publication[]): void {
    this.#openingPins = pinned;
  }

  /** The same array until there is another one. */
  entriesUntil(at: number): readonly Entry[] {
    const to = this.#indexAfter(at);
    if (this.#entries.to !== to) {
      const from = Math.max(0, to - shown);
      const entries = this.#items.slice(from, to).flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
      this.#entries = { from, to, entries };
    }
    return this.#entries.entries;
  }

  heartsUntil(at: number): Readonly<Record<string, number>> {
    return this.#totals.findLast((one) => one.at <= at)?.hearts ?? noHearts;
  }

  /** What was at the top then, in the order in which it was pinned. */
  pinnedUntil(at: number): readonly Message[] {
    let pinned = [...this.#openingPins];
    for (const { publication } of this.#items.slice(0, this.#indexAfter(at))) {
      const { data, tags } = publication;
      if (tags.type !== "pinned" && tags.type !== "unpinned") continue;
      pinned = pinned.filter(({ offset }) => offset !== data.offset);
      const message = tags.type === "pinned" ? pinnedBy(publication) : undefined;
      if (message !== undefined) pinned.push(message);
    }
    const { of, messages } = this.#pinned;
    const same = pinned.length === of.length && pinned.every(({ offset }, index) => offset === of[index]?.offset);
    if (!same) this.#pinned = { of: pinned, messages: pinned.map((one) => messageOf(one, this.#me)) };
    return same ? messages : this.#pinned.messages;
  }

  /** What lies far behind is forgotten, save for what it left at the top. @returns from when on everything is still there, if that is new */
  forget(at: number): number | undefined {
    const behind = this.#indexAfter(at) - keptBehind;
    if (behind < keptBehind) return undefined;
    const from = (this.#items[behind] as Item).at;
    const gone = this.#indexAfter(from - 1);
    const pinned = this.pinnedUntil(from - 1);
    this.#openingPins = pinned.length === 0 ? [] : this.#pinned.of;
    this.#items = this.#items.slice(gone);
    const totals = this.#totals.findLastIndex((one) => one.at < from);
    this.#totals = this.#totals.slice(Math.max(0, totals));
    this.#entries = { from: 0, to: 0, entries: [] };
    return from;
  }

  #indexAfter(at: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle] as Item).at <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Times may step back a little, by as much as clocks differ. */
function insert<T extends { readonly at: number }>(list: T[], item: T): void {
  let index = list.length;
  while (index > 0 && (list[index - 1] as T).at > item.at) index--;
  list.splice(index, 0, item);
}
