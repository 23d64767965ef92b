import { Directory, ManualClock, settled } from "@madang/actor";
import {
  ActorsReply,
  decodeJson,
  encodeJson,
  limits,
  MemberId,
  RestartReply,
  RoomId,
  RoomStatus,
  subjects,
} from "@madang/contracts";
import { describe, expect, test, vi } from "vitest";
import type { z } from "zod";
import { Activity } from "./activity.ts";
import type { LiveRooms } from "./heads.ts";
import { answerOperators } from "./operate.ts";
import type { RoomMessage } from "./room-actor.ts";

const self = MemberId.parse("room-1");
const room = (name: string) => RoomId.parse(`live:${name}`);

/** Rooms whose names say how they are: `broken…` never starts, `stuck…` starts for ever, others live. */
function service() {
  const handlers = new Map<string, (message: never) => void>();
  const bus = {
    subscribe: (subject: string, handle: (message: never) => void) => {
      handlers.set(subject, handle);
      return { close: () => void handlers.delete(subject) };
    },
  };
  const live: LiveRooms = new Map();
  const clock = new ManualClock();
  const started: string[] = [];
  const rooms = new Directory<RoomId, RoomMessage>({
    clock,
    random: () => 0.5,
    limits: { restart: { maxRestarts: 1 } },
    start: (id) => {
      started.push(id);
      if (id.includes("broken")) throw new TypeError("the words of a user");
      if (id.includes("stuck")) return new Promise(() => {});
      const awake = { position: { epoch: "e", offset: 7 }, viewers: 0, activity: new Activity() };
      live.set(id, { ...awake, counters: {} as never, hear: () => {} });
      return { behavior: () => {} };
    },
    reject: () => {},
    onError: () => {},
  });
  const info = vi.fn();
  const logger = { info, error: vi.fn() };
  const operators = answerOperators({ bus: bus as never, self, rooms, live, ready: () => true, logger: logger as never });
  const ask = async <S extends z.ZodType>(subject: string, query: object, schema: S): Promise<z.infer<S>> => {
    const answer = Promise.withResolvers<Uint8Array>();
    handlers.get(subject)?.({ data: encodeJson({ v: 1, ...query }), respond: answer.resolve } as never);
    return decodeJson(schema, await answer.promise);
  };
  const wake = async (...names: string[]) => {
    for (const name of names) rooms.tell(room(name), { kind: "save" });
    await clock.pass(1_000);
    await settled();
  };
  return {
    ...{ wake, live, started, info, operators, handlers, rooms },
    status: () => ask(subjects.operateStatus, {}, RoomStatus),
    actors: (query: object = {}) => ask(subjects.operateActors, { limit: limits.operatePage, ...query }, ActorsReply),
    restart: (name: string) => ask(subjects.operateRestart, { room: room(name), by: "kim" }, RestartReply),
  };
}

describe("a room service tells operators", () => {
  test("[O2] how many rooms are in which state, and which of those that are awake are the busiest", async () => {
    const { wake, live, status } = service();
    await wake("quiet", "watched", "lively", "broken", "stuck");
    for (let n = 0; n < 20; n++) live.get(room("lively"))?.activity.committed(performance.now(), { tookMs: 4, comment: true });
    Object.assign(live.get(room("watched")) ?? {}, { viewers: 12 });
    const { now, busiest, troubled } = await status();
    expect(now).toMatchObject({ kind: "room", member: self, ready: true });
    expect(now.states).toEqual({ running: 3, starting: 1, restarting: 0, closing: 0, quarantined: 1 });
    expect(busiest.map((actor) => actor.room)).toEqual(["lively", "watched", "quiet"].map(room));
    expect(busiest[0]?.live).toMatchObject({ offset: 7, commitP50Ms: 4, commitP99Ms: 4 });
    expect(busiest[0]?.live?.commentsPerS).toBeGreaterThan(1);
    expect(troubled.map((actor) => actor.room)).toEqual([room("broken")]);
  });

  test("[O3] what is the matter with a room by the kind of its failure, and nothing that somebody has said", async () => {
    const { wake, actors } = service();
    await wake("broken");
    const reply = await actors();
    const [actor] = reply.actors;
    expect(actor).toMatchObject({ state: "quarantined", restarts: 1, failure: { error: "TypeError", phase: "start" } });
    expect(actor?.quarantinedUntil).toBeGreaterThan(Date.now() + 50_000);
    expect(JSON.stringify(reply)).not.toContain("words");
  });

  test("[O3] its rooms page by page, of one state or of one member if that is asked for", async () => {
    const { wake, actors } = service();
    await wake("c", "a", "broken", "d");
    const rooms = async (query: object) => {
      const reply = await actors(query);
      return [...reply.actors.map((actor) => actor.room.slice("live:".length)), ...(reply.more ? ["…"] : [])];
    };
    expect(await rooms({ limit: 2 })).toEqual(["a", "broken", "…"]);
    expect(await rooms({ limit: 2, after: room("broken") })).toEqual(["c", "d"]);
    expect(await rooms({ state: "quarantined" })).toEqual(["broken"]);
    expect(await rooms({ member: self, limit: 1 })).toEqual(["a", "…"]);
    expect(await rooms({ member: "room-2" })).toEqual([]);
  });

  test("[O2] [O3] [O4] and wakes no room by it", async () => {
    const { wake, status, actors, restart, started } = service();
    await wake("a");
    await status();
    await actors({ state: "running" });
    expect((await restart("asleep")).restarted).toBe(false);
    expect((await restart("a")).restarted).toBe(false);
    expect(started).toEqual([room("a")]);
  });

  test("[O4] lets a room out of quarantine, which starts with the next message, and writes down who wanted it", async () => {
    const { wake, status, restart, started, info } = service();
    await wake("broken");
    expect((await status()).now.states.quarantined).toBe(1);
    expect((await restart("broken")).restarted).toBe(true);
    expect(info.mock.calls).toEqual([[{ room: room("broken"), by: "kim" }, "let out of quarantine"]]);
    expect((await status()).now.states.quarantined).toBe(0);
    const before = started.length;
    await wake("broken");
    expect(started.length).toBeGreaterThan(before);
    expect((await restart("broken")).restarted).toBe(true);
    expect((await restart("broken")).restarted).toBe(false);
  });

  test("[O2] looks once for all who ask at about the same time", async () => {
    const { wake, status, rooms } = service();
    await wake("a");
    const stats = vi.spyOn(rooms, "stats");
    const replies = await Promise.all([status(), status(), status()]);
    expect(stats).toHaveBeenCalledTimes(1);
    expect(replies[2]).toEqual(replies[0]);
  });

  test("and nothing any more once it is closed", () => {
    const { operators, handlers } = service();
    expect(handlers.size).toBe(3);
    operators.close();
    expect(handlers.size).toBe(0);
  });
});
