/** How a room is saved and rebuilt: its snapshot, its dedupe segments, and the tail of its log. */
import { randomBytes } from "node:crypto";
import { limits, type NoteEntry, publicationOf, type RoomId, roomKey } from "@madang/contracts";
import type { Bucket, ClaimedRoom, RoomLog, Snapshot } from "@madang/log";
import { RoomState, StoredRoomState } from "@madang/room-state";
import { z } from "zod";
import { Dedupe, type DedupeLimits, type SealedSegment } from "./dedupe.ts";
import { GiftLedger, giftIds } from "./gift-ledger.ts";
import { HeartLedger } from "./heart-ledger.ts";
import { Pace } from "./pace.ts";
import { Room } from "./room.ts";
import { Segment } from "./segment.ts";

const StoredDedupe = z.object({
  key: z.string(),
  /** Base64. */
  open: z.string(),
  sealed: z.array(z.string()),
});
type StoredDedupe = z.infer<typeof StoredDedupe>;

const StoredGifts = StoredDedupe.extend({ after: z.int() });
type StoredGifts = z.infer<typeof StoredGifts>;

const StoredRoom = z.object({
  v: z.literal(1),
  dedupe: StoredDedupe,
  // Former versions knew messages alone.
  hearts: StoredDedupe.exactOptional(),
  gifts: StoredGifts.exactOptional(),
  room: z.unknown(),
  pace: z.array(z.tuple([z.string(), z.number()])).exactOptional(),
});
type StoredRoom = z.infer<typeof StoredRoom>;

const messageIds: DedupeLimits = {
  windowMs: limits.dedupeWindowMs,
  entries: limits.dedupeEntries,
  segment: limits.dedupeSegment,
};

const heartIds: DedupeLimits = {
  windowMs: limits.heartsDedupeMs,
  entries: limits.heartsDedupeEntries,
  segment: limits.heartsDedupeSegment,
};

/** What `prepare` has read off a room and its log at a quiet moment, to be stored afterwards. */
export interface PreparedState {
  readonly at: Pick<Snapshot, "head" | "sequence" | "batchId">;
  readonly state: StoredRoom;
  readonly segments: readonly SealedSegment[];
  /** Of gifts. */
  readonly gifts: readonly SealedSegment[];
}

export class RoomMemory {
  readonly #id: RoomId;
  readonly #segments: Bucket;
  readonly #gifts: Bucket;
  readonly #stored = new Set<string>();
  #tailHasMore = false;

  constructor(id: RoomId, { segments, gifts }: { segments: Bucket; gifts: Bucket }) {
    this.#id = id;
    this.#segments = segments;
    this.#gifts = gifts;
  }

  /** Whether the log's tail said more than the snapshot knows: it is to be saved, before its records are gone. */
  get tailHasMore(): boolean {
    return this.#tailHasMore;
  }

  /** `card`: what others were told last that the room is like. @throws LogUnavailable */
  async rebuild(claimed: ClaimedRoom, card: Promise<StoredRoomState | undefined> = Promise.resolve(undefined)): Promise<Room> {
    const { log, snapshot } = claimed;
    const saved = readState(snapshot);
    const there = await card;
    const state = baseState(saved, there !== undefined && there.offset <= log.head ? there : undefined);
    const head = saved === undefined ? 0 : (snapshot?.head ?? 0);
    const { generation } = log;
    const [messages, hearts, gifts] = await Promise.all([
      this.#dedupe(saved?.dedupe, { bucket: this.#segments, limits: messageIds, prefix: "", generation }),
      this.#dedupe(saved?.hearts, { bucket: this.#segments, limits: heartIds, prefix: "h", generation }),
      this.#giftLedger(saved?.gifts, { head, generation }),
    ]);
    const counted = new HeartLedger(hearts, state.totals.hearts);
    const parts = { dedupe: messages, hearts: counted, gifts, state, pace: new Pace(saved?.pace) };
    if (saved?.room !== undefined) addTotals({ state, hearts: counted }, StoredRoomState.parse(saved.room));
    const room = new Room({ ...parts, head });
    const { keptOfSnapshot } = claimed;
    // The event that says so may be gone by now, while the snapshot is not renewed yet.
    if (keptOfSnapshot !== undefined) room.forgetAfter(keptOfSnapshot);
    for await (const { batch } of claimed.tail({ fromStart: saved === undefined })) {
      for (const entry of batch.entries) {
        if (entry.kind === "event" && entry.offset <= room.head) continue;
        this.#tailHasMore ||= entry.kind === "event" || entry.type !== "claim";
        if (entry.kind === "note") {
          applyNote(room, entry);
          continue;
        }
        // What lies between was purged, or nobody can read it, or it was lost.
        if (entry.offset > room.head + 1) gifts.miss(entry.offset - 1);
        room.apply(publicationOf(entry));
      }
    }
    // Records that aged out, or that nobody can read, leave the count to the log, which knows it from its claim.
    if (there !== undefined) addTotals(room, there);
    if (room.head === log.head) return room;
    gifts.miss(log.head);
    return new Room({ ...parts, head: log.head });
  }

