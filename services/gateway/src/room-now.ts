/** What a room is like now, wherever that is known best. */
import { type Counters, isStaff, type Role, type RoomId, type wire } from "@madang/contracts";
import { RoomState } from "@madang/room-state";
import type { Gateway } from "./gateway.ts";

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

/** As its events say here, else as its owner has written it down. A room of which nothing is known is as all are at first. */
export async function stateOf(gateway: Pick<Gateway, "hub" | "cards">, room: RoomId): Promise<RoomState> {
  return followed(gateway, room)?.view?.state ?? (await cardOf(gateway, room)) ?? new RoomState();
}

/** As the room's owner has written it down. Undefined: nothing has been done in it but speak. @throws LogUnavailable */
export async function cardOf({ cards }: Pick<Gateway, "cards">, room: RoomId): Promise<RoomState | undefined> {
  const card = await cards.read(room);
  return card === undefined ? undefined : RoomState.restore(JSON.parse(Buffer.from(card).toString("utf8")));
}

/** As heard last, here or at another gateway; where nobody watches, as the owner has them, or else the room's state. */
export async function countersOf(gateway: Known, { room, state }: { room: RoomId; state: RoomState }): Promise<Counters> {
  const heard = followed(gateway, room)?.counters;
  if (heard !== undefined) return heard;
  const [watched] = await gateway.channels.of(room);
  return (
    watched?.counters ??
    (await gateway.owners.counters(room)) ??
    counted(state, { viewers: watched?.clients ?? 0, users: watched?.users ?? 0 })
  );
}

function counted({ life, totals, shards }: RoomState, { viewers, users }: { viewers: number; users: number }): Counters {
  return {
    state: life,
    viewers,
    users,
    peak: Math.max(totals.peak, viewers),
    comments: totals.comments,
    hearts: Object.fromEntries(totals.hearts),
    gifts: { count: totals.gifts, amounts: Object.fromEntries(totals.amounts) },
    supporters: totals.topSupporters().map(({ user, currency, amount }) => ({ user, currency, amount })),
    sampled: false,
    shards,
  };
}

export function infoOf({ state, role, counters }: { state: RoomState; role: Role; counters: Counters }): wire.InfoResult {
  const { title, life, startsAt, pins } = state;
  const { review, ...settings } = state.settings;
  return { title, state: life, startsAt, settings: isStaff(role) ? { ...settings, review } : settings, pins, role, counters };
}
