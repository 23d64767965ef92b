/**
 * The lists of banned words, as they are now: one for all rooms, and one for each that has its own. A change is pushed, and heard within
 * milliseconds; after a connection was lost all of them are read again.
 */
import type { Bus, BusSubscription } from "@madang/bus";
import { buckets, decodeJson, limits, type RoomId, roomKey, WordList } from "@madang/contracts";
import type { Bucket } from "@madang/log";
import { backoff, pause, Semaphore } from "@madang/runtime";
import { type Verdict, Words } from "@madang/words";

/** No room's key: `=` is no character of a room id. */
export const globalList = "=all";

const prefix = `$KV.${buckets.words}.`;

export interface WordListsOptions {
  bus: Pick<Bus, "subscribe" | "onEvent">;
  bucket: Pick<Bucket, "get">;
  onError: (error: unknown) => void;
}

export class WordLists {
  readonly #options: WordListsOptions;
  /** By key; undefined: it was looked for, and there is none. */
  readonly #lists = new Map<string, WordList | undefined>();
  /** Compiled, by the key of the room whose list is in it. */
  readonly #words = new Map<string, Words>();
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
      this.#set(subject.slice(prefix.length), data),
    );
    await this.#read(globalList);
  }

  close(): void {
    this.#closed = true;
    this.#subscription?.close();
  }

  /** Sees to it that the room's own list is here. @throws LogUnavailable */
  async load(room: RoomId): Promise<void> {
    if (!this.#lists.has(roomKey(room))) await this.#read(roomKey(room));
  }

  judge(room: RoomId, text: string): Verdict {
    const key = this.#lists.get(roomKey(room)) === undefined ? globalList : roomKey(room);
    let words = this.#words.get(key);
    if (words === undefined) {
      // The one for all comes first: no room allows what it bans.
      const lists = [this.#lists.get(globalList), key === globalList ? undefined : this.#lists.get(key)];
      words = new Words(lists.filter((list) => list !== undefined));
      this.#words.set(key, words);
    }
    return words.judge(text);
  }

  #set(key: string, data: Uint8Array): void {
    try {
      this.#lists.set(key, data.length === 0 ? undefined : decodeJson(WordList, data));
    } catch (error) {
      // Of no version that this one reads: what was there counts on.
      this.#options.onError(error);
      return;
    }
    if (key === globalList) this.#words.clear();
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
      for (let attempt = 0; !this.#closed; attempt++) {
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
