/** How a room gets its one writer. */
import {
  type Batch,
  type Claim,
  type Epoch,
  type EventEntry,
  encodeBatch,
  encodeJson,
  eventEntry,
  limits,
  type MessageId,
  type NoteEntry,
  type Position,
  type RoomId,
} from "@madang/contracts";
import { Semaphore } from "@madang/runtime";
import { appendFenced } from "./append-fenced.ts";
import { ClaimedRoom } from "./claimed-room.ts";
import { ConnectedAnew, Emptied, Fenced, LogUnavailable, OutcomeUnknown, RolledBack } from "./errors.ts";
import { type Lost, type Origin, originOf, type Testimony } from "./origin.ts";
import type { NewRecord, RecordStore } from "./ports.ts";
import type { Registry } from "./registry.ts";
import { endOf, type RoomEnd } from "./room-end.ts";
import { type CommitWatch, type Ground, RoomLog } from "./room-log.ts";
import type { Snapshots } from "./snapshots.ts";
import { type Standing, stillStands, type WriterPosition } from "./standing.ts";

/** A claim that is outrun so often has met more than a busy room. */
const claimTries = 16;

export interface ClaimsOptions {
  records: RecordStore;
  registry: Registry;
  snapshots: Snapshots;
  /** The epoch of rooms that begin. */
  epoch: Epoch;
  /** Where the store stands with a room; undefined if it does not know it. Rejects when it does not answer. */
  storeHead: (room: RoomId) => Promise<Position | undefined>;
  /** Server time, ms. */
  now: () => number;
  /** For deadlines, ms. */
  monotonic: () => number;
  pause: (ms: number) => Promise<void>;
  /** Hears of the commits of every room. */
  watch?: CommitWatch;
}

/** Of a room that is to be claimed. */
interface Heard extends Testimony {
  /** Whether the registry knows every room. */
  readonly complete: boolean;
}

export class Claims {
  readonly #options: ClaimsOptions;
  readonly #standingAsks = new Semaphore(limits.standingAsksAtOnce);

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** @throws Fenced | LogFull | LogUnavailable | OutcomeUnknown */
  async claim(room: RoomId, owner: string): Promise<ClaimedRoom> {
    const { records, registry, snapshots, now, monotonic, pause, watch } = this.#options;
    const { life } = records;
    const heard = await this.#hear(room);
    const { origin, unreadable, batch, sequence, batchId } = await this.#enter(room, owner, { heard, life });
    const { epoch, generation, lost } = origin;
    const { head } = batch;
    const loss = lost === undefined ? heard.entry?.rewound : { offset: head, kept: lost.kept };
    const [entered, snapshot] = await Promise.all([
      // Before anybody is served: a former owner whose records were purged finds out there that there is a later one.
      registry.enter(room, { epoch, generation, head, ...(loss === undefined ? {} : { rewound: loss }) }),
      // Again: who hung since, or was in doubt, heard of an old one, and what was saved after that may be purged by now.
      snapshots.load(room),
    ]);
    if (!entered) throw new Fenced(room);
    const ground = this.#ground(room, owner);
    const means = { records, ground, life, now, monotonic, pause, watch };
    const log = new RoomLog({ room, epoch, generation, head, sequence, batchId, ...means });
    const rewound = lost && { former: lost, unreadable };
    return new ClaimedRoom({ log, snapshot, rewound, loss, records, registry, snapshots });
  }

  /**
   * Appends the claim. A former owner may be writing still, and its room be busy: a claim that it outran is made anew behind its last
   * record. Only another claim ends ours.
   */
  async #enter(room: RoomId, owner: string, { heard, life }: { heard: Heard; life: number }) {
    let formerGeneration: number | undefined;
    for (let tries = 1; ; tries++) {
      const end = await endOf(this.#options.records, room);
      const { last, unreadable } = end;
      if (last !== undefined && formerGeneration !== undefined && last.generation > formerGeneration) throw new Fenced(room);
      formerGeneration = last?.generation ?? 0;
      const heardNow = last === undefined ? await this.#hearStoreAgain(room, heard) : heard;
      const origin = this.#origin(room, { end, heard: heardNow });
      const batch = this.#claimBatch(owner, origin);
      try {
        const { generation } = origin;
        const expectedLast = last?.sequence ?? 0;
        return { origin, unreadable, batch, ...(await this.#append(room, { generation, batch, expectedLast, life })) };
      } catch (error) {
        if (!(error instanceof Fenced) || tries >= claimTries) throw error;
      }
    }
  }

  /** What all who remember the room say of it beside its log. @throws LogUnavailable */
  async #hear(room: RoomId): Promise<Heard> {
    const { registry, snapshots } = this.#options;
    const [entry, snapshot, complete, stored] = await Promise.all([
      registry.load(room),
      snapshots.load(room),
      registry.complete(),
      this.#stored(room),
    ]);
    return { entry, snapshot, complete, stored };
  }

  /** What was purged is stored, but perhaps only since we first asked. A room without an entry is not asked about twice: most are new. */
  async #hearStoreAgain(room: RoomId, heard: Heard): Promise<Heard> {
    const { entry, snapshot, stored: before } = heard;
    if (entry === undefined) return heard;
    const stored = await this.#stored(room);
    // What it had a moment ago it still has. That it lacked something then says nothing of now.
    const hadAll = before !== "silent" && (before?.offset ?? 0) >= Math.max(entry.head, snapshot?.head ?? 0);
    return stored === "silent" && hadAll ? heard : { ...heard, stored };
  }

