/** One room service, wired as `service.ts` does it, on the simulated world instead of NATS. */
import { Directory } from "@madang/actor";
import type { Bus } from "@madang/bus";
import { limits, type MemberId, newMemberId, type RoomId } from "@madang/contracts";
import { EventLog, Fenced, Registry, Snapshots } from "@madang/log";
import { createLogger } from "@madang/runtime";
import { ClaimTurns } from "../claim-turns.ts";
import { findEvent } from "../find-event.ts";
import { findGift } from "../find-gift.ts";
import { Intake, replyToRejection } from "../intake.ts";
import { Placement } from "../placement.ts";
import { Reviews } from "../reviews.ts";
import { type RoomMessage, restartHelps, startRoomActor } from "../room-actor.ts";
import type { Process } from "./network.ts";
import type { World } from "./world.ts";

export interface Owner {
  readonly process: Process;
  readonly member: MemberId;
  /** Resolves when it has left. */
  drain(): Promise<void>;
}

const logger = createLogger("simulation", "silent");

export function startOwner(world: World, process: Process): Owner {
  const self = newMemberId(process.name);
  const bus = world.network.bus(process) as unknown as Bus;
  const log = new EventLog({
    records: world.log.client(process),
    registry: new Registry(world.buckets.rooms.client(process)),
    snapshots: new Snapshots(world.buckets.snapshots.client(process)),
    epoch: "first",
    storeHead: (room) => world.store.head(room),
  });
  const segments = world.buckets.dedupe.client(process);
  const placement = new Placement({
    steady: () => Promise.resolve(true),
    self,
    bus,
    membership: { live: () => world.membersSeenBy(process) },
  });
  const turns = new ClaimTurns();
  const rooms = new Directory<RoomId, RoomMessage>({
    start: (id, actor) =>
      turns.with(async () => {
        await placement.mayClaim(id);
        return startRoomActor({
          ...{ id, self: actor, owner: self, log, segments, cards: world.buckets.cards.client(process), now: Date.now, logger },
          gifts: segments,
          judge: () => ({ action: undefined, matches: [] }),
          find: (room, offset) => findEvent({ log, bus: world.store }, room, offset),
          findGift: (room, id) => findGift(world.store, room, id),
          reviews: new Reviews(logger),
          tell: () => {},
        });
      }),
    reject: (message, why) => message.kind === "command" && message.reply(replyToRejection(why)),
    onFailure: (error, { key, phase }) => {
      world.note(process.name, () => `${phase} of ${key} failed: ${error}`);
      if (error instanceof Fenced) placement.handleLost(key);
      if (restartHelps(error)) world.handleSurprise(error);
      return restartHelps(error) ? "restart" : "stop";
    },
    onError: (error) => world.handleSurprise(error),
    limits: {
      mailboxSize: limits.mailboxSize,
      idleAfterMs: world.idleAfterMs,
      startTimeoutMs: limits.roomStartMs,
      closeTimeoutMs: limits.settledWithinMs,
      messageTimeoutMs: limits.settledWithinMs,
    },
  });
  const intake = new Intake({ bus, self, rooms });
  return {
    process,
    member: self,
    drain: async () => {
      process.silentSince = Number.NEGATIVE_INFINITY;
      await rooms.drain(limits.drainMs);
      intake.close();
    },
  };
}
