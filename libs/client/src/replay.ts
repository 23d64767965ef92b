/** A broadcast once more, for a video player: what its audience saw, by the time since its start. */
import type { Subscription } from "centrifuge";
import type { Caller } from "./caller.ts";
import { Listeners } from "./listeners.ts";
import type { Entry, Message } from "./model.ts";
import { ReplayBuffer, type ReplayEntry, shown } from "./replay-buffer.ts";
import type { Publication } from "./wire.ts";

/** So much is read at a time, and read before it is needed. */
const windowMs = 60_000;
/** Who jumps has what was said shortly before: little, since in a flood it is much, and `loadOlder` reads more. */
const beforeMs = 10_000;
/** In a flood, what is read ahead. */
const maxAhead = 3_000;
const maxPoints = 200;
/** Questions at a time for a graph. */
const atOnce = 4;
/** The past is read until so much more is there, in stretches that grow where little was said. */
const olderEntries = 30;
const maxOlderMs = 8 * windowMs;
/** The newest events, among which its last one that was seen is looked for: staff may have done much since. */
const endEvents = 200;
const seen = /^(posted|gifted|pinned|unpinned|closed)$/;

/** How it stood at a time, ms from the start. */
export interface HeartsAt {
  readonly at: number;
  /** By kind, and all of them. */
  readonly hearts: Readonly<Record<string, number>>;
  readonly total: number;
  /** How many gifts there had been. */
  readonly gifts: number;
  /** Offsets of what was at the top. */
  readonly pins: readonly number[];
}

interface Answer {
  readonly entries: readonly ReplayEntry[];
  readonly next?: unknown;
}

/** @internal What a replay needs of its room. */
export interface ReplaySource {
  readonly room: string;
  readonly caller: Caller;
  me(): string;
  history(options: Parameters<Subscription["history"]>[0]): Promise<readonly Publication[]>;
}

/**
 * Made by `room.replay()`. A player says where it is by `entriesUntil(at)`, as often as it likes, and `seek(at)` where it jumps; what is
 * missing is read, and who has subscribed is told when it is there.
 */
export class Replay {
  readonly #source: ReplaySource;
  readonly #listeners = new Listeners();
  #buffer: ReplayBuffer;
  /** What has been read begins and ends here. */
  #from = 0;
  #to = 0;
  /** The window that is being read, and where its last page ended. */
  #window = 0;
  #after: unknown;
  #position = 0;
  #reading: Promise<void> | undefined;
  #readingOlder: Promise<void> | undefined;
  /** A jump makes what is still on its way worthless. */
  #jump = 0;
  #length: Promise<{ startedAt: number; durationMs: number }> | undefined;

  /** @internal */
  constructor(source: ReplaySource) {
    this.#source = source;
    this.#buffer = new ReplayBuffer(source.me());
  }

  /** Told when more is there to show. @returns what ends it */
  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Whether something that should be shown is still being read. */
  get loading(): boolean {
    return this.#reading !== undefined && this.#to <= this.#position;
  }

  /** Jumps. Resolves once what was said by then is there. @throws MadangError where it cannot be read */
  async seek(at: number): Promise<void> {
    this.#position = at;
    if (at < this.#from || at > this.#to + beforeMs) this.#startAt(Math.max(0, Math.floor(at) - beforeMs));
    const jump = this.#jump;
    while (jump === this.#jump && this.#to <= at) await this.#read();
    this.#readAhead();
  }

  /** What is on the page at this time: comments and gifts, up to 1,000. The same array until there is another one. */
  entriesUntil(at: number): readonly Entry[] {
    this.#moveTo(at);
    return this.#buffer.entriesUntil(at);
  }

  /** Whether there is more before what is shown, and whether it is being read. */
  get older(): "none" | "more" | "loading" {
    if (this.#readingOlder !== undefined) return "loading";
    return this.#from > 0 ? "more" : "none";
  }

  /** Reads what was said before what is shown, up to the 1,000 that are. @throws MadangError where it cannot be read */
  loadOlder(): Promise<void> {
    if (this.#from === 0 || this.#buffer.entriesUntil(this.#position).length >= shown) return Promise.resolve();
    this.#readingOlder ??= this.#loadOlder(this.#jump).finally(() => {
      this.#readingOlder = undefined;
      this.#listeners.tell();
    });
    this.#listeners.tell();
    return this.#readingOlder;
  }

  /** Totals of hearts by kind at this time. */
  heartsUntil(at: number): Readonly<Record<string, number>> {
    return this.#buffer.heartsUntil(at);
  }

  /** What was at the top at this time. */
  pinnedUntil(at: number): readonly Message[] {
    return this.#buffer.pinnedUntil(at);
  }

  /** When it began, ms since 1970, and how long it is: to the last that was seen of it. @throws MadangError */
  length(): Promise<{ startedAt: number; durationMs: number }> {
    this.#length ??= this.#measure();
    this.#length.catch(() => {
      this.#length = undefined;
    });
    return this.#length;
  }

