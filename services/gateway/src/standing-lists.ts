/** What is so in a room now, page by page, for those who look after it: who is muted, who has which role, what waits for a moderator. */
import { limits, type Publication, type RoomId, UserId } from "@madang/contracts";
import { RoomState, SanctionKind } from "@madang/room-state";
import { z } from "zod";
import { read } from "./arguments.ts";
import { eventsAt } from "./events-at.ts";
import type { Gateway } from "./gateway.ts";
import { HistoryUnavailable } from "./past.ts";
import { furthest } from "./room-now.ts";

type Sources = Pick<Gateway, "hub" | "cards" | "past" | "now">;

const limit = z.int().min(1).max(limits.standingListed).default(limits.standingListed);
const ByUser = z.strictObject({ user: UserId.exactOptional(), after: UserId.exactOptional(), limit });
const OfSanctions = ByUser.extend({ kind: SanctionKind.exactOptional() });
const ByOffset = z.strictObject({ after: z.int().min(0).default(0), limit });

/** Something that is so, and the event by which it came to be; 0: that is not known. */
interface Entry {
  readonly offset: number;
}

/** By user; all of one user are on one page. The event is left out where nobody can tell it. @throws ReplyError | LogUnavailable */
export async function sanctionsOf(
  gateway: Sources,
  room: RoomId,
  asked: unknown,
): Promise<{ sanctions: object[]; next?: string }> {
  const { kind, ...page } = read(OfSanctions, asked);
  const state = await stateOf(gateway, room);
  const all = state.sanctions
    .list(gateway.now())
    .filter((sanction) => kind === undefined || sanction.kind === kind)
    .map(({ until, ...sanction }) => ({ ...sanction, until: Number.isFinite(until) ? until : null }));
  const { entries, next } = await byUser(gateway, room, { state, all, ...page });
  return { sanctions: entries, ...(next === undefined ? {} : { next }) };
}

/** Likewise. @throws ReplyError | LogUnavailable */
export async function grantsOf(gateway: Sources, room: RoomId, asked: unknown): Promise<{ grants: object[]; next?: string }> {
  const page = read(ByUser, asked);
  const state = await stateOf(gateway, room);
  const all = [...state.grants].map(([user, role]) => ({ user, role, offset: state.grantedAt(user) }));
  const { entries, next } = await byUser(gateway, room, { state, all, ...page });
  return { grants: entries, ...(next === undefined ? {} : { next }) };
}

/** Messages that wait, the oldest first. @throws ReplyError | LogUnavailable | HistoryUnavailable */
export async function heldOf(gateway: Sources, room: RoomId, asked: unknown): Promise<{ held: object[]; next?: number }> {
  const { after, limit } = read(ByOffset, asked);
  const state = await stateOf(gateway, room);
  const all = inOrder([...state.held].map(([offset, user]) => ({ offset, user }))).filter(({ offset }) => offset > after);
  const some = all.slice(0, limit);
  const events = await eventsAt(gateway, room, { state, offsets: offsetsIn(some) });
  const held = fitting(some.map((entry) => withEvent(entry, events)));
  return { held, ...nextOf(held, all) };
}

/** Reports that nobody has resolved, with what they are about as it reads now, the oldest first. @throws as `heldOf` */
export async function reportsOf(gateway: Sources, room: RoomId, asked: unknown): Promise<{ reports: object[]; next?: number }> {
  const { after, limit } = read(ByOffset, asked);
  const state = await stateOf(gateway, room);
  const all = inOrder([...state.reports].map(([offset, about]) => ({ offset, about }))).filter(({ offset }) => offset > after);
  const some = all.slice(0, limit);
  const events = await eventsAt(gateway, room, {
    state,
    offsets: offsetsIn([...some, ...some.map(({ about }) => ({ offset: about }))]),
  });
  const reports = fitting(
    some.map(({ offset, about }) => {
      const message = events.get(about);
      return { ...withEvent({ offset }, events), ...(message === undefined ? {} : { message }) };
    }),
  );
  return { reports, ...nextOf(reports, all) };
}

async function byUser<T extends Entry & { user: string }>(
  gateway: Sources,
  room: RoomId,
  { state, all, user, after, limit }: { state: RoomState; all: readonly T[]; user?: string; after?: string; limit: number },
): Promise<{ entries: (T & WithEvent)[]; next?: string }> {
  const wanted = all
    .filter((entry) => (user === undefined || entry.user === user) && (after === undefined || entry.user > after))
    .sort((a, b) => (a.user < b.user ? -1 : a.user > b.user ? 1 : 0));
  const users = [...new Set(wanted.map((entry) => entry.user))];
  const some = users.slice(0, limit).map((one) => wanted.filter((entry) => entry.user === one));
  // Who is banned has to be known also while nobody can tell why.
  const events = await eventsAt(gateway, room, { state, offsets: offsetsIn(some.flat()) }).catch((error: unknown) => {
    if (error instanceof HistoryUnavailable) return new Map<number, Publication>();
    throw error;
  });
  const page = fitting(some.map((entries) => entries.map((entry) => withEvent(entry, events))));
  const next = page.length < users.length ? users[page.length - 1] : undefined;
  return { entries: page.flat(), ...(next === undefined ? {} : { next }) };
}

/** As many as fit into an answer; one always does. */
function fitting<T>(entries: readonly T[]): T[] {
  let bytes = 0;
  const many = entries.findIndex((entry) => {
    bytes += Buffer.byteLength(JSON.stringify(entry));
    return bytes > limits.historyBytes;
  });
  return many === -1 ? [...entries] : entries.slice(0, Math.max(1, many));
}

interface WithEvent {
  readonly event?: Publication;
}

function withEvent<T extends Entry>(entry: T, events: ReadonlyMap<number, Publication>): T & WithEvent {
  const event = events.get(entry.offset);
  return event === undefined ? entry : { ...entry, event };
}

function nextOf(page: readonly Entry[], all: readonly Entry[]): { next?: number } {
  const last = page.at(-1);
  return last === undefined || last.offset === all.at(-1)?.offset ? {} : { next: last.offset };
}

const inOrder = <T extends Entry>(entries: T[]): T[] => entries.sort((a, b) => a.offset - b.offset);
const offsetsIn = (entries: readonly Entry[]) => entries.map(({ offset }) => offset).filter((offset) => offset > 0);
const stateOf = async (gateway: Sources, room: RoomId) => (await furthest(gateway, room)) ?? new RoomState();
