/** Answers operators: which rooms are here and how they are. Lets a room out of quarantine when told to. It wakes none. */
import type { Directory } from "@madang/actor";
import { answerStatus, type Bus } from "@madang/bus";
import {
  ActorsQuery,
  type ActorsReply,
  decodeJson,
  encodeJson,
  type MemberId,
  RestartOrder,
  type RestartReply,
  type RoomId,
  subjects,
} from "@madang/contracts";
import type { Logger } from "@madang/runtime";
import { actorsAfter, busiest, type Sight, totalsOf, troubled } from "./actors-now.ts";
import type { LiveRooms } from "./heads.ts";
import type { RoomMessage } from "./room-actor.ts";

export interface OperateOptions {
  bus: Pick<Bus, "subscribe">;
  self: MemberId;
  rooms: Pick<Directory<RoomId, RoomMessage>, "inspect" | "stats" | "release">;
  live: LiveRooms;
  ready: () => boolean;
  logger: Pick<Logger, "info" | "error">;
}

/** Until it is closed. */
export function answerOperators({ bus, self, rooms, live, ready, logger }: OperateOptions): { close(): void } {
  const startedAt = Date.now();
  const look = (): Sight => ({ self, views: rooms.inspect(), live, time: Date.now(), now: performance.now() });
  const status = answerStatus({
    bus,
    logger,
    look: () => {
      const sight = look();
      return {
        v: 1,
        kind: "room",
        now: { kind: "room", member: self, startedAt, ready: ready(), ...totalsOf(rooms.stats()) },
        busiest: busiest(sight),
        troubled: troubled(sight),
      };
    },
  });
  const subscriptions = [
    status,
    bus.subscribe(subjects.operateActors, (message) => {
      const query = decodeJson(ActorsQuery, message.data);
      message.respond(encodeJson({ v: 1, member: self, ...actorsAfter(look(), query) } satisfies ActorsReply));
    }),
    bus.subscribe(subjects.operateRestart, (message) => {
      const { room, by } = decodeJson(RestartOrder, message.data);
      const restarted = rooms.release(room);
      if (restarted) {
        logger.info({ room, by }, "let out of quarantine");
        status.forget();
      }
      message.respond(encodeJson({ v: 1, member: self, restarted } satisfies RestartReply));
    }),
  ];
  return {
    close: () => {
      for (const subscription of subscriptions) subscription.close();
    },
  };
}
