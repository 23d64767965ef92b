/** What must be true of a life, whatever went wrong in it. Answers what is not. */
import { decodeBatch, type Epoch, type EventEntry, eventsOf, type Publication, type RoomId } from "@madang/contracts";
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

export function flawsOf({ log, sender, rooms, surprises, forgotten }: World): string[] {
  return [
    ...surprises.map((surprise) => `surprise: ${surprise}`),
    ...rooms.flatMap((room) =>
      flawsOfRoom(room, {
        history: log.history.filter(({ record }) => record.room === room),
        messages: sender.messages.filter((message) => message.room === room),
        forgotten: (offset) => forgotten.has(`${room} ${offset}`),
      }),
    ),
  ];
}

function flawsOfRoom(
  room: RoomId,
  life: { history: readonly Committed[]; messages: readonly Message[]; forgotten: (offset: number) => boolean },
): string[] {
  const flaws: string[] = [];
  const places = new Map<string, Event[]>();
  for (const event of eventsInOrder(life.history, flaws)) {
    const { info, tags } = event.publication;
    if (tags.type !== "posted") continue;
    const key = `${info?.user} ${tags.id}`;
    const former = places.get(key) ?? [];
    places.set(key, [...former, event]);
    if (former.some(({ entry, lostAt }) => lostAt === undefined && !life.forgotten(entry.offset)))
      flaws.push(`${key} has two places, ${former.at(-1)?.entry.offset} and ${event.entry.offset}`);
  }
  for (const message of life.messages)
    flaws.push(...flawsOfMessage(message, places.get(`${message.author} ${message.id}`) ?? []));
  flaws.push(...outOfRealTime(life.messages));
  return flaws.map((flaw) => `${room}: ${flaw}`);
}

function flawsOfMessage({ id, acknowledged, refused, inDoubt }: Message, events: readonly Event[]): string[] {
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
  if (refused && !inDoubt && acknowledged.length === 0 && events.length > 0)
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
