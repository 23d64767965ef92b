/** A room's card: what it is like, for those who serve its viewers. Written by its owner, in the order of its events. */
import { encodeJson, limits, type RoomId, roomKey } from "@madang/contracts";
import { type Bucket, LogUnavailable, OutcomeUnknown } from "@madang/log";
import { StoredRoomState } from "@madang/room-state";
import { backoff, pause } from "@madang/runtime";

export class Card {
  readonly #bucket: Bucket;
  readonly #key: string;
  /** The newest that is to be written. */
  #due: StoredRoomState | undefined;
  #writing: Promise<void> | undefined;

  constructor(bucket: Bucket, room: RoomId) {
    this.#bucket = bucket;
    this.#key = roomKey(room);
  }

  /** Writes it, unless what is there is newer. What it shows must be committed. @throws LogUnavailable | OutcomeUnknown: not within `limits.cardMs` */
  async put(card: StoredRoomState): Promise<void> {
    if (this.#due === undefined || this.#due.offset <= card.offset) this.#due = card;
    // One that is under way may be of an older card.
    await this.#writing?.catch(() => {});
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  /** @throws LogUnavailable */
  async load(): Promise<StoredRoomState | undefined> {
    const there = await this.#bucket.get(this.#key);
    return there && readCard(there.value);
  }

  /** Brings what was loaded up to date, if it is not. @throws LogUnavailable | OutcomeUnknown */
  async refresh(there: StoredRoomState | undefined, card: StoredRoomState): Promise<void> {
    if (there === undefined && isBlank(card)) return;
    if (
      there !== undefined &&
      JSON.stringify({ ...there, offset: 0, totals: 0 }) === JSON.stringify({ ...card, offset: 0, totals: 0 })
    )
      return;
    await this.put(card);
  }

  async #write(): Promise<void> {
    const until = performance.now() + limits.cardMs;
    for (let attempt = 0; this.#due !== undefined; attempt++) {
      const card = this.#due;
      try {
        const there = await this.#bucket.get(this.#key);
        const known = there && readCard(there.value);
        // A later owner's: it knows all that we have committed.
        const newer = known !== undefined && known.offset > card.offset;
        if (newer || (await this.#bucket.replace(this.#key, encodeJson(card), there?.revision)) !== undefined) {
          if (this.#due === card) this.#due = undefined;
          continue;
        }
      } catch (error) {
        if (!(error instanceof LogUnavailable || error instanceof OutcomeUnknown) || performance.now() > until) throw error;
      }
      await pause(backoff(attempt, { firstMs: limits.logRetryMs, longestMs: limits.logRetryLongestMs }));
    }
  }
}

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
