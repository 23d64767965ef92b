/**
 * What there is to read in a room, in one order: live, recovered and paged events put together, each once, and one's own messages that are
 * on their way behind them. It knows no socket and no clock.
 */
import { Changes, remember } from "./changes.ts";
import { entryOf } from "./entry.ts";
import type { Entry, Gap, Message, MessageState, Person, Skipped } from "./model.ts";
import type { Publication } from "./wire.ts";

/** Entries that are kept: the oldest leave beyond it. */
export const keptAtEnd = 1_000;
export const keptWhileReading = 5_000;
/** Ids of one's own messages. */
const maxSaid = 1_000;
/** Messages of one's own without a place: of those that nobody sends any more the oldest leave. */
const maxEchoes = 200;
/** What is left out of a flood is told once in so many entries. */
const skipEvery = 20;

/** Where an entry stands: its offset, or between two. */
interface Node {
  readonly place: number;
  /** None: an own message whose answer came before its event, or what is no event. */
  readonly publication?: Publication;
  readonly entry: Entry;
}

/** Offsets that have to be read again, since what was taken away there is back. */
export interface Reread {
  readonly from: number;
  readonly to: number;
}

export class Timeline {
  /** By place, which rises. */
  #nodes: Node[] = [];
  /** On their way, in the order in which they were said. */
  #echoes: Message[] = [];
  /** Keys of what was said here, by id. */
  readonly #said = new Map<string, string>();
  readonly #changes = new Changes();
  readonly #hidden = new Set<string>();
  #kept = keptAtEnd;
  #entries: readonly Entry[] | undefined = [];
  /** The user whose view this is; empty until it is known. */
  me = "";
  /** The newest offset that is known here. */
  last = 0;
  /** Everything from here on has been read, save for what gaps say. */
  oldest = 1;

  /** The same array until something changes. */
  get entries(): readonly Entry[] {
    if (this.#entries === undefined) {
      const shown = this.#nodes.map(({ entry }) => entry);
      this.#entries = [...(this.#hidden.size === 0 ? shown : shown.filter((entry) => !this.isHidden(entry))), ...this.#echoes];
    }
    return this.#entries;
  }

  get hasOlder(): boolean {
    return this.oldest > 1;
  }