  /** Reads off what must be stored. The room must hold nothing that is not committed. */
  prepare({ room, log, now }: { room: Room; log: RoomLog; now: number }): PreparedState {
    const { head, sequence, batchId } = log;
    const { dedupe, hearts, gifts, state, pace } = room;
    this.#forgetAllBut([...dedupe.sealed, ...hearts.dedupe.sealed, ...gifts.dedupe.sealed]);
    const unstored = ({ sealed }: Dedupe) => sealed.filter(({ name }) => !this.#stored.has(name));
    return {
      at: { head, sequence, batchId },
      state: {
        v: 1,
        dedupe: toStored(dedupe, now - messageIds.windowMs),
        hearts: toStored(hearts.dedupe, now - heartIds.windowMs),
        gifts: { ...toStored(gifts.dedupe, 0), after: gifts.after },
        room: state.toStored(),
        pace: pace.toStored(now - state.settings.slowModeMs).map(([user, at]) => [user, at]),
      },
      segments: [...unstored(dedupe), ...unstored(hearts.dedupe)],
      gifts: unstored(gifts.dedupe),
    };
  }

  /**
   * Segments first: a snapshot never names one that is not there.
   * @throws Fenced | LogUnavailable | OutcomeUnknown
   */
  async store(claimed: ClaimedRoom, { at, state, segments, gifts }: PreparedState): Promise<void> {
    await this.#put(this.#segments, segments);
    await this.#put(this.#gifts, gifts);
    await claimed.save({ ...at, state });
  }

  /** Those that are sealed no more never come back. */
  #forgetAllBut(sealed: readonly SealedSegment[]): void {
    const names = new Set(sealed.map(({ name }) => name));
    for (const name of this.#stored) if (!names.has(name)) this.#stored.delete(name);
  }

  async #put(bucket: Bucket, segments: readonly SealedSegment[]): Promise<void> {
    for (const { name, segment } of segments) {
      await bucket.put(this.#segmentKey(name), segment.encode());
      this.#stored.add(name);
    }
  }

  /** `head`: of the snapshot. A former version did not know gifts by their ids: those up to there are in the store alone. */
  async #giftLedger(
    stored: StoredGifts | undefined,
    { head, generation }: { head: number; generation: number },
  ): Promise<GiftLedger> {
    const dedupe = await this.#dedupe(stored, { bucket: this.#gifts, limits: giftIds, prefix: "g", generation });
    // A segment that is gone may have held any of them.
    const isWhole = stored !== undefined && dedupe.sealed.length === stored.sealed.length;
    return new GiftLedger(dedupe, isWhole ? stored.after : head);
  }

  async #dedupe(
    stored: StoredDedupe | undefined,
    { bucket, limits, prefix, generation }: { bucket: Bucket; limits: DedupeLimits; prefix: string; generation: number },
  ): Promise<Dedupe> {
    let segments = 0;
    // After a rollback two owners may have been given the same generation, and one's segment must not pass for the other's.
    const nonce = randomBytes(4).toString("hex");
    const nextName = () => `${prefix}${generation}-${nonce}-${++segments}`;
    if (stored === undefined) return new Dedupe({ key: randomBytes(16).toString("hex"), limits, nextName });
    const { key, open, sealed } = stored;
    const loaded = await Promise.all(
      sealed.map(async (name) => ({ name, bytes: (await bucket.get(this.#segmentKey(name)))?.value })),
    );
    const found: SealedSegment[] = [];
    for (const { name, bytes } of loaded) {
      // Gone with its time: nothing in it is within the window any more.
      if (bytes === undefined) continue;
      found.push({ name, segment: Segment.decode(bytes, limits.segment) });
      this.#stored.add(name);
    }
    return new Dedupe({
      key,
      limits,
      nextName,
      sealed: found,
      open: Segment.decode(Buffer.from(open, "base64"), limits.segment),
    });
  }

  #segmentKey(name: string): string {
    return `${roomKey(this.#id)}.${name}`;
  }
}

function readState(snapshot: Snapshot | undefined): StoredRoom | undefined {
  const parsed = StoredRoom.safeParse(snapshot?.state);
  return parsed.success ? parsed.data : undefined;
}

/**
 * What the log's tail is applied to. A card shows nothing but what was committed, and may know what neither snapshot nor log has: records
 * that were purged before a snapshot was saved.
 * @throws z.ZodError: of a version that this one does not read, so that the room must not be served here
 */
function baseState(saved: StoredRoom | undefined, card: StoredRoomState | undefined): RoomState {
  const state = saved?.room === undefined ? new RoomState() : RoomState.restore(saved.room);
  return card !== undefined && card.offset > state.offset ? RoomState.restore(card) : state;
}

function applyNote(room: Room, { type, line }: NoteEntry): void {
  if (type === "hearts") room.applyHearts(parse(line));
  else if (type === "peaks") room.state.totals.peak = Math.max(room.state.totals.peak, parse<{ peak: number }>(line).peak);
}

/** What is in no event has no place that would say which of the two is newer; but it only rises. */
function addTotals({ state, hearts }: Pick<Room, "state" | "hearts">, { totals }: StoredRoomState): void {
  hearts.apply({ hearts: totals.hearts, batches: [], at: 0 });
  state.totals.setHearts(Object.fromEntries(hearts.totals));
  state.totals.peak = Math.max(state.totals.peak, totals.peak);
}

function toStored({ key, open, sealed }: Dedupe, since: number): StoredDedupe {
  return { key, open: Buffer.from(open.encode(since)).toString("base64"), sealed: sealed.map(({ name }) => name) };
}

function parse<T>(line: Uint8Array): T {
  return JSON.parse(Buffer.from(line).toString("utf8"));
}
