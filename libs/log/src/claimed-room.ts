import type { RoomId } from "@madang/contracts";
import { Fenced, LogUnavailable } from "./errors.ts";
import type { Lost } from "./origin.ts";
import type { LogRecord, RecordStore } from "./ports.ts";
import type { Registry } from "./registry.ts";
import { readRecord } from "./room-end.ts";
import type { RoomLog } from "./room-log.ts";
import type { LoadedSnapshot, Snapshot, Snapshots } from "./snapshots.ts";

/** A room goes on in a new epoch: some of its log is lost. */
export interface Rewound {
  /** How far anybody remembers it, and how far it is still there. */
  readonly former: Lost;
  /** The sequences of the records at the log's end that nobody can read. */
  readonly unreadable: readonly number[];
}

export interface ClaimedRoomParts {
  log: RoomLog;
  snapshot: LoadedSnapshot | undefined;
  rewound: Rewound | undefined;
  /** The last loss, by this claim or by a former one: where its event stands, and up to where what was before it was kept. */
  loss: { readonly offset: number; readonly kept: number } | undefined;
  records: Pick<RecordStore, "at" | "scan">;
  registry: Pick<Registry, "raise">;
  snapshots: Pick<Snapshots, "save">;
}

/** A room as its new owner finds it: the last snapshot, and what came after it. */
export class ClaimedRoom {
  readonly log: RoomLog;
  readonly snapshot: LoadedSnapshot | undefined;
  /** By this very claim. */
  readonly rewound: Rewound | undefined;
  readonly #parts: ClaimedRoomParts;
  /** Of the claim. */
  readonly #sequence: number;
  /** What the next snapshot is put over. */
  #revision: number | undefined;

  constructor(parts: ClaimedRoomParts) {
    this.#parts = parts;
    this.log = parts.log;
    this.snapshot = parts.snapshot;
    this.rewound = parts.rewound;
    this.#sequence = parts.log.sequence;
    this.#revision = parts.snapshot?.revision;
  }

  /** What the snapshot knows beyond this offset is lost; undefined: nothing is. */
  get keptOfSnapshot(): number | undefined {
    const { snapshot } = this;
    const { loss } = this.#parts;
    return snapshot !== undefined && loss !== undefined && snapshot.head < loss.offset ? loss.kept : undefined;
  }

  /** The records after the snapshot up to the claim, or all that the log still has, save those that nobody can read. Read it once. @throws LogUnavailable */
  async *tail({ fromStart }: { fromStart: boolean }): AsyncIterable<LogRecord> {
    const from = fromStart ? 1 : (await this.#placeOfSnapshot()) + 1;
    let read = 0;
    for await (const stored of this.#parts.records.scan(this.#room, { from, until: this.#sequence, all: true })) {
      read = stored.sequence;
      const record = readRecord(stored);
      if (record !== undefined) yield record;
    }
    // Answered by a former leader, to which we were connected anew, and which has not seen our claim. What it does not have are the
    // newest ids: whoever goes on without them takes their repeats for new messages.
    if (read !== this.#sequence) throw new LogUnavailable(`the end of ${this.#room} cannot be read`);
  }

  /** Saves what the owner knows at its log's head. @throws Fenced: a later owner has saved; LogUnavailable | OutcomeUnknown */
  async save({ head, sequence, batchId, state }: Pick<Snapshot, "head" | "sequence" | "batchId" | "state">): Promise<void> {
    const { registry, snapshots } = this.#parts;
    const { epoch, generation } = this.log;
    if (!(await registry.raise(this.#room, { epoch, generation, head }))) throw new Fenced(this.#room);
    const snapshot = { epoch, generation, head, sequence, batchId, state };
    this.#revision = await snapshots.save(this.#room, snapshot, this.#revision);
    if (this.#revision === undefined) throw new Fenced(this.#room);
  }

  /**
   * The owner leaves, and nothing more will come of it: its head can be relied on when the records are gone. Of one that leaves in doubt
   * more may come, so that its entry stays as it is.
   *
   * @throws LogUnavailable | OutcomeUnknown
   */
  async settle(): Promise<void> {
    if (!this.log.certain) return;
    const { epoch, generation, head } = this.log;
    await this.#parts.registry.raise(this.#room, { epoch, generation, head, state: "settled" });
  }

  get #room(): RoomId {
    return this.log.room;
  }

  /** The sequence after which the tail begins; 0 if the snapshot's own says nothing, for the log was put back and has given it again. */
  async #placeOfSnapshot(): Promise<number> {
    const { snapshot } = this;
    if (snapshot === undefined || snapshot.epoch !== this.log.epoch || snapshot.sequence >= this.#sequence) return 0;
    const { records } = this.#parts;
    const { sequence, batchId } = snapshot;
    const [there, first] = await Promise.all([records.at(this.#room, sequence), records.at(this.#room, 1)]);
    const itself = there?.sequence === sequence && there.batchId === batchId;
    // All as old as the snapshot is gone, by age and in order.
    const aged = first === undefined || first.sequence > sequence;
    return itself || aged ? sequence : 0;
  }
}