  /** How the whole broadcast went: hearts, gifts and pins, at up to 200 times from its start to its end. @throws MadangError */
  async totals(points = 100): Promise<readonly HeartsAt[]> {
    const { durationMs } = await this.length();
    const count = Math.max(1, Math.min(points, maxPoints));
    const times = Array.from({ length: count + 1 }, (_, n) => Math.ceil((durationMs * n) / count));
    const found: HeartsAt[] = [];
    const next = times.entries();
    const worker = async () => {
      // Totals are of a whole second, which ends after its last event.
      for (const [index, at] of next) found[index] = totalOf(at, await this.#stateAt(index === count ? at + 2_000 : at));
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return found;
  }

  /** The first page of what happened from `from` to before `to`, ms from the start, as the server tells it. @throws MadangError */
  async page(from: number, to: number): Promise<readonly ReplayEntry[]> {
    return (await this.#ask({ from, to })).entries;
  }

  #startAt(from: number): void {
    this.#jump++;
    this.#from = from;
    this.#to = from;
    this.#window = from;
    this.#after = undefined;
    this.#reading = undefined;
    this.#readingOlder = undefined;
    this.#buffer = new ReplayBuffer(this.#source.me());
    this.#listeners.tell();
  }

  #moveTo(at: number): void {
    // What was not read is jumped over: the player has jumped.
    if (at < this.#from || at > this.#to + windowMs) {
      this.seek(at).catch(() => {});
      return;
    }
    this.#position = at;
    this.#from = Math.max(this.#from, this.#buffer.forget(at) ?? 0);
    this.#readAhead();
  }

  #readAhead(): void {
    if (this.#reading !== undefined || this.#to > this.#position + windowMs || this.#buffer.ahead(this.#position) > maxAhead)
      return;
    this.#read().then(
      () => this.#readAhead(),
      // It is tried again when the player goes on.
      () => {},
    );
  }

  /** Reads on by a page. */
  #read(): Promise<void> {
    const jump = this.#jump;
    this.#reading ??= this.#page(jump).finally(() => {
      if (jump !== this.#jump) return;
      this.#reading = undefined;
      this.#listeners.tell();
    });
    return this.#reading;
  }

  async #page(jump: number): Promise<void> {
    const from = this.#window;
    const to = from + windowMs;
    const after = this.#after;
    const { entries, next } = await this.#ask({ from, to, ...(after === undefined ? {} : { after }) });
    const pinned = after === undefined && from === this.#from ? await this.#pinnedOf(entries) : [];
    if (jump !== this.#jump) return;
    if (pinned.length > 0 && from === this.#from) this.#buffer.startPinned(pinned);
    this.#buffer.add(entries);
    this.#after = next;
    if (next === undefined) this.#window = to;
    this.#to = next === undefined ? to : Math.max(this.#to, entries.at(-1)?.at ?? 0);
  }

  async #loadOlder(jump: number): Promise<void> {
    const before = this.#buffer.entriesUntil(this.#position).length;
    for (let stretchMs = beforeMs; this.#from > 0; stretchMs = Math.min(2 * stretchMs, maxOlderMs)) {
      const to = this.#from;
      const from = Math.max(0, to - stretchMs);
      const entries: ReplayEntry[] = [];
      for (let after: unknown; ; ) {
        const page: Answer = await this.#ask({ from, to, ...(after === undefined ? {} : { after }) });
        entries.push(...page.entries);
        after = page.next;
        if (after === undefined) break;
      }
      const pinned = await this.#pinnedOf(entries);
      // What was forgotten meanwhile is not to be put before a hole.
      if (jump !== this.#jump || to !== this.#from) return;
      this.#buffer.startPinned(pinned);
      this.#buffer.add(entries);
      this.#from = from;
      if (this.#buffer.entriesUntil(this.#position).length >= before + olderEntries) return;
    }
  }

  /** What was at the top where these begin. */
  async #pinnedOf([first]: readonly ReplayEntry[]): Promise<Publication[]> {
    const pinned = (first?.pins ?? []).map((offset) =>
      this.#source.history({ limit: 1, since: { offset: offset - 1, epoch: "" } }),
    );
    return (await Promise.all(pinned)).flat();
  }

  async #measure(): Promise<{ startedAt: number; durationMs: number }> {
    const [{ entries }, newest] = await Promise.all([
      this.#ask({ from: 1 }),
      this.#source.history({ limit: endEvents, reverse: true }),
    ]);
    const last = newest.find(({ tags }) => seen.test(tags.type ?? "")) ?? newest[0];
    const end = Number(last?.tags.time ?? 0);
    for (const { at, publication } of entries) {
      const time = Number((publication as { tags?: { time?: string } } | undefined)?.tags?.time);
      if (time > 0) return { startedAt: time - at, durationMs: Math.max(0, end - time + at) };
    }
    return { startedAt: end, durationMs: 0 };
  }

  async #stateAt(at: number): Promise<ReplayEntry | undefined> {
    return at === 0 ? undefined : (await this.page(at, at + 1))[0];
  }

  #ask(window: object): Promise<Answer> {
    return this.#source.caller.ask<Answer>("replay", { channel: this.#source.room, ...window });
  }
}

function totalOf(at: number, { hearts = {}, gifts, pins = [] }: Partial<ReplayEntry> = {}): HeartsAt {
  const total = Object.values(hearts).reduce((sum, count) => sum + count, 0);
  return { at, hearts, total, gifts: gifts?.count ?? 0, pins };
}