  /** How many more of the past have a place. */
  get placesLeft(): number {
    return Math.max(0, this.#kept - this.#nodes.length);
  }

  /** Begins anew behind the room's newest event. What is on its way stays. */
  start(head: number): void {
    this.#nodes = [];
    this.last = head;
    this.oldest = head + 1;
    this.#forgetChanges();
  }

  /** An event that came live or was recovered. @returns what has to be read again */
  live(publication: Publication): Reread | undefined {
    const { offset, data, tags } = publication;
    if (offset !== undefined && offset > this.last) this.last = offset;
    const target = Number(data.offset);
    switch (tags.type) {
      case "skip":
        this.#skip(data as unknown as Skipped);
        return;
      case "edited":
      case "deleted":
        if (tags.deleted !== undefined) return;
        this.#changes.change(target, publication);
        this.#amend(({ place }) => place === target);
        return;
      case "purged":
        this.#changes.purge(String(data.user), Number(data.upTo));
        this.#amend(() => true);
        return;
      case "restored":
        return this.#restored(publication);
      default:
        this.#put(publication);
        this.#trim();
    }
  }

  /** A page of the newest, after `start` or `missed`. It may be in any order. */
  latest(page: readonly Publication[], { reachesStart }: { readonly reachesStart: boolean }): void {
    const first = Math.min(...page.map(({ offset = 0 }) => offset), this.last + 1);
    const gap = this.#nodes.findLast(({ entry }) => entry.kind === "gap");
    for (const publication of page) this.#put(publication);
    if (gap === undefined) this.oldest = reachesStart ? 1 : Math.min(this.oldest, first);
    else this.#setGap(gap.entry as Gap, { to: Math.min((gap.entry as Gap).to, first - 1) });
    this.#trim();
  }

  /** A page of what was before `oldest`. */
  older(page: readonly Publication[]): void {
    for (const publication of page) this.#put(publication);
    this.oldest = page.length === 0 ? 1 : Math.min(...page.map(({ offset = 1 }) => offset));
    this.#trim();
  }

  /** Events up to the room's newest were missed and cannot be recovered. */
  missed(head: number): void {
    const from = this.last + 1;
    this.#forgetChanges();
    if (head < from) return;
    this.last = head;
    // One gap that was there already, with nothing behind it, grows.
    this.#insert({ place: from - 0.25, entry: { kind: "gap", key: `gap${from}`, from, to: head, filling: false } });
  }

  filling(gap: Gap, filling: boolean): void {
    const here = this.gap(gap.key);
    if (here !== undefined) this.#setGap(here, { filling });
  }

  /** The gap as it is now; none, once it was filled. */
  gap(key: string): Gap | undefined {
    return this.#nodes.find(({ entry }) => entry.kind === "gap" && entry.key === key)?.entry as Gap | undefined;
  }

  /** A page of what the gap hides, from its beginning. An empty one: there is nothing for us. */
  fill(key: string, page: readonly Publication[]): void {
    const gap = this.gap(key);
    if (gap === undefined) return;
    for (const publication of page) this.#put(publication);
    const upTo = Math.max(...page.map(({ offset = 0 }) => offset), 0);
    this.#setGap(gap, { from: upTo === 0 ? gap.to + 1 : upTo + 1 });
    this.#trim();
  }

  /** Events that were read again: they take the place of what is there. */
  reread(page: readonly Publication[]): void {
    for (const publication of page) {
      if (this.#nodes[this.#indexOf(publication.offset ?? 0)]?.place === publication.offset)
        this.#put(publication, { replace: true });
    }
  }

  /** Whose view this is. What was said before that was known is theirs, too. */
  belongTo(me: Person): void {
    if (me.user === this.me) return;
    this.me = me.user;
    this.#echoes = this.#echoes.map((echo) => ({ ...echo, author: me }));
    this.#changed();
  }

  /** What one said, on its way. */
  say(message: Message): void {
    remember(this.#said, message.id, message.key, maxSaid);
    this.#echoes.push(message);
    if (this.#echoes.length > maxEchoes) {
      const oldest = this.#echoes.find(({ state }) => state.kind !== "sending");
      this.#echoes = this.#echoes.filter((echo) => echo !== oldest);
    }
    this.#changed();
  }

  message(key: string): Message | undefined {
    return (this.#echoes.find((echo) => echo.key === key) ??
      this.#nodes.find(({ entry }) => entry.key === key && entry.kind === "message")?.entry) as Message | undefined;
  }

  /** What became of it. With an offset it has its place, and its event is yet to come, if it has not. */
  settle(key: string, state: MessageState, offset?: number): void {
    const echo = this.#echoes.find((one) => one.key === key);
    if (echo === undefined) return;
    if (offset === undefined) {
      this.#echoes = this.#echoes.map((one) => (one === echo ? { ...one, state } : one));
    } else {
      this.#echoes = this.#echoes.filter((one) => one !== echo);
      // What was given a place that was passed already, as with a repeat, is in the past that one has read or will read.
      if (offset >= this.oldest && this.#nodes[this.#indexOf(offset)]?.place !== offset)
        this.#insert({ place: offset, entry: { ...echo, offset, state } });
      this.#trim();
    }
    this.#changed();
  }

  /** An echo goes to the end, to be sent once more. */
  again(key: string, at: number): Message | undefined {
    const echo = this.#echoes.find((one) => one.key === key);
    if (echo === undefined || (echo.state.kind !== "refused" && echo.state.kind !== "failed")) return undefined;
    const message: Message = { ...echo, at, state: { kind: "sending" } };
    this.#echoes = [...this.#echoes.filter((one) => one !== echo), message];
    this.#changed();
    return message;
  }

  discard(key: string): void {
    this.#echoes = this.#echoes.filter((echo) => echo.key !== key);
    this.#nodes = this.#nodes.filter(
      ({ entry }) => !(entry.key === key && entry.kind === "message" && entry.state.kind === "held"),
    );
    this.#changed();
  }

  /** A user whom one does not want to see, or does again. */
  hide(user: string, hidden: boolean): void {
    if (hidden) this.#hidden.add(user);
    else this.#hidden.delete(user);
    this.#changed();
  }

  hides(user: string): boolean {
    return this.#hidden.has(user);
  }

  /** Whether it is of somebody whom one does not want to see. */
  isHidden(entry: Entry): boolean {
    return entry.kind === "message" && !entry.mine && entry.author !== undefined && this.#hidden.has(entry.author.user);
  }

  setReading(atEnd: boolean): void {
    this.#kept = atEnd ? keptAtEnd : keptWhileReading;
    this.#trim();
  }

  /** Something to tell that is no event of the room, before everything that is shown. */
  notice(type: string, at: number, data: Publication["data"]): void {
    const offset = this.#nodes[0] ? Math.ceil(this.#nodes[0].place) : this.last + 1;
    this.#insert({ place: offset - 0.75, entry: { kind: "notice", key: `${type}${offset}`, offset, at, type, data } });
  }

  has(type: string): boolean {
    return this.#nodes.some(({ entry }) => entry.kind === "notice" && entry.type === type);
  }

  /** The range that is held, for reading it again. */
  get held(): Reread | undefined {
    const offsets = this.#nodes.flatMap(({ place, publication }) => (publication === undefined ? [] : [place]));
    return offsets.length === 0 ? undefined : { from: offsets[0] as number, to: offsets.at(-1) as number };
  }

  #put(publication: Publication, { replace = false } = {}): void {
    const { offset, tags } = publication;
    if (offset === undefined) return;
    const key = tags.type === "posted" ? this.#said.get(tags.id ?? "") : undefined;
    const mine = key !== undefined && (publication.info === undefined || publication.info.user === this.me);
    if (mine) {
      this.#echoes = this.#echoes.filter((echo) => echo.key !== key);
      // It was held, and has a place of its own now.
      this.#nodes = this.#nodes.filter(({ place, entry }) => entry.key !== key || place === offset);
      this.#changed();
    }
    const index = this.#indexOf(offset);
    const there = this.#nodes[index];
    if (there?.place === offset && there.publication !== undefined && !replace) return;
    const now = this.#changes.applyTo(publication);
    const entry = entryOf(now, this.me, mine ? key : undefined);
    if (entry === undefined) return;
    this.#nodes.splice(index, there?.place === offset ? 1 : 0, { place: offset, publication: now, entry });
    this.#changed();
  }

  #amend(which: (node: Node) => boolean): void {
    this.#nodes = this.#nodes.map((node) => {
      if (node.publication === undefined || !which(node)) return node;
      const publication = this.#changes.applyTo(node.publication);
      if (publication === node.publication) return node;
      const entry = entryOf(publication, this.me, node.entry.key);
      return entry === undefined ? node : { ...node, publication, entry };
    });
    this.#changed();
  }

