/**
 * The lists of banned words, as they are now: one for all rooms, and one for each that has its own. A change is pushed, and heard within
 * milliseconds, before it is known to be stored; so it is read again a moment later, and so are all after a connection was lost. Lists of
 * rooms that are not awake here are not kept.
 */
import type { Bus, BusSubscription } from "@madang/bus";
import { buckets, decodeJson, globalWords, limits, type RoomId, roomKey, WordList } from "@madang/contracts";
import type { Bucket } from "@madang/log";
import { backoff, pause, Semaphore } from "@madang/runtime";
import { type Verdict, Words } from "@madang/words";

const nothing: Verdict = { action: undefined, matches: [] };

const prefix = `$KV.${buckets.words}.`;

export interface WordListsOptions {
  bus: Pick<Bus, "subscribe" | "onEvent">;
  bucket: Pick<Bucket, "get">;
  onError: (error: unknown) => void;
}

export class WordLists {
  readonly #options: WordListsOptions;
  /** By key; undefined: it was looked for, and there is none. Those of rooms for as long as somebody uses them. */
  readonly #lists = new Map<string, WordList | undefined>();
  /** Compiled, by the key of the room whose list is in it. */
  readonly #words = new Map<string, Words>();
  /** How many use a room's list. */
  readonly #uses = new Map<string, number>();
  /** What is to be read again. */
  readonly #doubted = new Map<string, NodeJS.Timeout>();
  readonly #places = new Semaphore(limits.parallelReads);
  #subscription: BusSubscription | undefined;
  #closed = false;

  constructor(options: WordListsOptions) {
    this.#options = options;
    options.bus.onEvent((event) => {
      if (event === "reconnected") void this.#readAgain();
    });
  }

  /** @throws LogUnavailable */
  async open(): Promise<void> {
    // Before anything is read: what changes between is heard.
    this.#subscription = this.#options.bus.subscribe(`${prefix}>`, ({ subject, data }) =>
      this.#hear(subject.slice(prefix.length), data),
    );
    this.#uses.set(globalWords, 1);
    await this.#read(globalWords);
  }

  close(): void {
    this.#closed = true;
    this.#subscription?.close();
    for (const timer of this.#doubted.values()) clearTimeout(timer);
  }

  /** Sees to it that the room's own list is here, until what it answers is called. @throws LogUnavailable */
  async use(room: RoomId): Promise<() => void> {
    const key = roomKey(room);
    this.#uses.set(key, (this.#uses.get(key) ?? 0) + 1);
    let released = false;
    const release = () => {
      if (!released) this.#release(key);
      released = true;
    };
    try {
      if (!this.#lists.has(key)) await this.#read(key);
    } catch (error) {
      release();
      throw error;
    }
    return release;
  }

  judge(room: RoomId, text: string): Verdict {
    const key = this.#lists.get(roomKey(room)) === undefined ? globalWords : roomKey(room);
    // The usual case, and that of every message.
    if (this.#lists.get(key) === undefined) return nothing;
    let words = this.#words.get(key);
    if (words === undefined) {
      // The one for all comes first: no room allows what it bans.
      const lists = [this.#lists.get(globalWords), key === globalWords ? undefined : this.#lists.get(key)];
      words = new Words(lists.filter((list) => list !== undefined));
      this.#words.set(key, words);
    }
    return words.judge(text);
  }

  #release(key: string): void {
    const uses = (this.#uses.get(key) ?? 0) - 1;
    if (uses > 0) return void this.#uses.set(key, uses);
    this.#uses.delete(key);
    this.#lists.delete(key);
    this.#words.delete(key);
  }

  /** What is pushed may never be stored, and what is read may be older than what was pushed: a look afterwards settles both. */
  #hear(key: string, data: Uint8Array): void {
    if (!this.#uses.has(key)) return;
    this.#set(key, data);
    clearTimeout(this.#doubted.get(key));
    const look = () => {
      this.#doubted.delete(key);
      void this.#insist(key);
    };
    this.#doubted.set(key, setTimeout(look, limits.wordsLookMs).unref());
  }

  #set(key: string, data: Uint8Array): void {
    if (!this.#uses.has(key)) return;
    try {
      const list = data.length === 0 ? undefined : decodeJson(WordList, data);
      // To compile it anew costs some ms.
      if (JSON.stringify(list) === JSON.stringify(this.#lists.get(key))) {
        this.#lists.set(key, list);
        return;
      }
      this.#lists.set(key, list);
    } catch (error) {
      // Of no version that this one reads: what was there counts on.
      this.#options.onError(error);
      return;
    }
    if (key === globalWords) this.#words.clear();
    else this.#words.delete(key);
  }

  async #read(key: string): Promise<void> {
    const found = await this.#options.bucket.get(key);
    this.#set(key, found?.value ?? new Uint8Array());
  }

  async #readAgain(): Promise<void> {
    await Promise.all([...this.#lists.keys()].map((key) => this.#insist(key)));
  }

  async #insist(key: string): Promise<void> {
    const release = await this.#places.acquire();
    try {
      for (let attempt = 0; !this.#closed && this.#uses.has(key); attempt++) {
        try {
          return await this.#read(key);
        } catch (error) {
          if (attempt === 0) this.#options.onError(error);
          await pause(backoff(attempt, { firstMs: limits.logRetryMs, longestMs: limits.logRetryLongestMs }));
        }
      }
    } finally {
      release();
    }
  }
}
