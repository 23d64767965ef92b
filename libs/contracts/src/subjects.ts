/** The NATS subjects, and which stream a room's log is in. A room id is one subject token. */
import { hash32 } from "./hash.ts";
import type { MemberId, RoomId } from "./ids.ts";
import { limits } from "./limits.ts";

/** The stream of a room: 0 … `streams` − 1. The number of streams is recorded in KV and never changes. */
export function shardOf(room: RoomId, streams: number = limits.streams): number {
  return hash32(room) % streams;
}

export const subjects = {
  /** Where a room's batches are appended. Only the log reads and writes it. */
  log: (room: RoomId) => `room.log.${shardOf(room)}.${room}`,
  logShard: (shard: number) => `room.log.${shard}.*`,
  /** Where a batch appears after its commit: what gateways follow. */
  live: (room: RoomId) => `room.live.${room}`,
  /** Passing signals of a room. */
  signal: (room: RoomId) => `room.signal.${room}`,
  /** Room commands, to one member. */
  command: (member: MemberId, room: RoomId) => `room.cmd.${member}.${room}`,
  commandsTo: (member: MemberId) => `room.cmd.${member}.*`,
  /** Where rooms stand, to the member that has them awake. */
  heads: (member: MemberId) => `room.heads.${member}`,
  /** A sign of life from one member. */
  ping: (member: MemberId) => `member.ping.${member}`,
  /** What a member says to itself, to know that it hears. */
  pulse: (member: MemberId) => `member.pulse.${member}`,
  /** Questions about the past, answered by any persistence replica. */
  history: "store.history",
  /** Where a room stands in the store, answered by any persistence replica. */
  storeHead: "store.head",
  /** What is kept of a room beside its messages, its replay, and what a list of words would have stopped: as `storeHead`. */
  storeEvents: "store.events",
  storeReplay: "store.replay",
  storeDryRun: "store.dry-run",
  /** Where a gift stands, by its payment's id: as `storeHead`. */
  storeGift: "store.gift",
  /** Who is in a room: every gateway answers. */
  presence: "gateway.presence",
  /** What each gateway holds: every gateway answers. */
  info: "gateway.info",
  /** Which rooms are watched: every gateway answers. */
  channels: "gateway.channels",
  /** What the site's own server wants done to a user's sockets: every gateway does it, and answers. */
  orders: "gateway.orders",
  /** What operators look at: how each service stands, and which rooms a room service has in memory. All that are meant answer. */
  operateStatus: "operate.status",
  operateActors: "operate.actors",
  /** What operators do: every room service lets a room out of quarantine; any persistence replica answers about dead letters. */
  operateRestart: "operate.restart",
  operateLetters: "operate.letters",
  /** Events that could not be handled. */
  deadLetters: "dead-letters",
} as const;

/** KV keys forbid `:`, so `live:concert` is the key `live.concert`. */
export function roomKey(room: RoomId): string {
  return room.replace(":", ".");
}