  #restored({ data }: Publication): Reread | undefined {
    const { offset, user } = data as { offset?: number; user?: string };
    if (offset !== undefined) {
      this.#changes.restore(offset);
      return this.#nodes[this.#indexOf(offset)]?.place === offset ? { from: offset, to: offset } : undefined;
    }
    this.#changes.unpurge(user ?? "");
    // Whose a tombstone was, nobody says.
    const gone = this.#nodes.filter(({ entry }) => entry.kind === "message" && entry.deleted).map(({ place }) => place);
    return gone.length === 0 ? undefined : { from: gone[0] as number, to: gone.at(-1) as number };
  }

  #skip({ from, to, count }: Skipped): void {
    const recent = this.#nodes.slice(-skipEvery).findLast(({ entry }) => entry.kind === "skipped");
    if (recent === undefined) {
      this.#insert({ place: to + 0.5, entry: { kind: "skipped", key: `skip${from}`, from, to, count } });
      this.#trim();
      return;
    }
    const was = recent.entry as Skipped;
    // A recovery may declare once more what was declared.
    if (to <= was.to) return;
    const entry = { ...was, from: Math.min(from, was.from), to, count: was.count + count };
    this.#nodes = this.#nodes.map((node) => (node === recent ? { ...node, entry } : node));
    this.#changed();
  }

  #setGap(gap: Gap, change: Partial<Gap>): void {
    const now = { ...gap, ...change };
    this.#nodes = this.#nodes.filter(({ entry }) => entry.key !== gap.key);
    if (now.from <= now.to) this.#insert({ place: now.from - 0.25, entry: now });
    this.#changed();
  }

  #insert(node: Node): void {
    this.#nodes.splice(this.#indexOf(node.place), 0, node);
    this.#changed();
  }

  /** Of the first node that does not stand before the place. */
  #indexOf(place: number): number {
    let low = 0;
    let high = this.#nodes.length;
    // Nearly everything comes last.
    if (high > 0 && (this.#nodes[high - 1] as Node).place < place) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#nodes[middle] as Node).place < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #trim(): void {
    let from = Math.max(0, this.#nodes.length - this.#kept);
    if (from === 0 && this.#nodes[0]?.entry.kind !== "gap") return;
    // A gap before everything else is the past that is yet to be read.
    while (this.#nodes[from]?.entry.kind === "gap") from++;
    this.#nodes = this.#nodes.slice(from);
    const first = this.#nodes.find(({ publication }) => publication !== undefined);
    this.oldest = first?.place ?? this.last + 1;
    this.#changed();
  }

  #forgetChanges(): void {
    this.#changes.clear();
    this.#changed();
  }

  #changed(): void {
    this.#entries = undefined;
  }
}
