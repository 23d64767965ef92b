/** How a room is saved and rebuilt: its snapshot, its dedupe segments, and the tail of its log. */
import { randomBytes } from "node:crypto";
import { eventsOf, limits, type Publication, type RoomId, roomKey } from "@madang/contracts";
import type { Bucket, ClaimedRoom, RoomLog, Snapshot } from "@madang/log";
import { z } from "zod";
import { Dedupe, type DedupeLimits, type SealedSegment } from "./dedupe.ts";
import { Room } from "./room.ts";
import { Segment } from "./segment.ts";

const RoomState = z.object({
  v: z.literal(1),
  dedupe: z.object({
    key: z.string(),
    /** Base64. */
    open: z.string(),
    sealed: z.array(z.string()),
  }),
});
type RoomState = z.infer<typeof RoomState>;

const dedupeLimits: DedupeLimits = {
  windowMs: limits.dedupeWindowMs,
  entries: limits.dedupeEntries,
  segment: limits.dedupeSegment,
};

/** What `prepare` has read off a room and its log at a quiet moment, to be stored afterwards. */
export interface PreparedState {
  readonly at: Pick<Snapshot, "head" | "sequence" | "batchId">;
  readonly state: RoomState;
  readonly segments: readonly SealedSegment[];
}

interface SavedDedupe {
  readonly key: string;
  readonly open: Segment;
  readonly sealed: SealedSegment[];
}

export class RoomMemory {
  readonly #id: RoomId;
  readonly #segments: Bucket;
  readonly #stored = new Set<string>();

  constructor(id: RoomId, segments: Bucket) {
    this.#id = id;
    this.#segments = segments;
  }

  /** @throws LogUnavailable */
  async rebuild(claimed: ClaimedRoom): Promise<Room> {
    const { log, snapshot } = claimed;
    const saved = await this.#load(snapshot);
    const { keptOfSnapshot } = claimed;
    const room = this.#room({ saved, head: saved === undefined ? 0 : (snapshot?.head ?? 0), generation: log.generation });
    // The event that says so may be gone by now, while the snapshot is not renewed yet.
    if (keptOfSnapshot !== undefined) room.dedupe.forgetAfter(keptOfSnapshot);
    for await (const { batch } of claimed.tail({ fromStart: saved === undefined })) {
      for (const event of eventsOf(batch)) if (event.offset > room.head) room.apply(publicationOf(event.line));
    }
    // Records that aged out leave the count to the log, which knows it from its claim.
    return room.head === log.head ? room : new Room({ head: log.head, dedupe: room.dedupe });
  }

  /** Reads off what must be stored. The room must hold nothing that is not committed. */
  prepare({ room, log, now }: { room: Room; log: RoomLog; now: number }): PreparedState {
    const { key, open, sealed } = room.dedupe;
    const { head, sequence, batchId } = log;
    return {
      at: { head, sequence, batchId },
      state: {
        v: 1,
        dedupe: {
          key,
          open: Buffer.from(open.encode(now - limits.dedupeWindowMs)).toString("base64"),
          sealed: sealed.map(({ name }) => name),
        },
      },
      segments: sealed.filter(({ name }) => !this.#stored.has(name)),
    };
  }

  /**
   * Segments first: a snapshot never names one that is not there.
   * @throws Fenced | LogUnavailable | OutcomeUnknown
   */
  async store(claimed: ClaimedRoom, { at, state, segments }: PreparedState): Promise<void> {
    for (const { name, segment } of segments) {
      await this.#segments.put(this.#segmentKey(name), segment.encode());
      this.#stored.add(name);
    }
    await claimed.save({ ...at, state });
  }

  async #load(snapshot: Snapshot | undefined): Promise<SavedDedupe | undefined> {
    const parsed = RoomState.safeParse(snapshot?.state);
    if (!parsed.success) return undefined;
    const { key, open, sealed } = parsed.data.dedupe;
    const loaded = await Promise.all(
      sealed.map(async (name) => ({ name, bytes: (await this.#segments.get(this.#segmentKey(name)))?.value })),
    );
    const segments: SealedSegment[] = [];
    for (const { name, bytes } of loaded) {
      // Gone with its time: nothing in it is within the window any more.
      if (bytes === undefined) continue;
      segments.push({ name, segment: Segment.decode(bytes, limits.dedupeSegment) });
      this.#stored.add(name);
    }
    return { key, open: Segment.decode(Buffer.from(open, "base64"), limits.dedupeSegment), sealed: segments };
  }

  #room({ saved, head, generation }: { saved: SavedDedupe | undefined; head: number; generation: number }): Room {
    let segments = 0;
    const dedupe = new Dedupe({
      key: saved?.key ?? randomBytes(16).toString("hex"),
      limits: dedupeLimits,
      nextName: () => `${generation}-${++segments}`,
      ...(saved === undefined ? {} : { sealed: saved.sealed, open: saved.open }),
    });
    return new Room({ head, dedupe });
  }

  #segmentKey(name: string): string {
    return `${roomKey(this.#id)}.${name}`;
  }
}

function publicationOf(line: Uint8Array): Publication {
  return JSON.parse(Buffer.from(line).toString("utf8"));
}
