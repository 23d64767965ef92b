import type { Directory } from "@madang/actor";
import type { Bus, BusMessage } from "@madang/bus";
import { encodeJson, limits, MemberId, RoomId, subjects } from "@madang/contracts";
import { type Trace, type Tracing, untraced } from "@madang/runtime";
import { describe, expect, test } from "vitest";
import { RoomReplies } from "./figures.ts";
import { Intake } from "./intake.ts";
import type { RoomMessage } from "./room-actor.ts";

const self = MemberId.parse("room-a");
const room = RoomId.parse("live:in");
const command = { v: 1, command: "send", author: "", id: "m", data: {} };

/** An intake before a directory that holds `size` rooms, of which ours is awake or not. */
function intake({ size = 0, awake = false, tracing = untraced }: { size?: number; awake?: boolean; tracing?: Tracing } = {}) {
  const handlers = new Map<string, (message: BusMessage) => void>();
  const told: RoomMessage[] = [];
  const bus = { subscribe: (subject: string, handler: (message: BusMessage) => void) => handlers.set(subject, handler) };
  const rooms = {
    size,
    tellIfRunning: (_: RoomId, message: RoomMessage) => awake && told.push(message) > 0,
    tell: (_: RoomId, message: RoomMessage) => void told.push(message),
  };
  const replies = new RoomReplies();
  new Intake({
    ...{ bus: bus as unknown as Bus, self, rooms: rooms as unknown as Directory<RoomId, RoomMessage> },
    ...{ tracing, replies },
  });
  const ask = (data: Uint8Array, subject = subjects.command(self, room)) => {
    let reply: unknown;
    const respond = (bytes: Uint8Array) => {
      reply = JSON.parse(Buffer.from(bytes).toString());
    };
    const header = (name: string) => (name === "traceparent" ? "that of the gateway" : "");
    handlers.get(subjects.commandsTo(self))?.({ subject, data, header, respond });
    return reply;
  };
  return { ask, told, replies };
}

describe("the intake", () => {
  test("follows a command that is followed, from its arrival to its answer, and says nothing of what is in it", () => {
    const heard: unknown[] = [];
    const trace = { set: (...said: unknown[]) => heard.push(said), end: (failure?: string) => heard.push(["end", failure]) };
    const follow = (name: string, traceparent: string) => {
      heard.push([name, traceparent]);
      return trace as unknown as Trace;
    };
    const { ask, told } = intake({ awake: true, tracing: { ...untraced, on: true, follow } });
    ask(encodeJson({ ...command, data: { text: "secret" } }));
    const [message] = told;
    if (message?.kind !== "command") throw new Error("not told");
    expect(message.trace).toBe(trace);
    message.reply({ v: 1, kind: "committed", offset: 7, epoch: "e", duplicate: false });
    expect(heard).toEqual([
      ["room", "that of the gateway"],
      ["madang.room", room],
      ["madang.command", "send"],
      ["madang.answer", "committed"],
      ["madang.offset", 7],
      ["end", undefined],
    ]);
  });

  test("counts what was answered, and refusals by their code", () => {
    const { ask, told, replies } = intake({ awake: true });
    ask(Buffer.from("garbage"));
    ask(encodeJson(command));
    for (const message of told) if (message.kind === "command") message.reply({ v: 1, kind: "moved" });
    expect(Object.fromEntries(replies.kinds)).toEqual({ refused: 1, moved: 1 });
    expect(Object.fromEntries(replies.refusals)).toEqual({ 107: 1 });
  });

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
