import {
  type ActorNow,
  limits,
  MemberId,
  type PersistenceStatus,
  RoomId,
  type RoomStatus,
  type StreamNow,
  streamName,
} from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { type Expected, overviewOf } from "./overview.ts";

const member = (name: string) => MemberId.parse(name);
const alive = (kind: Expected["kind"], ...names: string[]): Expected[] => names.map((name) => ({ kind, member: member(name) }));

const actor = (room: string, of: Partial<ActorNow> & { perS?: number; viewers?: number } = {}): ActorNow => {
  const { perS = 0, viewers = 0, ...more } = of;
  return {
    ...{ room: RoomId.parse(`live:${room}`), member: member("r1"), stream: "ROOMS_0", state: "running", waiting: 0, restarts: 0 },
    live: { offset: 1, viewers, commentsPerS: perS },
    ...more,
  };
};

const states = { starting: 0, running: 1, restarting: 0, closing: 0, quarantined: 0 };
function roomService(name: string, lists: Partial<Pick<RoomStatus, "busiest" | "troubled">> = {}): RoomStatus {
  const totals = { states, waiting: { total: 0, most: 0 }, handled: 1, restarts: 0, passivated: 0, deadLetters: 0 };
  const now = { kind: "room" as const, member: member(name), startedAt: 1, ready: true, ...totals };
  return { v: 1, kind: "room", now, busiest: [], troubled: [], ...lists };
}
function store(name: string, more: Partial<PersistenceStatus> = {}): PersistenceStatus {
  const now = { kind: "persistence" as const, member: member(name), startedAt: 1, ready: true, storeAnswers: true };
  return { v: 1, kind: "persistence", now, leases: [], streams: [], ...more };
}
const names = (actors: readonly ActorNow[]) => actors.map(({ room }) => room.slice("live:".length));

describe("an overview", () => {
  test("[O2] has everybody who answered, and says who is alive and did not", () => {
    const expected = [...alive("room", "r1", "r2"), ...alive("persistence", "p1")];
    const { members, partial, missing, time } = overviewOf([roomService("r1"), store("p1")], expected, 5);
    expect(members.map((one) => one.member)).toEqual(["p1", "r1"]);
    expect([partial, missing, time]).toEqual([true, [{ kind: "room", member: "r2" }], 5]);
    expect(overviewOf([roomService("r1")], alive("room", "r1"), 5).partial).toBe(false);
  });

  test("[O2] has the busiest rooms of all, where most is said and then where most watch, and no more than so many", () => {
    const here = roomService("r1", { busiest: [actor("fast", { perS: 9 }), actor("quiet")] });
    const there = roomService("r2", { busiest: [actor("slow", { perS: 2 }), actor("watched", { viewers: 7 })] });
    expect(names(overviewOf([here, there], [], 0).rooms)).toEqual(["fast", "slow", "watched", "quiet"]);
    const many = roomService("r3", { busiest: Array.from({ length: limits.operateRooms }, (_, n) => actor(`r${n}`)) });
    expect(overviewOf([here, there, many], [], 0).rooms).toHaveLength(limits.operateRooms);
  });

  test("[O2] has rooms in quarantine before those about to be restarted", () => {
    const here = roomService("r1", { troubled: [actor("falls", { state: "restarting" })] });
    const there = roomService("r2", { troubled: [actor("fell", { state: "quarantined" })] });
    expect(names(overviewOf([here, there], [], 0).troubled)).toEqual(["fell", "falls"]);
  });

  test("[O2] has all streams: of each what its holder says, and how far it is behind from whoever knows", () => {
    const stream = streamName(2);
    const seen: StreamNow = { stream, lagRecords: 9, lagMs: 900 };
    const held: StreamNow = { stream, holder: member("p2"), since: 40, paused: true };
    const former: StreamNow = { stream, holder: member("p3"), since: 30, paused: false };
    const replies = [store("p1", { streams: [seen] }), store("p3", { streams: [former] }), store("p2", { streams: [held] })];
    const { streams } = overviewOf(replies, [], 0);
    expect(streams).toHaveLength(limits.streams);
    expect(streams[2]).toEqual({ stream, lagRecords: 9, lagMs: 900, holder: "p2", since: 40, paused: true });
    expect(streams[3]).toEqual({ stream: streamName(3) });
  });

  test("[O2] has leases in order, and what one alone knows: the audit, and dead letters", () => {
    const lease = (name: string) => ({ lease: name, holder: member("p1"), since: 1 });
    const replies = [store("p2"), store("p1", { leases: [lease("registry"), lease("audit")], deadLetters: { count: 3 } })];
    const { leases, deadLetters, audit } = overviewOf(replies, [], 0);
    expect(leases.map((one) => one.lease)).toEqual(["audit", "registry"]);
    expect([deadLetters, audit]).toEqual([{ count: 3 }, undefined]);
  });
});
