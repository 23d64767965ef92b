/** One room, alive: claimed, rebuilt from its log, then one command at a time. */
import type { ActorRef, EndReason, Life } from "@madang/actor";
import {
  type ActCommand,
  type Audience,
  type Counters,
  ErrorCode,
  encodeJson,
  eventEntry,
  type HeartsCommand,
  type Line,
  limits,
  type MessageId,
  type NoteEntry,
  type Position,
  type RoomCommand,
  type RoomId,
  type RoomReply,
  type SendCommand,
} from "@madang/contracts";
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
import type { StoredRoomState } from "@madang/room-state";
import type { Logger } from "@madang/runtime";
import type { Verdict } from "@madang/words";
import { Card } from "./card.ts";
import { NoTurn } from "./claim-turns.ts";
import { Crowd } from "./crowd.ts";
import { eventBy, type Planned } from "./decision.ts";
import { Facts, type Found } from "./facts.ts";
import type { LiveRoom, LiveRooms } from "./heads.ts";
import { Paced } from "./paced.ts";
import { NotOwner } from "./placement.ts";
import type { Reviews } from "./reviews.ts";
import type { Room } from "./room.ts";
import { RoomMemory } from "./room-memory.ts";

type Reply = (reply: RoomReply) => void;

export type RoomMessage =
  | { kind: "command"; command: RoomCommand; reply: Reply; found?: Found }
  | { kind: "save" }
  /** The audience is to be split anew. */
  | { kind: "reshard"; shards: number };

export interface RoomActorOptions {
  id: RoomId;
  self: ActorRef<RoomMessage>;
  /** Where others see how far it is, as long as it is awake. */
  live?: LiveRooms;
  /** Who claims. */
  owner: string;
  log: EventLog;
  segments: Bucket;
  cards: Bucket;
  /** By the lists of banned words as they are now. */
  judge: (room: RoomId, text: string) => Verdict;
  /** An event of a room; undefined: there is none. @throws LogUnavailable */
  find: (room: RoomId, offset: number) => Promise<Line | undefined>;
  reviews: Reviews;
  /** Tells everybody. */
  tell: (room: RoomId, counters: Counters) => void;
  now: () => number;
  logger: Logger;
}

export async function startRoomActor(options: RoomActorOptions): Promise<Life<RoomMessage>> {
  const memory = new RoomMemory(options.id, options.segments);
  const claimed = await options.log.claim(options.id, options.owner);
  const { rewound } = claimed;
  if (rewound) options.logger.error({ room: options.id, ...rewound }, "some of the room's log is lost: it has a new epoch");
  const card = new Card(options.cards, options.id);
  const [room, there] = await Promise.all([memory.rebuild(claimed), card.load()]);
  const { log, snapshot } = claimed;
  // A former owner may have died between an act and the card.
  await card.refresh(there, room.state.toStored());
  // What a snapshot knows and the log has lost is forgotten here, and would be known again should the log lose this epoch too.
  const outdated = snapshot !== undefined && snapshot.epoch !== log.epoch;
  if (outdated) await memory.store(claimed, memory.prepare({ room, log, now: options.now() }));
  const savedHead = outdated ? log.head : (snapshot?.head ?? 0);
  return new RoomActor(options, { room, claimed, memory, card, savedHead });
}

interface Awake {
  room: Room;
  claimed: ClaimedRoom;
  memory: RoomMemory;
  card: Card;
  /** How far its snapshot goes. */
  savedHead: number;
}

class RoomActor implements Life<RoomMessage>, LiveRoom {
  readonly #options: RoomActorOptions;
  readonly #room: Room;
  readonly #log: RoomLog;
  readonly #claimed: ClaimedRoom;
  readonly #memory: RoomMemory;
  readonly #card: Card;
  readonly #facts: Facts;
  readonly #crowd: Crowd;
  readonly #counters: Paced;
  readonly #peak: Paced;
  #savedHead: number;
  /** Totals have changed that are in no event. */
  #noted = false;
  #saving: Promise<void> | undefined;
  #saveTimer: NodeJS.Timeout | undefined;
  /** The last note of hearts: a repeat waits for it. */
  #heartsCommitted: Promise<void> = Promise.resolve();

