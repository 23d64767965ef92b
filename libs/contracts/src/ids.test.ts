import { describe, expect, test } from "vitest";
import { rendezvous } from "./hash.ts";
import { MessageId, RoomId, UserId } from "./ids.ts";
import { roomKey, shardOf, subjects } from "./subjects.ts";

describe("ids", () => {
  test("[S1] a room id is one subject token, with a type or without", () => {
    for (const id of ["concert", "live:concert", "a-1:B_2-c", "x".repeat(64), `live:${"x".repeat(64)}`]) {
      expect(RoomId.safeParse(id).success, id).toBe(true);
      expect(subjects.log(RoomId.parse(id)).split(".")).toHaveLength(4);
    }
  });

  test("[S1] nothing else is a room id", () => {
    const bad = [
      "",
      "a.b",
      "a*",
      "a>",
      "a b",
      "live:",
      ":a",
      "Live:a",
      "live:a:b",
      "x".repeat(65),
      "한국",
      "a\n",
      "a\u0000",
      "$SYS",
      "a/b",
    ];
    for (const id of bad) expect(RoomId.safeParse(id).success, JSON.stringify(id)).toBe(false);
  });

  test("users and message ids hold no control characters", () => {
    expect(UserId.safeParse("김철수 👋").success).toBe(true);
    for (const id of ["", "a\nb", "a\u0000", "\u009b", "x".repeat(129), "\ud800"])
      expect(UserId.safeParse(id).success).toBe(false);
    for (const id of ["", "a b", "é", "x".repeat(65), "a\n"]) expect(MessageId.safeParse(id).success).toBe(false);
  });

  test("a room's KV key has no colon", () => {
    expect(roomKey(RoomId.parse("live:concert"))).toBe("live.concert");
  });

  test("hashes are fixed for ever, since streams depend on them", () => {
    expect(["a", "b", "live:concert", "live:lobby"].map((id) => shardOf(RoomId.parse(id)))).toMatchInlineSnapshot(`
      [
        3,
        2,
        6,
        3,
      ]
    `);
  });

  test("rooms spread evenly over streams and members, and only a leaver's rooms move", () => {
    const rooms = Array.from({ length: 8_000 }, (_, i) => RoomId.parse(`live:room-${i}`));
    const perShard = new Array(8).fill(0);
    for (const room of rooms) perShard[shardOf(room)]++;
    for (const count of perShard) expect(count).toBeGreaterThan(850);
    const three = ["room-a", "room-b", "room-c"];
    const moved = rooms.filter((room) => rendezvous(room, three)[0] !== rendezvous(room, three.slice(0, 2))[0]);
    expect(moved.every((room) => rendezvous(room, three)[0] === "room-c")).toBe(true);
    expect(moved.length).toBeGreaterThan(2_400);
    expect(moved.length).toBeLessThan(2_950);
  });
});
