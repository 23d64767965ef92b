import type { Directory } from "@madang/actor";
import type { Bus, BusMessage } from "@madang/bus";
import { encodeJson, limits, MemberId, RoomId, subjects } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { Intake } from "./intake.ts";
import type { RoomMessage } from "./room-actor.ts";

const self = MemberId.parse("room-a");
const room = RoomId.parse("live:in");
const command = { v: 1, command: "send", author: "", id: "m", data: {} };

/** An intake before a directory that holds `size` rooms, of which ours is awake or not. */
function intake({ size = 0, awake = false } = {}) {
  const handlers = new Map<string, (message: BusMessage) => void>();
  const told: RoomMessage[] = [];
  const bus = { subscribe: (subject: string, handler: (message: BusMessage) => void) => handlers.set(subject, handler) };
  const rooms = {
    size,
    tellIfRunning: (_: RoomId, message: RoomMessage) => awake && told.push(message) > 0,
    tell: (_: RoomId, message: RoomMessage) => void told.push(message),
  };
  new Intake({ bus: bus as unknown as Bus, self, rooms: rooms as unknown as Directory<RoomId, RoomMessage> });
  const ask = (data: Uint8Array, subject = subjects.command(self, room)) => {
    let reply: unknown;
    const respond = (bytes: Uint8Array) => {
      reply = JSON.parse(Buffer.from(bytes).toString());
    };
    handlers.get(subjects.commandsTo(self))?.({ subject, data, header: () => "", respond });
    return reply;
  };
  return { ask, told };
}

describe("the intake", () => {
  test("tells the room, awake or not", () => {
    for (const awake of [true, false]) {
      const { ask, told } = intake({ awake });
      expect(ask(encodeJson(command))).toBeUndefined();
      expect(told).toMatchObject([{ kind: "command", command }]);
    }
  });

  test("[R6] wakes no room more than it may hold, and those that are awake go on", () => {
    const full = intake({ size: limits.liveRooms });
    expect(full.ask(encodeJson(command))).toMatchObject({ kind: "refused", refusal: { code: 1001, temporary: true } });
    expect(full.told).toEqual([]);
    const awake = intake({ size: limits.liveRooms, awake: true });
    expect(awake.ask(encodeJson(command))).toBeUndefined();
    expect(awake.told).toHaveLength(1);
  });

  test("answers what it cannot read with an error, and tells nobody", () => {
    const { ask, told } = intake();
    const bad = [Buffer.from("garbage"), encodeJson({ ...command, v: 2 }), encodeJson({ ...command, id: "has space" })];
    for (const data of bad) expect(ask(data)).toMatchObject({ kind: "refused", refusal: { code: 107 } });
    expect(ask(encodeJson(command), "room.cmd.room-a.no room")).toMatchObject({ kind: "refused" });
    expect(told).toEqual([]);
  });
});
