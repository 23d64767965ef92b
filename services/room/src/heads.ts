/** Tells gateways where the rooms stand that are awake here, and hears from them how many watch. It wakes none. */
import type { Bus, BusSubscription } from "@madang/bus";
import {
  type Audience,
  type Counters,
  decodeJson,
  encodeJson,
  HeadsQuery,
  type HeadsReply,
  type MemberId,
  type Position,
  type RoomId,
  subjects,
} from "@madang/contracts";
import type { Activity } from "./activity.ts";

/** A room that is awake here, as others may see it. */
export interface LiveRoom {
  readonly position: Position;
  readonly counters: Counters;
  /** For operators. */
  readonly viewers: number;
  readonly activity: Activity;
  /** What a gateway says of those who watch there. */
  hear(gateway: string, audience: Audience): void;
}

export type LiveRooms = Map<RoomId, LiveRoom>;

export function answerHeads({ bus, self, live }: { bus: Bus; self: MemberId; live: LiveRooms }): BusSubscription {
  return bus.subscribe(subjects.heads(self), (message) => {
    const { rooms, gateway, audiences = [], counters } = decodeJson(HeadsQuery, message.data);
    if (gateway !== undefined) for (const audience of audiences) live.get(audience.room)?.hear(gateway, audience);
    const heads = rooms.flatMap((room) => {
      const here = live.get(room);
      if (here === undefined) return [];
      return [{ room, ...here.position, ...(counters === true ? { counters: here.counters } : {}) }];
    });
    message.respond(encodeJson({ v: 1, heads } satisfies HeadsReply));
  });
}