  constructor(options: RoomActorOptions, { room, claimed, memory, card, savedHead }: Awake) {
    const { id, find, reviews } = options;
    this.#options = options;
    this.#room = room;
    this.#claimed = claimed;
    this.#log = claimed.log;
    this.#memory = memory;
    this.#card = card;
    this.#facts = new Facts({ room: id, state: room.state, find, reviews });
    this.#crowd = new Crowd(room.state);
    this.#counters = new Paced(limits.countersEveryMs, () => this.#tellCounters());
    this.#peak = new Paced(limits.peakEveryMs, () => this.#notePeak());
    options.live?.set(id, this);
    this.#savedHead = savedHead;
    // A former owner that died left the newest head to the log's tail alone.
    if (this.#log.head !== savedHead) this.#saveSoon();
  }

  readonly behavior = (message: RoomMessage): void | Promise<void> => {
    switch (message.kind) {
      case "command":
        this.#handle(message);
        return;
      case "save":
        return this.#save();
      case "reshard":
        return this.#reshard(message.shards);
      default:
        return message satisfies never;
    }
  };

  get position(): Position {
    return { epoch: this.#log.epoch, offset: this.#log.head };
  }

  hear(gateway: string, audience: Audience): void {
    this.#crowd.hear(gateway, audience, performance.now());
    this.#counters.ask();
  }

  idle(): boolean {
    return this.#log.uncommitted === 0 && this.#saving === undefined;
  }

  async close(reason: EndReason): Promise<void> {
    const { live, id } = this.#options;
    if (live?.get(id) === this) live.delete(id);
    clearTimeout(this.#saveTimer);
    this.#counters.close();
    this.#peak.close();
    if (reason === "failed") return;
    await this.#log.settled();
    // One that is under way may be of an older head.
    await this.#saving;
    await this.#save();
    await this.#saving;
    const warn = (what: string) => (error: unknown) => this.#options.logger.warn({ error, room: this.#options.id }, what);
    // Its totals are for those who ask while the room sleeps.
    if (this.#log.certain) await this.#card.put(this.#room.state.toStored()).catch(warn("card not written"));
    // Without it the next claim asks the store, should the records be gone by then.
    await this.#claimed.settle().catch(warn("room not settled"));
  }

  #handle(message: Extract<RoomMessage, { kind: "command" }>): void {
    const { command, reply, found } = message;
    if (command.command === "hearts") return this.#count(command, reply);
    if (found === undefined && this.#facts.needed(command)) {
      void this.#facts.gather(command).then(
        (found) => this.#options.self.tell({ ...message, found }),
        (error: unknown) => reply(replyToFailure(error)),
      );
      return;
    }
    this.#decide(command, reply, found);
  }

  #decide(command: SendCommand | ActCommand, reply: Reply, found: Found | undefined): void {
    const { id, now, judge } = this.#options;
    const decision = this.#room.decide(command, { now: now(), judge: (text) => judge(id, text), ...found });
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
        const { offset } = decision.events.at(-1)?.event ?? decision.events[0].event;
        const held = decision.held ? { held: true as const } : {};
        return this.#answer(this.#append(decision.events), reply, { offset, duplicate: false, ...held });
      }
      default:
        return decision satisfies never;
    }
  }

  /** Resolves once they are in the log, and the card shows what they have changed. */
  async #append(events: readonly Planned[]): Promise<void> {
    const added: Promise<void>[] = [];
    let card: StoredRoomState | undefined;
    for (const { event, lane, mentions } of events) {
      // Ahead of the commit: the next command must see it. Nobody is answered before the batch is in the log.
      const changed = this.#room.apply(event);
      // As it is now, and not later: what comes after may never be committed.
      if (changed) card = this.#room.state.toStored();
      added.push(this.#log.add(eventEntry(event, { lane, mentions })));
    }
    await Promise.all(added);
    if (card === undefined) return;
    try {
      await this.#card.put(card);
    } catch (cause) {
      // It is in the log all the same, and whoever takes the room over writes the card first.
      throw new OutcomeUnknown(`the card of ${this.#options.id} is not written`, { cause });
    }
  }

  #count(command: HeartsCommand, reply: Reply): void {
    if (this.#log.uncommitted >= limits.uncommittedEvents) return reply({ v: 1, kind: "refused", refusal: ErrorCode.overloaded });
    const { counts, note } = this.#room.count(command, this.#options.now());
    if (note !== undefined) this.#heartsCommitted = this.#log.add(noteEntry("hearts", note));
    this.#noted ||= note !== undefined;
    this.#heartsCommitted.then(
      () => {
        reply({ v: 1, kind: "counted", counts });
        this.#saveSoon();
        this.#counters.ask();
      },
      (error: unknown) => this.#fail(error, reply),
    );
  }

  #answer(committed: Promise<void>, reply: Reply, place: { offset: number; duplicate: boolean; held?: true }): void {
    committed.then(
      () => {
        reply({ v: 1, kind: "committed", epoch: this.#log.epoch, ...place });
        this.#saveSoon();
        this.#counters.ask();
      },
      (error: unknown) => this.#fail(error, reply),
    );
  }

  #fail(error: unknown, reply: Reply): void {
    reply(replyToFailure(error));
    this.#options.self.fail(error);
  }

  #tellCounters(): void {
    const { id, tell, now, self } = this.#options;
    const { peak } = this.#room.state.totals;
    const counters = this.#crowd.counters(performance.now(), { sampled: this.#room.sampled(now()) });
    tell(id, counters);
    if (counters.peak > peak) this.#peak.ask();
    const shards = this.#crowd.resharded(counters.viewers, performance.now());
    if (shards !== undefined) self.tell({ kind: "reshard", shards });
  }

  #notePeak(): void {
    this.#noted = true;
    const { peak } = this.#room.state.totals;
    this.#log.add(noteEntry("peaks", { peak })).then(
      () => this.#saveSoon(),
      (error: unknown) => this.#options.self.fail(error),
    );
  }

  #reshard(shards: number): void {
    if (shards === this.#room.state.shards) return;
    const place = { offset: this.#room.head + 1, now: this.#options.now(), type: "resharded", id: "" as MessageId } as const;
    const event = eventBy({}, { ...place, data: { shards } });
    this.#append([{ event, lane: "all", mentions: [] }]).catch((error: unknown) => this.#options.self.fail(error));
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
    if ((head === this.#savedHead && !this.#noted) || head !== this.#room.head) return;
    const prepared = this.#memory.prepare({ room: this.#room, log: this.#log, now: this.#options.now() });
    this.#noted = false;
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

function noteEntry(type: NoteEntry["type"], note: object): NoteEntry {
  return { kind: "note", type, line: encodeJson(note) };
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
