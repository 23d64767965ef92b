/** Tells gateways where the rooms stand that are awake here, and hears from them how many watch. It wakes none. */
import type { Bus, BusSubscription } from "@madang/bus";
import {
  type Audience,
  decodeJson,
  encodeJson,
  HeadsQuery,
  type HeadsReply,
  type MemberId,
  type Position,
  type RoomId,
  subjects,
} from "@madang/contracts";

/** A room that is awake here, as gateways may see it. */
export interface LiveRoom {
  readonly position: Position;
  /** What a gateway says of those who watch there. */
  hear(gateway: string, audience: Audience): void;
}

export type LiveRooms = Map<RoomId, LiveRoom>;

export function answerHeads({ bus, self, live }: { bus: Bus; self: MemberId; live: LiveRooms }): BusSubscription {
  return bus.subscribe(subjects.heads(self), (message) => {
    const { rooms, gateway, audiences = [] } = decodeJson(HeadsQuery, message.data);
    if (gateway !== undefined) for (const audience of audiences) live.get(audience.room)?.hear(gateway, audience);
    const heads = rooms.flatMap((room) => {
      const position = live.get(room)?.position;
      return position === undefined ? [] : [{ room, ...position }];
    });
    message.respond(encodeJson({ v: 1, heads } satisfies HeadsReply));
  });
}
