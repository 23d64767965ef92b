import { Audience, limits, RoomId } from "@madang/contracts";
import { HyperLogLog } from "@madang/room-state";
import { describe, expect, test } from "vitest";
import { audienceOf } from "./audience.ts";

const room = RoomId.parse("live:a");
const people = (count: number, times = 1) => Array.from({ length: count * times }, (_, n) => ({ user: `user-${n % count}` }));

describe("how many watch a room here", () => {
  test("[N3] names the users while they are few, however many connections they have", () => {
    const { clients, users, sketch } = audienceOf({ room, infos: people(limits.presenceClients, 3) });
    expect([clients, users?.length, sketch]).toEqual([3 * limits.presenceClients, limits.presenceClients, undefined]);
  });

  test("[N3] has a sketch of them beyond, which says how many they are within some 3 %", () => {
    const audience = audienceOf({ room, infos: people(5_000, 2) });
    expect(audience).toMatchObject({ room, clients: 10_000 });
    expect(audience.users).toBeUndefined();
    const users = HyperLogLog.decode(audience.sketch ?? "").count();
    expect(Math.abs(users - 5_000) / 5_000).toBeLessThan(0.1);
    expect(() => Audience.parse(audience)).not.toThrow();
  });
});
