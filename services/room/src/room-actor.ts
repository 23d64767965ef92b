/** One room, alive: claimed, rebuilt from its log, then one command at a time. */
import type { ActorRef, EndReason, Life } from "@madang/actor";
import { ErrorCode, eventEntry, limits, type RoomCommand, type RoomId, type RoomReply } from "@madang/contracts";
import {
  type Bucket,
  type ClaimedRoom,
  type EventLog,
  Fenced,
  LogFull,
  LogUnavailable,
  OutcomeUnknown,
  RolledBack,
  type RoomLog,
} from "@madang/log";
import type { Logger } from "@madang/runtime";
import { NoTurn } from "./claim-turns.ts";
import type { LiveRooms } from "./heads.ts";
import { NotOwner } from "./placement.ts";
import type { Room } from "./room.ts";
import { RoomMemory } from "./room-memory.ts";

export type RoomMessage = { kind: "command"; command: RoomCommand; reply: (reply: RoomReply) => void } | { kind: "save" };

export interface RoomActorOptions {
  id: RoomId;
  self: ActorRef<RoomMessage>;
  /** Where others see how far it is, as long as it is awake. */
  live?: LiveRooms;
  /** Who claims. */
  owner: string;
  log: EventLog;
  segments: Bucket;
  now: () => number;
  logger: Logger;
}

export async function startRoomActor(options: RoomActorOptions): Promise<Life<RoomMessage>> {
  const memory = new RoomMemory(options.id, options.segments);
  const claimed = await options.log.claim(options.id, options.owner);
  const { rewound } = claimed;
  if (rewound) options.logger.error({ room: options.id, ...rewound }, "some of the room's log is lost: it has a new epoch");
  const room = await memory.rebuild(claimed);
  const { log, snapshot } = claimed;
  // What a snapshot knows and the log has lost is forgotten here, and would be known again should the log lose this epoch too.
  const outdated = snapshot !== undefined && snapshot.epoch !== log.epoch;
  if (outdated) await memory.store(claimed, memory.prepare({ room, log, now: options.now() }));
  const savedHead = outdated ? log.head : (snapshot?.head ?? 0);
  return new RoomActor(options, { room, claimed, memory, savedHead });
}

interface Awake {
  room: Room;
  claimed: ClaimedRoom;
  memory: RoomMemory;
  /** How far its snapshot goes. */
  savedHead: number;
}

class RoomActor implements Life<RoomMessage> {
  readonly #options: RoomActorOptions;
  readonly #room: Room;
  readonly #log: RoomLog;
  readonly #claimed: ClaimedRoom;
  readonly #memory: RoomMemory;
  #savedHead: number;
  #saving: Promise<void> | undefined;
  #saveTimer: NodeJS.Timeout | undefined;

