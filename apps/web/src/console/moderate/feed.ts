/**
 * What the moderator's list shows of a room's timeline. It stands still while it is paused, and counts what has come; comments that were
 * taken away meanwhile show so in their place.
 */
import type { Entry, Message } from "@madang/client";

export class Feed {
  #shown: readonly Entry[] = [];
  #paused = false;
  #waiting = 0;
  #newest = 0;

  get shown(): readonly Entry[] {
    return this.#shown;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Comments that came while it is paused. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The room's timeline as it is now. Returns how many comments are new in it. */
  take(entries: readonly Entry[]): number {
    const came = this.#countNew(entries);
    if (!this.#paused) this.#shown = entries;
    else {
      this.#waiting += came;
      this.#shown = withOlder(refreshed(this.#shown, entries), entries);
    }
    return came;
  }

  pause(): void {
    this.#paused = true;
  }

  /** Shows what has come meanwhile. */
  resume(entries: readonly Entry[]): void {
    this.#paused = false;
    this.#waiting = 0;
    this.take(entries);
  }

  /** Counted by places: the timeline is bounded, and what has left it was new once. */
  #countNew(entries: readonly Entry[]): number {
    let came = 0;
    // In another life of the log places begin anew.
    const last = entries.findLast((entry) => offsetOf(entry) !== undefined);
    let newest = Math.min(this.#newest, last === undefined ? this.#newest : (offsetOf(last) ?? 0));
    for (let at = entries.length - 1; at >= 0; at--) {
      const entry = entries[at];
      const offset = entry === undefined ? undefined : offsetOf(entry);
      if (offset === undefined) continue;
      if (offset <= this.#newest) break;
      newest = Math.max(newest, offset);
      if (entry?.kind === "message") came++;
    }
    this.#newest = newest;
    return came;
  }
}

/**
 * The same entries in the same order, each as it reads now, where the timeline still has it; the same array if none has changed. What was
 * taken away keeps its words here: a moderator has to see what that was.
 */
function refreshed(shown: readonly Entry[], entries: readonly Entry[]): readonly Entry[] {
  const now = new Map(entries.map((entry) => [entry.key, entry]));
  let changed = false;
  const next = shown.map((entry) => {
    const other = now.get(entry.key);
    if (other === undefined || other === entry || (isGone(other) && isGone(entry))) return entry;
    changed = true;
    return other.kind === "message" && other.deleted && entry.kind === "message" ? { ...entry, deleted: true } : other;
  });
  return changed ? next : shown;
}

/** With more of the past before it, if some was read since. */
function withOlder(shown: readonly Entry[], entries: readonly Entry[]): readonly Entry[] {
  const first = shown.find((entry) => offsetOf(entry) !== undefined);
  if (first === undefined || entries[0]?.key === first.key) return shown;
  const upTo = entries.findIndex(({ key }) => key === first.key);
  return upTo > 0 ? [...entries.slice(0, upTo), ...shown.slice(shown.indexOf(first))] : shown;
}

const isGone = (entry: Entry): boolean => entry.kind === "message" && entry.deleted;

export function offsetOf(entry: Entry): number | undefined {
  switch (entry.kind) {
    case "message":
    case "gift":
    case "notice":
      return entry.offset;
    case "skipped":
    case "gap":
      return entry.to;
    default:
      return entry satisfies never;
  }
}

export interface FeedFilter {
  readonly search: string;
  readonly user?: string;
  /** Those that any of these is true of; none: all. */
  readonly only: ReadonlySet<"reported" | "held" | "masked" | "links">;
}

export const everything: FeedFilter = { search: "", only: new Set() };

/** Comments that match, in their order; without any filter everything, gaps and notices too. */
export function filtered(
  entries: readonly Entry[],
  filter: FeedFilter,
  known: { readonly reported: ReadonlySet<number>; readonly held: ReadonlySet<number> },
): readonly Entry[] {
  const { user, only } = filter;
  const search = filter.search.trim().toLowerCase();
  if (search === "" && user === undefined && only.size === 0) return entries;
  return entries.filter((entry) => {
    if (entry.kind === "gap") return true;
    if (entry.kind === "notice") return entry.type === "held" && only.has("held") && known.held.has(entry.offset);
    if (entry.kind !== "message") return false;
    if (user !== undefined && entry.author?.user !== user) return false;
    if (search !== "" && !contains(entry, search)) return false;
    return only.size === 0 || [...only].some((kind) => is(entry, kind, known));
  });
}

function contains({ text, author }: Message, search: string): boolean {
  return (
    text.toLowerCase().includes(search) ||
    (author?.name.toLowerCase().includes(search) ?? false) ||
    (author?.user.toLowerCase().includes(search) ?? false)
  );
}

function is(
  message: Message,
  kind: "reported" | "held" | "masked" | "links",
  known: { readonly reported: ReadonlySet<number>; readonly held: ReadonlySet<number> },
): boolean {
  const { offset } = message;
  switch (kind) {
    case "reported":
      return offset !== undefined && known.reported.has(offset);
    case "held":
      return message.state.kind === "held" || (offset !== undefined && known.held.has(offset));
    case "masked":
      return message.masked;
    case "links":
      return hasLink(message.text);
    default:
      return kind satisfies never;
  }
}

const link = /(?:https?:\/\/|www\.)\S|\b[\w-]+\.(?:com|net|org|io|kr|jp|me|gg|ly|tv|co|xyz|shop|link)\b/i;
export const hasLink = (text: string): boolean => link.test(text);
