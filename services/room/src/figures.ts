/** What `GET /metrics` says of the rooms of this replica. */
import type { Directory, DirectoryStats } from "@madang/actor";
import type { RoomId } from "@madang/contracts";
import { type Figure, type Meter, showFigures } from "@madang/runtime";
import type { LiveRooms } from "./heads.ts";
import type { RoomMessage } from "./room-actor.ts";

interface Rooms {
  readonly stats: DirectoryStats;
  readonly live: number;
  readonly lost: number;
}

const figures: readonly Figure<Rooms>[] = [
  {
    name: "madang_rooms_live",
    kind: "gauge",
    value: ({ live }) => live,
    description: "Rooms that this replica owns and has in memory",
  },
  {
    name: "madang_room_claims",
    kind: "counter",
    value: ({ stats }) => stats.starts,
    description: "Times a room was to be claimed here",
  },
  {
    name: "madang_rooms_lost",
    kind: "counter",
    value: ({ lost }) => lost,
    description: "Rooms that another replica took, or was faster to claim",
  },
  {
    name: "madang_room_restarts",
    kind: "counter",
    value: ({ stats }) => stats.restarts,
    description: "Restarts after an unexpected failure",
  },
  {
    name: "madang_rooms_quarantined",
    kind: "gauge",
    value: ({ stats }) => stats.states.quarantined,
    description: "Rooms that failed too often",
  },
  {
    name: "madang_room_messages",
    kind: "counter",
    value: ({ stats }) => stats.handled,
    description: "Commands and ticks handled",
  },
  {
    name: "madang_room_waiting",
    kind: "gauge",
    value: ({ stats }) => stats.depth.total,
    description: "Messages that wait in mailboxes",
  },
  {
    name: "madang_room_dead_letters",
    kind: "counter",
    value: ({ stats }) => stats.deadLetters,
    description: "Commands that failed again and again",
  },
];

const refused: Figure<number> = {
  name: "madang_room_rejected",
  kind: "counter",
  value: (times) => times,
  description: "Messages that no room handled, by reason",
};

export interface RoomFigures {
  rooms: Pick<Directory<RoomId, RoomMessage>, "stats">;
  live: LiveRooms;
  lost: { readonly count: number };
}

export function showRooms(meter: Meter, { rooms, live, lost }: RoomFigures): void {
  showFigures(meter, figures, () => [[{}, { stats: rooms.stats(), live: live.size, lost: lost.count }]]);
  showFigures(meter, [refused], () => Object.entries(rooms.stats().rejected).map(([reason, times]) => [{ reason }, times]));
}
