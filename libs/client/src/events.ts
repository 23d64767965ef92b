/** What a room says, as it comes: for those who want more than the view. */

import { personOf } from "./entry.ts";
import type { Person, Problem } from "./model.ts";
import type { Counters, EventType, Skip } from "./protocol.ts";
import type { Data, Publication } from "./wire.ts";

/** An event of the room, live or recovered. What each type has in `data`: docs/protocol.md. */
export interface RoomEvent {
  readonly type: EventType;
  readonly offset: number;
  readonly id: string;
  /** ms since 1970, by the server's clock. */
  readonly at: number;
  /** None: the site itself. */
  readonly by?: Person;
  readonly data: Data;
  readonly tags: Readonly<Record<string, string>>;
}

/** Something that one asked for and that did not come to be: hearts that were not counted, a page that could not be read. */
export type RoomProblem =
  | { readonly what: "hearts"; readonly count: number; readonly problem: Problem }
  | { readonly what: "history" | "info"; readonly problem: Problem };

/** What `room.on` tells, by type. */
export type RoomEvents = Record<EventType, RoomEvent> & {
  counters: Counters;
  /** By how much the hearts of others have grown since the last time, by kind: one's own taps were seen when they were made. */
  hearts: Readonly<Record<string, number>>;
  typing: { readonly user: string };
  skip: Skip;
  problem: RoomProblem;
};

export function eventOf({ data, offset = 0, info, tags }: Publication): RoomEvent {
  const by = personOf(info);
  return {
    type: tags.type as EventType,
    offset,
    id: tags.id ?? "",
    at: Number(tags.time ?? 0),
    ...(by === undefined ? {} : { by }),
    data,
    tags,
  };
}
