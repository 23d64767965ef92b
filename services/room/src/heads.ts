/** Tells gateways where the rooms stand that are awake here. It wakes none. */
import type { Bus, BusSubscription } from "@madang/bus";
import { decodeJson, encodeJson, HeadsQuery, type HeadsReply, type MemberId, type RoomId, subjects } from "@madang/contracts";
import type { RoomLog } from "@madang/log";

export type LiveRooms = Map<RoomId, Pick<RoomLog, "epoch" | "head">>;

export function answerHeads({ bus, self, live }: { bus: Bus; self: MemberId; live: LiveRooms }): BusSubscription {
  return bus.subscribe(subjects.heads(self), (message) => {
    const heads = decodeJson(HeadsQuery, message.data).rooms.flatMap((room) => {
      const log = live.get(room);
      return log === undefined ? [] : [{ room, epoch: log.epoch, offset: log.head }];
    });
    message.respond(encodeJson({ v: 1, heads } satisfies HeadsReply));
  });
}
