/** What a room is like now, wherever that is known best: one question, by who asks it. */
import {
  type Counters,
  isStaff,
  limits,
  type Position,
  type Publication,
  type Role,
  type RoomId,
  type wire,
} from "@madang/contracts";
import { RoomState } from "@madang/room-state";
import { within } from "@madang/runtime";
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

/** As its events say here or as its owner has written it down, whichever is further: it shows every act that was answered. @throws LogUnavailable */
export async function furthest(gateway: Pick<Gateway, "hub" | "cards">, room: RoomId): Promise<RoomState | undefined> {
  const here = followed(gateway, room)?.view?.state;
  const card = await cardOf(gateway, room);
  return (here?.offset ?? 0) > (card?.offset ?? 0) ? here : card;
}

/**
 * For the site, who has just acted: as its events say here or as its owner has written it down, whichever is further. Undefined: nothing has
 * ever happened in it. @throws LogUnavailable
 */
export async function newest(
  gateway: Pick<Gateway, "hub" | "cards" | "log" | "owners">,
  room: RoomId,
): Promise<RoomState | undefined> {
  const state = await furthest(gateway, room);
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

/**
 * It always answers (H6): who watches, and the counters as whoever watches has heard them, as the owner has them, or as they were written
 * down. Where none of these tells within a moment, they are left out.
 */
export async function statsOf(
  gateway: Pick<Gateway, "presence" | "owners" | "hub" | "cards">,
  room: RoomId,
): Promise<wire.Results["presence_stats"]> {
  const { counters: heard, ...stats } = await gateway.presence.stats(room);
  const asleep = async () => {
    const owned = await gateway.owners.counters(room);
    const { num_clients: viewers, num_users: users } = stats;
    return owned ?? (await cardOf(gateway, room))?.counters({ viewers, users, sampled: false });
  };
  const late = () => new Error("the counters are late");
  const counters = heard ?? (await within(limits.statsCountersMs, asleep(), late).catch(() => undefined));
  return counters === undefined ? stats : { ...stats, counters };
}

/** What is pinned, for a reader: nothing where they are banned (V5), and nothing of whom they block (V9). */
export async function pinnedFor(
  { pinned, blocks, now }: Pick<Gateway, "pinned" | "blocks" | "now">,
  { room, state, user }: { room: RoomId; state: RoomState; user: string },
): Promise<Publication[]> {
  if (state.pins.length === 0 || state.sanctions.is("banned", user, now())) return [];
  const list = blocks.hold(user);
  try {
    const [publications] = await Promise.all([pinned.of(room, state), list.loaded]);
    return publications.filter(({ info }) => info === undefined || !list.users.has(info.user));
  } finally {
    list.release();
  }
}

export function infoOf({
  state,
  role,
  counters,
  pinned,
}: {
  state: RoomState;
  role: Role;
  counters: Counters;
  pinned: readonly Publication[];
}): wire.InfoResult {
  const { title, life, startsAt, pins } = state;
  const { review, ...settings } = state.settings;
  const shown = isStaff(role) ? { ...settings, review } : settings;
  return { title, state: life, startsAt, settings: shown, pins, pinned, role, counters };
}
