/** One room, alive: claimed, rebuilt from its log, then one command at a time. */
import type { ActorRef, EndReason, Life } from "@madang/actor";
import {
  type ActCommand,
  type Audience,
  type Counters,
  ErrorCode,
  type EventEntry,
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
import { currentTrace, inTrace, type Logger, type Trace } from "@madang/runtime";
import type { Verdict } from "@madang/words";
import { Activity } from "./activity.ts";
import { Card } from "./card.ts";
import { NoTurn } from "./claim-turns.ts";
import { eventBy, type Planned, type StoredGift } from "./decision.ts";
import { Facts, type Found } from "./facts.ts";
import type { LiveRoom, LiveRooms } from "./heads.ts";
import { NotOwner } from "./placement.ts";
import type { Reviews } from "./reviews.ts";
import type { Room } from "./room.ts";
import { RoomMemory } from "./room-memory.ts";
import { SnapshotKeeper } from "./snapshot-keeper.ts";
import { Tally } from "./tally.ts";

type Reply = (reply: RoomReply) => void;

export type RoomMessage =
  | { kind: "command"; command: RoomCommand; reply: Reply; found?: Found; trace?: Trace }
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
  gifts: Bucket;
  cards: Bucket;
  /** By the lists of banned words as they are now. */
  judge: (room: RoomId, text: string) => Verdict;
  /** An event of a room; undefined: there is none. @throws LogUnavailable */
  find: (room: RoomId, offset: number) => Promise<Line | undefined>;
  /** A gift of a room, from the store; undefined: nobody can tell. */
  findGift: (room: RoomId, id: MessageId) => Promise<StoredGift | undefined>;
  reviews: Reviews;
  /** Tells everybody. */
  tell: (room: RoomId, counters: Counters) => void;
  /** Hears how many hearts were counted. */
  hearts?: (count: number) => void;
  /** It decides no more; or it never began to. */
  handleClosed?: () => void;
  /** Lines a second that each viewer gets, in a room that does not set it; 0: all. */
  samplePerS?: number;
  now: () => number;
  logger: Logger;
}

export async function startRoomActor(options: RoomActorOptions): Promise<Life<RoomMessage>> {
  try {
    return await claimRoom(options);
  } catch (error) {
    options.handleClosed?.();
    throw error;
  }
}

async function claimRoom(options: RoomActorOptions): Promise<Life<RoomMessage>> {
  const memory = new RoomMemory(options.id, options);
  const claimed = await options.log.claim(options.id, options.owner);
  const { rewound } = claimed;
  if (rewound) options.logger.error({ room: options.id, ...rewound }, "some of the room's log is lost: it has a new epoch");
  const card = new Card(options.cards, options.id);
  const loaded = card.load();
  const [room, there] = await Promise.all([memory.rebuild(claimed, loaded), loaded]);
  const { log, snapshot } = claimed;
  try {
    // It is of a log that is lost, or of an owner that has claimed the room since: then the log has more than our claim.
    if (there !== undefined && there.offset > log.head) await log.confirm(0);
  } catch (error) {
    card.close();
    throw error;
  }
  // A former owner may have died between an act and the card. A card that cannot be written keeps nobody from speaking: it is tried on.
  await card
    .refresh(there, room.state.toStored(), log.head)
    .catch((error: unknown) => options.logger.warn({ error, room: options.id }, "card not written"));
  // What a snapshot knows and the log has lost is forgotten here, and would be known again should the log lose this epoch too.
  const outdated = snapshot !== undefined && snapshot.epoch !== log.epoch;
  if (outdated) await memory.store(claimed, memory.prepare({ room, log, now: options.now() }));
  const savedHead = outdated ? log.head : (snapshot?.head ?? 0);
  const unsaved = !outdated && (memory.tailHasMore || savedHead !== log.head);
  return new RoomActor(options, { room, claimed, memory, card, unsaved, saved: outdated || snapshot !== undefined });
}

/** Where a command has its event, and whether it was an act. */
interface Place {
  readonly offset: number;
  readonly duplicate: boolean;
  readonly held?: true;
  readonly act: boolean;
  /** When it was decided on, monotonic, ms. Undefined: it was there already. */
  readonly begun?: number;
}

interface Awake {
  room: Room;
  claimed: ClaimedRoom;
  memory: RoomMemory;
  card: Card;
  /** Its snapshot, if it has one, is not of all that there is. */
  unsaved: boolean;
  saved: boolean;
}

class RoomActor implements Life<RoomMessage>, LiveRoom {
  readonly #options: RoomActorOptions;
  readonly #room: Room;
  readonly #log: RoomLog;
  readonly #claimed: ClaimedRoom;
  readonly #card: Card;
  readonly #facts: Facts;
  readonly #tally: Tally;
  readonly activity = new Activity();
  readonly #judge: (text: string) => Verdict;
  readonly #snapshots: SnapshotKeeper;
  /** Acts that are not in log and card yet, by their place: a repeat waits for both. */
  readonly #acts = new Map<number, Promise<void>>();
  /** The last note of hearts: a repeat waits for it. */
  #heartsCommitted: Promise<void> = Promise.resolve();

