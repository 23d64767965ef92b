/** What a room is like now, wherever that is known best: one question, by who asks it. */
import { type Counters, isStaff, type Position, type Role, type RoomId, type wire } from "@madang/contracts";
import { RoomState } from "@madang/room-state";
import type { Gateway } from "./gateway.ts";
import { HistoryUnavailable } from "./past.ts";
import { RoomView } from "./room-view.ts";

/** A feed, as far as it knows: it follows the room's events, and hears its counters. */
export interface Followed {
  readonly room: RoomId;
  /** Whether it is up to date. */
  readonly live: boolean;
  readonly view?: { readonly state: RoomState } | undefined;
  readonly counters?: Counters | undefined;
}

type Known = Pick<Gateway, "hub" | "channels" | "owners">;

export function followed({ hub }: Pick<Gateway, "hub">, room: RoomId): Followed | undefined {
  const feed: Followed | undefined = hub.get(room);
  return feed?.live === true ? feed : undefined;
}

/**
 * For viewers: as its events say here, else as its owner has written it down; where it stands is not asked for. A room of which nothing is
 * known is as all are at first. @throws LogUnavailable
 */
export async function stateOf(gateway: Pick<Gateway, "hub" | "cards">, room: RoomId): Promise<RoomState> {
  return followed(gateway, room)?.view?.state ?? (await cardOf(gateway, room)) ?? new RoomState();
}

/**
 * For the site, who has just acted: as its events say here or as its owner has written it down, whichever is further. Undefined: nothing has
 * ever happened in it. @throws LogUnavailable
 */
export async function newest(
  gateway: Pick<Gateway, "hub" | "cards" | "log" | "owners">,
  room: RoomId,
): Promise<RoomState | undefined> {
  const here = followed(gateway, room)?.view?.state;
  const card = await cardOf(gateway, room);
  const state = (here?.offset ?? 0) > (card?.offset ?? 0) ? here : card;
  if (state !== undefined) return state;
  if ((await gateway.log.position(room)).offset > 0) return new RoomState();
  // Hearts have no place in the log, and are something all the same.
  const counters = followed(gateway, room)?.counters ?? (await gateway.owners.counters(room));
  return counters !== undefined && Object.keys(counters.hearts).length > 0 ? new RoomState() : undefined;
}

/** For whoever reads its past: where it stands, and who may have which of its lines. @throws HistoryUnavailable */
export async function standing(
  { hub, log, cards }: Pick<Gateway, "hub" | "log" | "cards">,
  room: RoomId,
): Promise<Position & { view: RoomView }> {
  const feed = hub.get(room);
  if (feed?.live) return { ...feed.head, view: feed.view };
  const [position, card] = await Promise.all([log.position(room), cards.read(room)]).catch((cause: unknown) => {
    throw new HistoryUnavailable("the room's position cannot be read", { cause });
  });
  const view = new RoomView();
  view.startAt(position.offset);
  if (card !== undefined) view.take(card);
  return { ...position, view };
}

/** Undefined: nothing has been done in it but speak. @throws LogUnavailable */
async function cardOf({ cards }: Pick<Gateway, "cards">, room: RoomId): Promise<RoomState | undefined> {
  const card = await cards.read(room);
  return card === undefined ? undefined : RoomState.restore(JSON.parse(Buffer.from(card).toString("utf8")));
}

/** As heard last, here or at another gateway; where nobody watches, as the owner has them, or else the room's state. */
export async function countersOf(gateway: Known, { room, state }: { room: RoomId; state: RoomState }): Promise<Counters> {
  const heard = followed(gateway, room)?.counters;
  if (heard !== undefined) return heard;
  const [watched] = await gateway.channels.of(room);
  const told = watched?.counters ?? (await gateway.owners.counters(room));
  return told ?? state.counters({ viewers: watched?.clients ?? 0, users: watched?.users ?? 0, sampled: false });
}

export function infoOf({ state, role, counters }: { state: RoomState; role: Role; counters: Counters }): wire.InfoResult {
  const { title, life, startsAt, pins } = state;
  const { review, ...settings } = state.settings;
  return { title, state: life, startsAt, settings: isStaff(role) ? { ...settings, review } : settings, pins, role, counters };
}
