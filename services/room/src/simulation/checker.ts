/** What must be true of a life, whatever went wrong in it. Answers what is not. */
import {
  decodeBatch,
  type Epoch,
  type EventEntry,
  eventsOf,
  limits,
  type Publication,
  type RoomId,
  roomKey,
} from "@madang/contracts";
import type { StoredRoomState } from "@madang/room-state";
import { heartNotes } from "./hearts.ts";
import type { Message } from "./sender.ts";
import type { Committed } from "./simulated-log.ts";
import type { World } from "./world.ts";

interface Event {
  readonly entry: EventEntry;
  readonly epoch: Epoch;
  readonly line: string;
  readonly publication: Publication;
  /** When it was committed first: elapsed ms. */
  readonly at: number;
  /** When the log was rolled back, if it was: elapsed ms. Its offset stays taken, and its message may come again. */
  readonly lostAt: number | undefined;
  /** The store has it, and keeps it. */
  readonly stored: boolean;
}

export function flawsOf({ log, buckets, sender, rooms, surprises, forgotten, forgottenHearts }: World): string[] {
  return [
    ...surprises.map((surprise) => `surprise: ${surprise}`),
    ...rooms.flatMap((room) =>
      flawsOfRoom(room, {
        history: log.history.filter(({ record }) => record.room === room),
        messages: sender.messages.filter((message) => message.room === room),
        forgotten: (offset) => forgotten.has(`${room} ${offset}`),
        forgottenHearts: (key) => forgottenHearts.has(`${room} ${key}`),
        card: readCard(buckets.cards.peek(roomKey(room))),
      }),
    ),
  ];
}

function flawsOfRoom(
  room: RoomId,
  life: {
    history: readonly Committed[];
    messages: readonly Message[];
    forgotten: (offset: number) => boolean;
    /** By `user id`. */
    forgottenHearts: (key: string) => boolean;
    card: StoredRoomState | undefined;
  },
): string[] {
  const flaws: string[] = [];
  const places = new Map<string, Event[]>();
  const events = eventsInOrder(life.history, flaws);
  for (const event of events) {
    const { info, tags } = event.publication;
    if (String(tags.id) === "") continue;
    const key = `${info?.user ?? ""} ${tags.id}`;
    const former = places.get(key) ?? [];
    places.set(key, [...former, event]);
    // What the room has forgotten of gifts the store knows.
    const forgotten = (offset: number) => tags.type !== "gifted" && life.forgotten(offset);
    if (former.some(({ entry, lostAt }) => lostAt === undefined && !forgotten(entry.offset)))
      flaws.push(`${key} has two places, ${former.at(-1)?.entry.offset} and ${event.entry.offset}`);
  }
  for (const message of life.messages)
    flaws.push(...flawsOfMessage(message, places.get(`${message.author} ${message.id}`) ?? []));
  flaws.push(...flawsOfCard(life.card, { events, messages: life.messages, isForgotten: life.forgotten }));
  flaws.push(...flawsOfHearts(life));
  flaws.push(...outOfRealTime(life.messages));
  return flaws.map((flaw) => `${room}: ${flaw}`);
}

function flawsOfMessage({ id, acknowledged, refused, inDoubt, underWay }: Message, events: readonly Event[]): string[] {
  const flaws: string[] = [];
  for (const { offset, epoch, duplicate, at } of acknowledged) {
    const said = `${id} was acknowledged at ${offset} of ${epoch}`;
    const event = events.find(({ entry }) => entry.offset === offset);
    const gone = event?.lostAt !== undefined && event.lostAt <= at && !event.stored;
    // A repeat is answered in the room's present epoch, whichever its event is from, as long as log or store has that.
    if (event === undefined || (event.epoch !== epoch && (!duplicate || gone)))
      flaws.push(`${said}, and is at ${events.map((there) => `${there.entry.offset} of ${there.epoch}`)}`);
    else if (event.at > at) flaws.push(`${said} before it was committed`);
  }
  if (refused && !inDoubt && underWay === 0 && acknowledged.length === 0 && events.length > 0)
    flaws.push(`${id} was refused for certain, and is at ${events[0]?.entry.offset}`);
  return flaws;
}

/** Each offset once, in order. The same batch may be there twice: its records were purged before its writer knew of it. */
function eventsInOrder(history: readonly Committed[], flaws: string[]): Event[] {
  const events: Event[] = [];
  for (const { record, at, lostAt, stored = false } of history) {
    const batch = decodeBatch(record.body);
    for (const entry of eventsOf(batch)) {
      const line = Buffer.from(entry.line).toString();
      const there = events[entry.offset - 1];
      if (entry.offset > events.length + 1) flaws.push(`${entry.offset} follows ${events.length}`);
      else if (there === undefined)
        events.push({ entry, epoch: batch.epoch, line, publication: JSON.parse(line), at, lostAt, stored });
      else if (there.line !== line || there.epoch !== batch.epoch) flaws.push(`${entry.offset} is ${there.line} and ${line}`);
    }
    if (batch.head < events.length && eventsOf(batch).length === 0)
      flaws.push(`claim ${record.generation} begins at ${batch.head}, after ${events.length}`);
  }
  return events;
}