  constructor(options: RoomActorOptions, { room, claimed, memory, savedHead }: Awake) {
    this.#options = options;
    this.#room = room;
    this.#claimed = claimed;
    this.#log = claimed.log;
    this.#memory = memory;
    options.live?.set(options.id, this.#log);
    this.#savedHead = savedHead;
    // A former owner that died left the newest head to the log's tail alone.
    if (this.#log.head !== this.#savedHead) this.#saveSoon();
  }

  readonly behavior = (message: RoomMessage): void | Promise<void> => {
    switch (message.kind) {
      case "command":
        this.#handle(message.command, message.reply);
        return;
      case "save":
        return this.#save();
      default:
        return message satisfies never;
    }
  };

  idle(): boolean {
    return this.#log.uncommitted === 0 && this.#saving === undefined;
  }

  async close(reason: EndReason): Promise<void> {
    const { live, id } = this.#options;
    if (live?.get(id) === this.#log) live.delete(id);
    clearTimeout(this.#saveTimer);
    if (reason === "failed") return;
    await this.#log.settled();
    // One that is under way may be of an older head.
    await this.#saving;
    await this.#save();
    await this.#saving;
    // Without it the next claim asks the store, should the records be gone by then.
    await this.#claimed
      .settle()
      .catch((error: unknown) => this.#options.logger.warn({ error, room: this.#options.id }, "room not settled"));
  }

  #handle(command: RoomCommand, reply: (reply: RoomReply) => void): void {
    const decision = this.#room.decide(command, this.#options.now());
    switch (decision.kind) {
      case "refuse":
        return reply({ v: 1, kind: "refused", refusal: decision.refusal });
      case "repeat": {
        const { offset } = decision;
        // The first of the pair may still be on its way: both are answered when it is there.
        return this.#answer(this.#log.whenCommitted(offset), reply, { offset, duplicate: true });
      }
      case "append": {
        if (this.#log.uncommitted >= limits.uncommittedEvents)
          return reply({ v: 1, kind: "refused", refusal: ErrorCode.overloaded });
        // Ahead of the commit: the next command must see it. Nobody is answered before the batch is in the log.
        this.#room.apply(decision.event);
        return this.#answer(this.#log.add(eventEntry(decision.event)), reply, {
          offset: decision.event.offset,
          duplicate: false,
        });
      }
      default:
        return decision satisfies never;
    }
  }

  #answer(committed: Promise<void>, reply: (reply: RoomReply) => void, place: { offset: number; duplicate: boolean }): void {
    committed.then(
      () => {
        reply({ v: 1, kind: "committed", epoch: this.#log.epoch, ...place });
        this.#saveSoon();
      },
      (error: unknown) => {
        reply(replyToFailure(error));
        this.#options.self.fail(error);
      },
    );
  }

  #saveSoon(): void {
    // The first one at once: until it is there, nothing outlives the room's records. Not while it is on its way: that may take long.
    const afterMs = this.#savedHead === 0 && this.#saving === undefined ? 0 : limits.snapshotEveryMs;
    this.#saveTimer ??= setTimeout(() => this.#options.self.control({ kind: "save" }), afterMs).unref();
  }

  /**
   * Waits for the batch on its way, so that the room holds nothing that is not committed, reads off its state, and lets commands
   * go on while that is stored. A snapshot that fails costs nothing but a longer tail for the next start.
   */
  async #save(): Promise<void> {
    this.#saveTimer = undefined;
    if (this.#saving !== undefined) return this.#saveSoon();
    await this.#log.settled();
    const { head } = this.#log;
    if (head === this.#savedHead || head !== this.#room.head) return;
    const prepared = this.#memory.prepare({ room: this.#room, log: this.#log, now: this.#options.now() });
    this.#saving = this.#memory
      .store(this.#claimed, prepared)
      .then(() => {
        this.#savedHead = head;
      })
      .catch((error: unknown) => {
        // Another has claimed the room: the next append finds out.
        const level = error instanceof Fenced ? "debug" : "warn";
        this.#options.logger[level]({ error, room: this.#options.id }, "snapshot not saved");
      })
      .finally(() => {
        this.#saving = undefined;
      });
  }
}

/**
 * Whether a room that failed may be well again after a restart. Another owner, a crowd of claims, or a log that does not answer, is full
 * or has lost records, is for the asker to wait out: the next command starts the room anew.
 */
export function restartHelps(error: unknown): boolean {
  return ![NotOwner, NoTurn, Fenced, LogUnavailable, OutcomeUnknown, LogFull, RolledBack].some(
    (expected) => error instanceof expected,
  );
}

/** A batch that failed to commit, in words for the sender. */
function replyToFailure(error: unknown): RoomReply {
  // Its new owner knows whether the message is there.
  if (error instanceof Fenced) return { v: 1, kind: "moved" };
  if (error instanceof LogFull || error instanceof LogUnavailable)
    return { v: 1, kind: "refused", refusal: ErrorCode.roomUnavailable };
  if (error instanceof OutcomeUnknown) return { v: 1, kind: "unknown" };
  // A log that was rolled back, or a bug: neither says what is stored.
  return { v: 1, kind: "unknown" };
}
