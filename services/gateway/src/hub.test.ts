import { limits, RoomId, shardOf } from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import { createLogger } from "@madang/runtime";
import { expect, test, vi } from "vitest";
import { Hub } from "./hub.ts";
import { HistoryUnavailable } from "./past.ts";
import { SocketTable } from "./socket-table.ts";
import { noCards } from "./test-viewer.ts";

test("[L2] a broker that comes and goes does not make rechecks pile up, and the last one is never left out", async () => {
  const room = RoomId.parse("live:hub");
  let held = Promise.withResolvers<void>();
  let positions = 0;
  const hub = new Hub({
    sockets: new SocketTable(),
    bus: { subscribe: () => ({ close: () => {} }), flush: async () => {} },
    log: {
      position: async () => {
        positions++;
        if (positions > 1) await held.promise;
        return { epoch: "e", offset: 0 };
      },
    },
    past: { page: async () => [] },
    cards: noCards,
    logger: createLogger("test", "silent"),
  });
  await hub.watch(room);
  expect(positions).toBe(1);
  const first = hub.recheck();
  for (let n = 0; n < 20; n++) void hub.recheck();
  await new Promise((resolve) => setImmediate(resolve));
  expect(positions).toBe(2);
  const before = held;
  held = Promise.withResolvers();
  before.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  // What was published before the last of them, and after the first had read, is found by one more.
  expect(positions).toBe(3);
  held.resolve();
  await first;
  expect(positions).toBe(3);
  hub.close();
});

test("a room that nobody watches is listened to a while longer, and no more after that", async () => {
  vi.useFakeTimers();
  let listening = 0;
  const hub = new Hub({
    sockets: new SocketTable(),
    bus: {
      subscribe: () => {
        listening++;
        return { close: () => void listening-- };
      },
      flush: async () => {},
    },
    log: { position: async () => ({ epoch: "e", offset: 0 }) },
    past: { page: async () => [] },
    cards: noCards,
    logger: createLogger("test", "silent"),
    now: Date.now,
  });
  const room = RoomId.parse("live:left");
  const viewer = { info: {}, wantsJoinLeave: false } as never;
  const feed = await hub.watch(room);
  feed.join(viewer);
  await vi.advanceTimersByTimeAsync(3 * limits.feedIdleMs);
  expect(hub.get(room)).toBe(feed);
  feed.leave(viewer);
  await vi.advanceTimersByTimeAsync(limits.feedIdleMs / 2);
  expect(hub.get(room)).toBe(feed);
  await vi.advanceTimersByTimeAsync(limits.feedIdleMs);
  expect(hub.get(room)).toBeUndefined();
  expect(listening).toBe(0);
  hub.close();
  vi.useRealTimers();
});

test("[L2] rooms that cannot be filled, or whose stream has no leader, keep no other room from its recheck", async () => {
  vi.useFakeTimers();
  const rooms = Array.from({ length: 200 }, (_, n) => RoomId.parse(`live:r${n}`));
  const stuck = (room: string) => shardOf(room as RoomId) === 0;
  let opened = false;
  const asked = new Set<string>();
  const hub = new Hub({
    sockets: new SocketTable(),
    bus: { subscribe: () => ({ close: () => {} }), flush: async () => {} },
    log: {
      position: async (room) => {
        if (!opened) return { epoch: "e", offset: 0 };
        asked.add(room);
        if (stuck(room))
          await new Promise((_, reject) => setTimeout(() => reject(new LogUnavailable("no leader")), limits.logRequestMs));
        return { epoch: "e", offset: 3 };
      },
    },
    past: { page: async () => Promise.reject(new HistoryUnavailable("away")) },
    cards: noCards,
    logger: createLogger("test", "silent"),
  });
  for (const room of rooms) await hub.watch(room);
  opened = true;
  void hub.recheck();
  await vi.advanceTimersByTimeAsync(limits.logRequestMs);
  expect(rooms.filter((room) => !stuck(room) && !asked.has(room))).toEqual([]);
  expect(rooms.filter((room) => stuck(room)).length).toBeGreaterThan(limits.recheckedRooms);
  hub.close();
  vi.useRealTimers();
});