/** What was acknowledged before another was sent at all comes before it. */
function outOfRealTime(messages: readonly Message[]): string[] {
  const flaws: string[] = [];
  const known = messages.flatMap(({ id, sentAt, acknowledged: [first] }) => (first ? [{ id, sentAt, ...first }] : []));
  for (const earlier of known) {
    for (const later of known) {
      if (earlier.at < later.sentAt && earlier.offset >= later.offset)
        flaws.push(`${later.id} at ${later.offset} was sent after ${earlier.id} was acknowledged at ${earlier.offset}`);
    }
  }
  return flaws;
}

function readCard(value: Uint8Array | undefined): StoredRoomState | undefined {
  return value && JSON.parse(Buffer.from(value).toString());
}

/** What was acknowledged to a moderator is what the room is like, unless somebody has changed it since. */
function flawsOfCard(
  card: StoredRoomState | undefined,
  {
    events,
    messages,
    isForgotten,
  }: { events: readonly Event[]; messages: readonly Message[]; isForgotten: (offset: number) => boolean },
): string[] {
  const flaws: string[] = [];
  for (const { id, matter, acknowledged, forgotten } of messages) {
    const place = acknowledged[0];
    const event = events.find(({ entry }) => entry.offset === place?.offset);
    if (matter.kind !== "act" || event === undefined || event.lostAt !== undefined) continue;
    if (forgotten && !isForgotten(event.entry.offset))
      flaws.push(`${id} was acknowledged at ${event.entry.offset}, and declined later`);
    const { action } = matter;
    const holds = card !== undefined && isSo(card, action);
    const undone = events.some(({ entry, publication }) => entry.offset > event.entry.offset && isAbout(publication, action));
    if (!holds && !undone) flaws.push(`${id} was acknowledged, and ${JSON.stringify(action)} does not hold`);
  }
  return flaws;
}

type Act = Extract<Message["matter"], { kind: "act" }>["action"];

function isSo({ sanctions, changes }: StoredRoomState, action: Act): boolean {
  if (action.type === "delete")
    return changes.changed.some(([offset, { kind }]) => offset === action.offset && kind === "deleted");
  return "user" in action && sanctions.some(([user]) => user === action.user) === (action.type === "mute");
}

const isAbout = ({ tags, data }: Publication, action: Act) =>
  tags.type === "moderated" && "user" in action && data.user === action.user;

interface CountedNote {
  readonly counts: readonly (readonly [key: string, count: number])[];
  readonly total: number;
  /** When it was committed first: elapsed ms. */
  readonly at: number;
  /** The same by its owner's clock. */
  readonly clock: number;
  readonly lost: boolean;
}

/** Each batch of hearts counts once, as it was acknowledged, and the totals are their sum. What was lost or forgotten may count or not. */
function flawsOfHearts({
  history,
  messages,
  forgottenHearts,
}: {
  history: readonly Committed[];
  messages: readonly Message[];
  forgottenHearts: (key: string) => boolean;
}): string[] {
  const flaws: string[] = [];
  const notes = new Map<string, CountedNote>();
  for (const { record, at, lostAt } of history) {
    for (const note of heartNotes(decodeBatch(record.body))) {
      // The same may be there twice: its records were purged before its writer knew of it.
      const former = notes.get(JSON.stringify(note));
      const counts = note.batches.map(([user, id, count]): [string, number] => [`${user} ${id}`, count]);
      const lost = lostAt !== undefined && (former?.lost ?? true);
      notes.set(JSON.stringify(note), { counts, total: note.hearts.heart ?? 0, at: former?.at ?? at, clock: note.at, lost });
    }
  }
  const counted = new Map<string, { count: number; at: number; clock: number }>();
  let [least, most] = [0, 0];
  for (const { counts, at, clock, lost } of notes.values()) {
    for (const [key, count] of counts) {
      const excused = lost || forgottenHearts(key);
      const former = counted.get(key);
      // Of two owners whose clocks are minutes apart, the later one has forgotten it.
      const isOld = former !== undefined && clock - former.clock >= limits.heartsDedupeMs;
      if (former !== undefined && !excused && !isOld && !isLost(notes.values(), key))
        flaws.push(`hearts ${key} are counted twice`);
      if (former === undefined) counted.set(key, { count, at, clock });
      if (!excused) least += count;
      most += count;
    }
  }
  const total = Math.max(0, ...[...notes.values()].filter(({ lost }) => !lost).map((note) => note.total));
  if (total < least || total > most) flaws.push(`hearts are ${total}, and should be ${least} to ${most}`);
  for (const { author, id, matter, counted: answers, refused, inDoubt } of messages) {
    if (matter.kind !== "hearts") continue;
    const there = counted.get(`${author} ${id}`);
    for (const { count, at } of answers) {
      if (there === undefined || there.count !== count || there.at > at)
        flaws.push(`hearts ${id} were acknowledged as ${count}, and are ${there?.count}`);
    }
    if (refused && !inDoubt && answers.length === 0 && there !== undefined)
      flaws.push(`hearts ${id} were refused for certain, and count`);
  }
  return flaws;
}

/** Whether a batch of hearts was counted in a note that is lost. */
const isLost = (notes: Iterable<CountedNote>, key: string) =>
  [...notes].some(({ counts, lost }) => lost && counts.some(([one]) => one === key));