  constructor(options: RoomActorOptions, { room, claimed, memory, card, unsaved, saved }: Awake) {
    const { id, find, findGift, reviews, judge } = options;
    this.#options = options;
    this.#room = room;
    this.#claimed = claimed;
    this.#log = claimed.log;
    this.#card = card;
    this.#facts = new Facts({ id, room, find, findGift, reviews });
    this.#judge = (text) => judge(id, text);
    this.#tally = new Tally({
      room,
      tell: (counters) => options.tell(id, counters),
      onPeak: () => this.#notePeak(),
      onReshard: (shards) => options.self.control({ kind: "reshard", shards }),
      now: options.now,
    });
    options.live?.set(id, this);
    const due = () => options.self.control({ kind: "save" });
    const { now, logger } = options;
    this.#snapshots = new SnapshotKeeper({ id, room, claimed, memory, unsaved, saved, due, now, logger });
  }

  readonly behavior = (message: RoomMessage): void | Promise<void> => {
    switch (message.kind) {
      case "command":
        if (message.trace === undefined) this.#handle(message);
        else this.#handleTraced(message, message.trace);
        return;
      case "save":
        return this.#snapshots.save();
      case "reshard":
        return this.#reshard(message.shards);
      default:
        return message satisfies never;
    }
  };

  get position(): Position {
    return { epoch: this.#log.epoch, offset: this.#log.head };
  }

  get counters(): Counters {
    return this.#tally.counters;
  }

  get viewers(): number {
    return this.#tally.viewers;
  }

  hear(gateway: string, audience: Audience): void {
    this.#tally.hear(gateway, audience);
  }

  idle(): boolean {
    return this.#log.uncommitted === 0 && !this.#snapshots.busy;
  }

  async close(reason: EndReason): Promise<void> {
    const { live, id, handleClosed } = this.#options;
    if (live?.get(id) === this) live.delete(id);
    handleClosed?.();
    this.#snapshots.close();
    this.#tally.close();
    if (reason === "failed") return this.#card.close();
    await this.#log.settled();
    await this.#snapshots.finish();
    const warn = (what: string) => (error: unknown) => this.#options.logger.warn({ error, room: this.#options.id }, what);
    // Its totals are for those who ask while the room sleeps.
    const shown = this.#log.uncommitted === 0 ? this.#card.put(this.#room.state.toStored()) : Promise.resolve();
    // Without it the next claim asks the store, should the records be gone by then.
    await Promise.all([shown.catch(warn("card not written")), this.#claimed.settle().catch(warn("room not settled"))]);
    this.#card.close();
  }

  #handleTraced(message: Extract<RoomMessage, { kind: "command" }>, trace: Trace): void {
    inTrace(trace, () => this.#handle(message));
  }

  #handle(message: Extract<RoomMessage, { kind: "command" }>): void {
    const { command, reply, found } = message;
    if (command.command === "hearts") return this.#count(command, reply);
    // What came before needs no facts: it is there, whatever can be found out now. Nor is anything looked up for whoever may not.
    const now = this.#options.now();
    if (found === undefined && this.#facts.needed(command) && !this.#isDecided(command, now)) {
      void this.#facts.gather(command).then(
        (found) => this.#options.self.tell({ ...message, found }),
        (error: unknown) => reply(replyToFailure(error)),
      );
      return;
    }
    this.#decide(command, reply, { found, now });
  }

  /** Whether it came before, or is refused, whatever can be found out about it. */
  #isDecided(command: SendCommand | ActCommand, now: number): boolean {
    return this.#room.placeOf(command, now) !== undefined || this.#room.objection(command, now) !== undefined;
  }

  /** `now`: that of the look whether anything has to be found out. */
  #decide(command: SendCommand | ActCommand, reply: Reply, { found, now }: { found: Found | undefined; now: number }): void {
    const { samplePerS = limits.samplePerS } = this.#options;
    const facts = { ...found, now, judge: this.#judge, samplePerS };
    const act = command.command === "act";
    const decision = this.#room.decide(command, facts);
    switch (decision.kind) {
      case "refuse": {
        const { refusal } = decision;
        this.#log.confirm().then(
          () => reply({ v: 1, kind: "refused", refusal }),
          (error: unknown) => this.#fail(error, reply),
        );
        return;
      }
      case "repeat": {
        const { offset } = decision;
        // The first of the pair may still be on its way: both are answered when it is there.
        return this.#answer(this.#whenThere(offset), reply, { offset, duplicate: true, act });
      }
      case "append": {
        if (this.#log.uncommitted >= limits.uncommittedEvents)
          return reply({ v: 1, kind: "refused", refusal: ErrorCode.overloaded });
        const { offset } = decision.events[decision.events.length - 1]?.event ?? decision.events[0].event;
        const held = decision.held ? { held: true as const } : {};
        const begun = performance.now();
        return this.#answer(this.#append(decision.events), reply, { offset, duplicate: false, act, begun, ...held });
      }
      default:
        return decision satisfies never;
    }
  }

  /** Resolves once they are in the log, all or none, and the card shows what they have changed. */
  #append(events: readonly Planned[]): Promise<void> {
    let card: StoredRoomState | undefined;
    const entries: EventEntry[] = [];
    for (const { event, lane, mentions } of events) {
      // Ahead of the commit: the next command must see it. Nobody is answered before the batch is in the log.
      const changed = this.#room.apply(event);
      // As it is now, and not later: what comes after may never be committed.
      if (changed) card = this.#room.state.toStored();
      entries.push(eventEntry(event, { lane, mentions }));
    }
    this.#snapshots.outdate();
    const committed = this.#log.add(...entries);
    const trace = currentTrace();
    if (trace !== undefined) this.#follow(trace, committed, entries.length);
    return card === undefined ? committed : this.#shown(committed, card);
  }

  /** Whoever reads the batch goes on from here. */
  #follow(trace: Trace, committed: Promise<void>, entries: number): void {
    const commit = trace.child("commit");
    commit.set("madang.events", entries);
    this.#log.mark(commit.traceparent);
    committed.then(
      () => commit.end(),
      (error: unknown) => commit.end(error instanceof Error ? error.name : "failed"),
    );
  }

  /** Whoever takes the room over after a failure writes the card first. */
  #shown(committed: Promise<void>, card: StoredRoomState): Promise<void> {
    const { offset } = card;
    const shown = committed.then(() => this.#card.put(card));
    this.#acts.set(offset, shown);
    const forget = () => void this.#acts.delete(offset);
    shown.then(forget, forget);
    return shown;
  }

  /** When what came before can be answered: it is in the log, and where it is an act the card shows it. */
  #whenThere(offset: number): Promise<void> {
    return this.#acts.get(offset) ?? this.#log.whenCommitted(offset).then(() => this.#card.written(offset));
  }

  #count(command: HeartsCommand, reply: Reply): void {
    if (this.#log.uncommitted >= limits.uncommittedEvents) return reply({ v: 1, kind: "refused", refusal: ErrorCode.overloaded });
    const { counts, note } = this.#room.count(command, this.#options.now());
    if (note !== undefined) {
      this.#options.hearts?.(note.batches.reduce((sum, [, , count]) => sum + count, 0));
      this.#heartsCommitted = this.#log.add(noteEntry("hearts", note));
      this.#snapshots.outdate();
    }
    // Where nothing is new, no append tells whether this room is still ours.
    const sure = note === undefined ? this.#heartsCommitted.then(() => this.#log.confirm()) : this.#heartsCommitted;
    sure.then(
      () => {
        reply({ v: 1, kind: "counted", counts });
        this.#snapshots.soon();
        this.#tally.changed();
      },
      (error: unknown) => this.#fail(error, reply),
    );
  }

  #answer(committed: Promise<void>, reply: Reply, { act, begun, ...place }: Place): void {
    committed.then(
      () => {
        reply({ v: 1, kind: "committed", epoch: this.#log.epoch, ...place });
        if (begun !== undefined) {
          const now = performance.now();
          this.activity.committed(now, { tookMs: now - begun, comment: !act });
        }
        this.#snapshots.soon();
        // Whoever watches counts messages for themselves: of those alone nobody needs to hear so soon.
        this.#tally.changed(act ? 0 : limits.commentsToldWithinMs);
      },
      (error: unknown) => this.#fail(error, reply),
    );
  }

  #fail(error: unknown, reply: Reply): void {
    reply(replyToFailure(error));
    // A card that is late is late alone: the log has what it is about, and the room goes on.
    if (!this.#log.failed) return;
    this.#options.self.fail(error);
  }

  #notePeak(): void {
    this.#snapshots.outdate();
    const { peak } = this.#room.state.totals;
    this.#log.add(noteEntry("peaks", { peak })).then(
      () => this.#snapshots.soon(),
      (error: unknown) => this.#options.self.fail(error),
    );
  }

  #reshard(shards: number): void {
    if (shards === this.#room.state.shards) return;
    const place = { offset: this.#room.head + 1, now: this.#options.now(), type: "resharded", id: "" as MessageId } as const;
    const event = eventBy({}, { ...place, data: { shards } });
    this.#append([{ event, lane: "all", mentions: [] }]).then(
      () => this.#tally.changed(),
      (error: unknown) => {
        if (this.#log.failed) this.#options.self.fail(error);
      },
    );
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
