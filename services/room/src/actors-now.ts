/** The rooms in the memory of this replica, as operators see them. Pure. */
import type { ActorView, DirectoryStats } from "@madang/actor";
import { type ActorNow, type ActorsQuery, limits, type MemberId, type RoomId, shardOf, streamName } from "@madang/contracts";
import type { LiveRoom } from "./heads.ts";

type View = ActorView<RoomId>;

export interface Sight {
  readonly self: MemberId;
  readonly views: readonly View[];
  readonly live: ReadonlyMap<RoomId, Pick<LiveRoom, "position" | "viewers" | "activity">>;
  /** Server time, ms. */
  readonly time: number;
  /** Monotonic, ms. */
  readonly now: number;
}

/** Those that are awake: where most is said first, then where most watch. */
export function busiest(sight: Sight): ActorNow[] {
  const awake = sight.views.flatMap((view) => {
    const room = view.state === "running" ? sight.live.get(view.key) : undefined;
    return room === undefined ? [] : [{ view, rate: room.activity.commentsPerS(sight.now), viewers: room.viewers }];
  });
  awake.sort((a, b) => b.rate - a.rate || b.viewers - a.viewers);
  return awake.slice(0, limits.operateRooms).map(({ view }) => actorNow(view, sight));
}

/** Those in quarantine first, then those about to be restarted. */
export function troubled(sight: Sight): ActorNow[] {
  const of = (state: View["state"]) => sight.views.filter((view) => view.state === state);
  return [...of("quarantined"), ...of("restarting")].slice(0, limits.operateRooms).map((view) => actorNow(view, sight));
}

/** The next ones by room, and whether there are others after them. */
export function actorsAfter(
  sight: Sight,
  { after = "", limit, member, state }: ActorsQuery,
): { actors: ActorNow[]; more: boolean } {
  if (member !== undefined && member !== sight.self) return { actors: [], more: false };
  const wanted = sight.views
    .filter((view) => view.key > after && (state === undefined || view.state === state))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return { actors: wanted.slice(0, limit).map((view) => actorNow(view, sight)), more: wanted.length > limit };
}

export function actorNow(view: View, { self, live, time, now }: Sight): ActorNow {
  const { key: room, state, depth, restarts, quietMs, failure, quarantineLeftMs } = view;
  const awake = state === "running" ? live.get(room) : undefined;
  return {
    room,
    member: self,
    stream: streamName(shardOf(room)),
    state,
    waiting: depth,
    restarts,
    ...(quietMs === undefined ? {} : { quietMs: Math.round(quietMs) }),
    ...(failure === undefined
      ? {}
      : { failure: { error: kindOf(failure.error), phase: failure.phase, at: Math.round(time - failure.agoMs) } }),
    ...(quarantineLeftMs === undefined ? {} : { quarantinedUntil: Math.round(time + quarantineLeftMs) }),
    ...(awake === undefined ? {} : { live: liveNow(awake, now) }),
  };
}

function liveNow({ position, viewers, activity }: Pick<LiveRoom, "position" | "viewers" | "activity">, now: number) {
  const commit = activity.commitMs(now);
  return {
    offset: position.offset,
    viewers,
    commentsPerS: rounded(activity.commentsPerS(now)),
    ...(commit === undefined ? {} : { commitP50Ms: rounded(commit.p50), commitP99Ms: rounded(commit.p99) }),
  };
}

// Its message may hold what a user has said.
const kindOf = (error: unknown) => (error instanceof Error ? error.name : typeof error);
const rounded = (value: number) => Math.round(value * 100) / 100;

/** What is told of all of them together. */
export function totalsOf({ states, depth, handled, restarts, passivated, deadLetters }: DirectoryStats) {
  return { states, waiting: { total: depth.total, most: depth.max }, handled, restarts, passivated, deadLetters };
}
