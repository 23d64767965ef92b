/** How a room gets its one writer. */
import {
  type Batch,
  type Claim,
  decodeBatch,
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
import { ConnectedAnew, Emptied, Fenced, LogUnavailable, OutcomeUnknown, RolledBack } from "./errors.ts";
import type { ClaimedRoom, EventLogOptions } from "./event-log.ts";
import { type Origin, originOf } from "./origin.ts";
import type { NewRecord, StoredRecord } from "./ports.ts";
import type { RoomEntry } from "./registry.ts";
import { RoomLog, type WriterPosition } from "./room-log.ts";
import type { LoadedSnapshot } from "./snapshots.ts";
import { type Standing, verifyStanding } from "./standing.ts";

/** A claim that is outrun so often has met more than a busy room. */
const claimTries = 16;

interface Witnesses {
  readonly entry: RoomEntry | undefined;
  readonly snapshot: LoadedSnapshot | undefined;
  readonly complete: boolean;
  readonly stored: Position | undefined | "silent";
}

export class Claims {
  readonly #options: Required<EventLogOptions>;
  readonly #verifying = new Semaphore(limits.claimsAtOnce);

  constructor(options: Required<EventLogOptions>) {
    this.#options = options;
  }

  /** @throws Fenced | LogFull | LogUnavailable | OutcomeUnknown */
  async claim(room: RoomId, owner: string): Promise<Omit<ClaimedRoom, "tail">> {
    const { records, registry, now, monotonic, pause } = this.#options;
    const { life } = records;
    const witnesses = await this.#witnesses(room);
    const { snapshot } = witnesses;
    const { origin, batch, sequence, batchId } = await this.#enter(room, owner, { witnesses, life });
    const { epoch, generation } = origin;
    const { head } = batch;
    // Before anybody is served: a former owner whose records were purged finds out there that there is a later one.
    if (!(await registry.enter(room, { epoch, generation, head }))) throw new Fenced(room);
    const ground = {
      reclaim: (at: WriterPosition) => this.#reclaim(room, owner, at),
      remember: async ({ epoch, generation, head }: WriterPosition) =>
        void (await registry.raise(room, { epoch, generation, head })),
      verify: (at: Standing) => this.#verify(room, at),
    };
    const log = new RoomLog({ records, ground, room, epoch, generation, head, sequence, batchId, life, now, monotonic, pause });
    const settle = async () => {
      const { epoch, generation, head } = log;
      await registry.raise(room, { epoch, generation, head, settled: true });
    };
    return { log, snapshot, save: this.#saving(log, snapshot), settle };
  }

  /**
   * Appends the claim. A former owner may be writing still, and its room be busy: a claim that it outran is made anew behind its last
   * record. Only another claim ends ours.
   */
  async #enter(room: RoomId, owner: string, { witnesses, life }: { witnesses: Witnesses; life: number }) {
    let former: number | undefined;
    for (let tries = 1; ; tries++) {
      const last = await this.#options.records.last(room);
      if (last !== undefined && former !== undefined && last.generation > former) throw new Fenced(room);
      former = last?.generation ?? 0;
      const origin = this.#origin(room, { last, witnesses });
      const batch = this.#claimBatch(owner, origin);
      try {
        const { generation } = origin;
        return { origin, batch, ...(await this.#append(room, { generation, batch, expectedLast: last?.sequence ?? 0, life })) };
      } catch (error) {
        if (!(error instanceof Fenced) || tries >= claimTries) throw error;
      }
    }
  }

  /** What all who remember the room say of it beside its log. @throws LogUnavailable */
  async #witnesses(room: RoomId): Promise<Witnesses> {
    const { registry, snapshots } = this.#options;
    const [entry, snapshot, complete, stored] = await Promise.all([
      registry.load(room),
      snapshots.load(room),
      registry.complete(),
      this.#stored(room),
    ]);
    return { entry, snapshot, complete, stored };
  }

  /** @throws LogUnavailable: only the store can tell, and it is silent */
  #origin(room: RoomId, { last, witnesses }: { last: StoredRecord | undefined; witnesses: Witnesses }): Origin {
    const { entry, snapshot, complete, stored } = witnesses;
    // Its records were purged, which happens to what is stored, and its owner did not live to say how far it was.
    const forgotten = last === undefined && entry !== undefined && !entry.settled && !entry.restored;
    if (stored === "silent" && (!complete || forgotten))
      throw new LogUnavailable(`where ${room} stands only the store can tell, and it does not answer`);
    return originOf({
      last: last && { ...decodeBatch(last.body), generation: last.generation },
      entry,
      snapshot,
      stored: stored === "silent" ? undefined : stored,
      logEpoch: this.#options.epoch,
    });
  }

  async #stored(room: RoomId): Promise<Position | undefined | "silent"> {
    try {
      return await this.#options.storeHead(room);
    } catch {
      return "silent";
    }
  }

  /** The room's records are gone from under a living writer. Its own memory is the newest there is, or all of it was put back. */
  async #reclaim(
    room: RoomId,
    owner: string,
    at: WriterPosition,
  ): Promise<{ generation: number; sequence: number; batchId: string }> {
    const { epoch, head } = at;
    const generation = at.generation + 1;
    const { life } = this.#options.records;
    const stored = await this.#stored(room);
    if (stored !== "silent" && stored !== undefined && stored.offset > head)
      throw new RolledBack(`the log of ${room} has lost what another owner wrote, which the store has`);
    // First: a rival that claims the empty room meanwhile finds our head here, before it serves anybody.
    if (!(await this.#options.registry.enter(room, { epoch, generation, head }))) throw new Fenced(room);
    const batch = this.#claimBatch(owner, { epoch, generation, head });
    return { generation, ...(await this.#append(room, { generation, batch, expectedLast: 0, life })) };
  }

  /** All live rooms ask when the connection is new, so only some at a time do. @throws AppendRefused | Fenced | RolledBack | LogUnavailable */
  async #verify(room: RoomId, at: Standing): Promise<void> {
    const release = await this.#verifying.acquire();
    try {
      await verifyStanding(this.#options, room, at);
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
    const standing = async () => {
      if (records.life !== life) throw new ConnectedAnew(`connected anew while ${room} was claimed`);
    };
    try {
      const sequence = await appendFenced(records, { room, record, expectedLast, standing, now: monotonic, pause });
      return { sequence, batchId: record.batchId };
    } catch (cause) {
      // The record that we wanted to follow is gone. The next claim will see what is there.
      if (cause instanceof Emptied) throw new Fenced(room, { cause });
      // An earlier try of it may be on its way.
      throw cause instanceof ConnectedAnew ? new OutcomeUnknown(cause.message, { cause }) : cause;
    }
  }

  #saving(log: RoomLog, loaded: LoadedSnapshot | undefined): ClaimedRoom["save"] {
    const { registry, snapshots } = this.#options;
    let revision = loaded?.revision;
    return async ({ head, sequence, batchId, state }) => {
      const { room, epoch, generation } = log;
      if (!(await registry.raise(room, { epoch, generation, head }))) throw new Fenced(room);
      revision = await snapshots.save(room, { epoch, generation, head, sequence, batchId, state }, revision);
      if (revision === undefined) throw new Fenced(room);
    };
  }
}

function rewound({ offset, time, former }: { offset: number; time: number; former: Position }): EventEntry {
  const data = { epoch: former.epoch, offset: former.offset };
  return eventEntry({ data, offset, tags: { type: "rewound", id: "" as MessageId, time: String(time) } });
}