  /** @throws LogUnavailable: only the store can tell, and it is silent */
  #origin(room: RoomId, { end, heard }: { end: RoomEnd; heard: Heard }): Origin {
    const { entry, stored, complete } = heard;
    const { last, read, unreadable } = end;
    // Its records were purged, which happens to what is stored, and its owner did not live to say how far it was.
    const forgotten = last === undefined && entry !== undefined && entry.state === undefined;
    const logged = read && { ...read.batch, generation: read.generation };
    const origin = originOf(heard, { last: logged, unreadable: unreadable.length, logEpoch: this.#options.epoch });
    // How far it goes, or what of it is still there: a restored entry has that from the store.
    const lossy = unreadable.length > 0 || (origin.lost !== undefined && entry?.state !== "restored");
    if (stored === "silent" && (!complete || forgotten || lossy))
      throw new LogUnavailable(`where ${room} stands only the store can tell, and it does not answer`);
    return { ...origin, generation: Math.max(origin.generation, (last?.generation ?? 0) + 1) };
  }

  async #stored(room: RoomId): Promise<Position | undefined | "silent"> {
    try {
      return await this.#options.storeHead(room);
    } catch {
      return "silent";
    }
  }

  #ground(room: RoomId, owner: string): Ground {
    const { registry } = this.#options;
    return {
      stillStands: (at) => this.#stillStands(room, at),
      reclaim: (at) => this.#reclaim(room, owner, at),
      remember: async ({ epoch, generation, head }) => void (await registry.raise(room, { epoch, generation, head })),
    };
  }

  /** The room's records are gone from under a living writer. They were stored and then purged, or the log was put back. */
  async #reclaim(
    room: RoomId,
    owner: string,
    at: WriterPosition,
  ): Promise<{ generation: number; sequence: number; batchId: string }> {
    const { epoch, head } = at;
    const generation = at.generation + 1;
    const { life } = this.#options.records;
    // First: a rival that claims the empty room meanwhile finds our head here, before it serves anybody.
    // And if this writer then gives up, the next claim knows from here how far it was.
    if (!(await this.#options.registry.enter(room, { epoch, generation, head }))) throw new Fenced(room);
    const stored = await this.#stored(room);
    if (stored !== "silent") {
      const there = stored?.offset ?? 0;
      if (there < head) throw new RolledBack(`the log of ${room} has lost what no store has`);
      const more = `the store has more of ${room} than its writer knows to be stored: its own append in doubt, or another owner's`;
      if (there > head) throw new RolledBack(more);
    }
    const batch = this.#claimBatch(owner, { epoch, generation, head });
    return { generation, ...(await this.#append(room, { generation, batch, expectedLast: 0, life })) };
  }

  /** All live rooms ask when the connection is new, so only some at a time do. @throws AppendRefused | Fenced | RolledBack | LogUnavailable */
  async #stillStands(room: RoomId, at: Standing): Promise<void> {
    const release = await this.#standingAsks.acquire();
    try {
      await stillStands(this.#options, room, at);
    } finally {
      release();
    }
  }

  #claimBatch(owner: string, { epoch, generation, head, lost }: Origin): Batch {
    const time = this.#options.now();
    const claim: NoteEntry = {
      kind: "note",
      type: "claim",
      line: encodeJson({ claim: { owner, generation } satisfies Claim }),
    };
    if (lost === undefined) return { epoch, head, time, entries: [claim] };
    return { epoch, head: head + 1, time, entries: [claim, rewound({ offset: head + 1, time, former: lost })] };
  }

  async #append(
    room: RoomId,
    { generation, batch, expectedLast, life }: { generation: number; batch: Batch; expectedLast: number; life: number },
  ): Promise<{ sequence: number; batchId: string }> {
    const { records, monotonic, pause } = this.#options;
    // The batch id is this claim's alone: of two claimers with the same generation one must be refused, not taken for a repeat.
    const record: NewRecord = { generation, batchId: `claim-${crypto.randomUUID()}`, body: encodeBatch(batch) };
    const sameLife = async () => {
      if (records.life !== life) throw new ConnectedAnew(`connected anew while ${room} was claimed`);
    };
    try {
      const sequence = await appendFenced(records, { room, record, expectedLast, stillStands: sameLife, now: monotonic, pause });
      return { sequence, batchId: record.batchId };
    } catch (cause) {
      // The record that we wanted to follow is gone. The next claim will see what is there.
      if (cause instanceof Emptied) throw new Fenced(room, { cause });
      // An earlier try of it may be on its way.
      throw cause instanceof ConnectedAnew ? new OutcomeUnknown(cause.message, { cause }) : cause;
    }
  }
}

function rewound({ offset, time, former }: { offset: number; time: number; former: Lost }): EventEntry {
  const data = { epoch: former.epoch, offset: former.offset, kept: former.kept };
  return eventEntry({ data, offset, tags: { type: "rewound", id: "" as MessageId, time: String(time) } });
}
