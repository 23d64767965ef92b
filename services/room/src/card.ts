/** A room's card: what it is like, for those who serve its viewers. Written by its owner, in the order of its events. */
import { encodeJson, limits, type RoomId, roomKey } from "@madang/contracts";
import { type Bucket, LogUnavailable, OutcomeUnknown } from "@madang/log";
import { StoredRoomState } from "@madang/room-state";
import { backoff, pause, within } from "@madang/runtime";

interface Waiting {
  readonly offset: number;
  readonly written: PromiseWithResolvers<void>;
}

export class Card {
  readonly #bucket: Bucket;
  readonly #key: string;
  /** The newest that is to be written. */
  #due: StoredRoomState | undefined;
  /** Of the oldest that is to be written, and may not be there yet. */
  #owedFrom = Number.POSITIVE_INFINITY;
  #waiting: Waiting[] = [];
  /** The revision that was loaded, and that of a card which is newer than its room: the log has lost what it shows. */
  #loaded: number | undefined;
  #lost: number | undefined;
  #writing = false;
  #closed = false;

  constructor(bucket: Bucket, room: RoomId) {
    this.#bucket = bucket;
    this.#key = roomKey(room);
  }

  /**
   * Writes it, unless what is there is newer. What it shows must be committed. It goes on trying after it has given the caller up.
   * @throws OutcomeUnknown: not within `limits.cardMs`
   * @throws RangeError: it is too large
   */
  put(card: StoredRoomState): Promise<void> {
    if (this.#due === undefined || this.#due.offset <= card.offset) this.#due = card;
    this.#owedFrom = Math.min(this.#owedFrom, card.offset);
    if (!this.#writing) void this.#write();
    return this.written(card.offset);
  }

  /** Resolves once what was put up to an offset is there. @throws OutcomeUnknown: not within `limits.cardMs` */
  written(offset: number): Promise<void> {
    if (offset < this.#owedFrom) return Promise.resolve();
    const one = { offset, written: Promise.withResolvers<void>() };
    this.#waiting.push(one);
    return within(limits.cardMs, one.written.promise, () => {
      this.#waiting.splice(this.#waiting.indexOf(one), 1);
      return new OutcomeUnknown(`the card ${this.#key} is not written`);
    });
  }

  /** @throws LogUnavailable */
  async load(): Promise<StoredRoomState | undefined> {
    const there = await this.#bucket.get(this.#key);
    this.#loaded = there?.revision;
    return there && readCard(there.value);
  }

  /** Brings what was loaded up to date, if it is not. `head`: where the room was claimed. @throws OutcomeUnknown | RangeError */
  async refresh(there: StoredRoomState | undefined, card: StoredRoomState, head: number): Promise<void> {
    if (there !== undefined && there.offset > head) {
      this.#lost = this.#loaded;
      return this.put(card);
    }
    if (there === undefined && isBlank(card)) return;
    if (there === undefined || essence(there) !== essence(card)) await this.put(card);
  }

  /** Writes no more. */
  close(): void {
    this.#closed = true;
  }

  async #write(): Promise<void> {
    this.#writing = true;
    for (let attempt = 0; this.#due !== undefined && !this.#closed; ) {
      const card = this.#due;
      if (await this.#replace(card)) {
        attempt = 0;
        this.#handleWritten(card);
      } else await pause(backoff(attempt++, { firstMs: limits.logRetryMs, longestMs: limits.logRetryLongestMs }));
    }
    this.#writing = false;
  }

  /** False: not yet. */
  async #replace(card: StoredRoomState): Promise<boolean> {
    try {
      const there = await this.#bucket.get(this.#key);
      const known = there && readCard(there.value);
      // A later owner's: it knows all that we have committed.
      if (known !== undefined && known.offset > card.offset && there?.revision !== this.#lost) return true;
      const value = encodeJson(card);
      if (value.length > limits.cardBytes) throw new RangeError(`the card ${this.#key} has ${value.length} bytes`);
      return (await this.#bucket.replace(this.#key, value, there?.revision)) !== undefined;
    } catch (error) {
      if (error instanceof LogUnavailable || error instanceof OutcomeUnknown) return false;
      // Whatever it is: those who wait hear of it, and the next card is tried again.
      for (const { written } of this.#waiting.splice(0)) written.reject(error);
      return false;
    }
  }

  #handleWritten(card: StoredRoomState): void {
    if (this.#due === card) this.#due = undefined;
    this.#owedFrom = this.#due === undefined ? Number.POSITIVE_INFINITY : card.offset + 1;
    const [done, left] = [[] as Waiting[], [] as Waiting[]];
    for (const one of this.#waiting) (one.offset < this.#owedFrom ? done : left).push(one);
    this.#waiting = left;
    for (const { written } of done) written.resolve();
  }
}

/** Cards that differ in nothing else say the same. */
const essence = (card: StoredRoomState) => JSON.stringify({ ...card, offset: 0, totals: 0 });

/** What no version of ours has written counts as not there. */
function readCard(value: Uint8Array): StoredRoomState | undefined {
  try {
    return StoredRoomState.parse(JSON.parse(Buffer.from(value).toString("utf8")));
  } catch {
    return undefined;
  }
}

/** As a room is without a card. */
function isBlank({
  life,
  title,
  startsAt,
  settings,
  grants,
  sanctions,
  pins,
  shards,
  changes,
  held,
  reports,
}: StoredRoomState): boolean {
  const lists = [Object.keys(settings), grants, sanctions, pins, changes.changed, changes.purged, held, reports];
  return life === "open" && title === "" && startsAt === null && shards === 1 && lists.every(({ length }) => length === 0);
}
