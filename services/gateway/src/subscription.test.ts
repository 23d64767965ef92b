import {
  type Batch,
  ErrorCode,
  type EventEntry,
  encodeBatch,
  type HistoryQuery,
  type Line,
  type Position,
  RoomId,
  subjects,
} from "@madang/contracts";
import { eventAt, lineAt } from "@madang/devkit";
import { createLogger } from "@madang/runtime";
import { expect, test } from "vitest";
import { type Frame, payloadOf } from "./frame.ts";
import { Hub } from "./hub.ts";
import { SocketTable } from "./socket-table.ts";
import { Subscription } from "./subscription.ts";
import { noBlocks, noCards } from "./test-viewer.ts";

const room = RoomId.parse("live:seam");
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const lines = (from: number, to: number): Line[] => upTo(from, to).map((offset) => eventAt(offset));
const batch = (offset: number): Batch => ({ epoch: "e", head: offset, time: 0, entries: [eventAt(offset)] });
const turn = () => new Promise(setImmediate);

// Whoever goes on first after an answer is a matter of microtasks: each of the first thirty has its turn.
test.each(upTo(0, 30))(
  "[S5] a client that comes back while a gap is filled misses nothing of it (%d microtasks between the answers)",
  async (apart) => {
    const handlers = new Map<string, (message: { data: Uint8Array }) => void>();
    const asked: { query: Omit<HistoryQuery, "v">; resolve: (lines: readonly Line[]) => void }[] = [];
    const bus = {
      subscribe: (subject: string, handler: never) => {
        handlers.set(subject, handler);
        return { close: () => {} };
      },
      flush: async () => {},
      publish: () => {},
    };
    const hub = new Hub({
      sockets: new SocketTable(),
      bus,
      log: { position: async (): Promise<Position> => ({ epoch: "e", offset: 10 }) },
      past: { page: (query) => new Promise((resolve) => asked.push({ query, resolve })) },
      cards: noCards,
      logger: createLogger("test", "silent"),
      pause: async () => {},
    });
    await hub.watch(room);
    const got: number[] = [];
    const offsetOf = (line: string): number => JSON.parse(line).push.pub.offset;
    const outbox = {
      broadcast: (frame: Frame) => got.push(...payloadOf(frame).toString().split("\n").map(offsetOf)),
      push: () => {},
    };
    const subscription = new Subscription({
      gateway: { hub, bus, blocks: noBlocks, now: Date.now } as never,
      room,
      client: watcher("kim", outbox),
      wantsJoinLeave: false,
    });
    const live = (one: Batch) => handlers.get(subjects.live(room))?.({ data: encodeBatch(one) });
    const joining = subscription.join({ channel: room, recover: true, epoch: "e", offset: 5 }, (joined) => {
      got.push(...joined.lines.map(({ offset }) => offset));
    });
    await turn();
    live(batch(13));
    await turn();
    // What is missed, and what fills the gap.
    for (const { query, resolve } of asked) {
      resolve(lines(query.from, query.to));
      for (let n = 0; n < apart; n++) await null;
    }
    await joining;
    await turn();
    live(batch(14));
    expect(got).toEqual(upTo(6, 14));
    hub.close();
  },
);

/** One socket that may join a room which stands at 5, with some lines that a reader may miss. */
async function joining({ request = {}, user = "kim" }: { request?: object; user?: string } = {}) {
  const handlers = new Map<string, (message: { data: Uint8Array }) => void>();
  const bus = {
    subscribe: (subject: string, handler: never) => {
      handlers.set(subject, handler);
      return { close: () => {} };
    },
    flush: async () => {},
    publish: () => {},
  };
  const past = [
    lineAt(1, { author: "lee" }),
    lineAt(2, { author: "lee", lane: "skipped" }),
    lineAt(3, { author: "kim", lane: "skipped" }),
    lineAt(4, { author: "choi", lane: "skipped" }),
    lineAt(5, { author: "lee", lane: "shadow" }),
  ];
  const hub = new Hub({
    sockets: new SocketTable(),
    bus,
    log: { position: async (): Promise<Position> => ({ epoch: "e", offset: 5 }) },
    past: { page: async ({ from, to }) => past.slice(from - 1, to) },
    cards: noCards,
    logger: createLogger("test", "silent"),
    pause: async () => {},
  });
  const feed = await hub.watch(room);
  const sent: string[] = [];
  const live = (line: EventEntry) => {
    const one: Batch = { epoch: "e", head: line.offset, time: 0, entries: [line] };
    handlers.get(subjects.live(room))?.({ data: encodeBatch(one) });
  };
  const released: string[] = [];
  const list = { users: new Set<string>(), loaded: Promise.resolve(), release: () => void released.push(user) };
  const outbox = {
    broadcast: (frame: Frame) => void sent.push(...payloadOf(frame).toString().split("\n")),
    push: (message: string) => void sent.push(message),
  };
  const subscription = new Subscription({
    gateway: { hub, bus, blocks: { hold: () => list }, now: Date.now } as never,
    room,
    client: watcher(user, outbox),
    wantsJoinLeave: false,
  });
  const join = () =>
    subscription.join({ channel: room, ...request }, ({ lines, result }) => {
      sent.push(`${result.recovered === true ? "recovered" : "joined"} ${lines.map(({ offset }) => offset)}`);
    });
  return { hub, feed, live, list, released, sent, subscription, join };
}

const recover = { recover: true, epoch: "e", offset: 0 };

/** Who watches, with this outbox. */
function watcher(user: string, outbox: object) {
  return { info: { user, client: "c" }, roleIn: () => "viewer", outbox, forget: () => {} } as never;
}

test("[V2] [V3] what is recovered is for its reader, and what was sampled out is declared right behind it", async () => {
  const { join, sent, hub } = await joining({ request: recover });
  await join();
  expect(sent[0]).toBe("recovered 1,3");
  expect(JSON.parse(sent[1] ?? "").push).toEqual({
    channel: room,
    pub: { data: { from: 2, to: 4, count: 2, reason: "sampled" }, offset: 4, tags: { type: "skip" } },
  });
  expect(sent).toHaveLength(2);
  hub.close();
});

test("[V9] what is recovered has no word of those whom its reader blocks; the list is held as long as the subscription", async () => {
  const { join, sent, list, live, subscription, released, hub } = await joining({ request: recover });
  list.users.add("lee");
  await join();
  expect(sent[0]).toBe("recovered 3");
  live(lineAt(6, { author: "choi" }));
  expect(subscription.blocked).toBe(list.users);
  subscription.leave();
  expect(released).toEqual(["kim"]);
  hub.close();
});

test("[V7] whoever comes gets the latest counters behind the reply", async () => {
  const { join, feed, sent, hub } = await joining();
  Object.defineProperty(feed, "counters", { value: { viewers: 7 } });
  await join();
  expect(sent[0]).toBe("joined ");
  expect(JSON.parse(sent[1] ?? "").push.pub).toEqual({ data: { viewers: 7 }, tags: { type: "counters" } });
  hub.close();
});

test("[V5] who is banned is not let in until that is undone, and put out by the next ban", async () => {
  const act = (offset: number, action: string) =>
    lineAt(offset, { type: "moderated", lane: "moderators", data: { action, user: "kim" } });
  const { feed, live, join, sent, hub } = await joining();
  live(act(6, "ban"));
  await expect(join()).rejects.toMatchObject({ reply: ErrorCode.banned });
  expect([sent, feed.audience]).toEqual([[], 0]);
  live(act(7, "unban"));
  await join();
  expect(feed.audience).toBe(1);
  live(act(8, "ban"));
  expect(JSON.parse(sent.at(-1) ?? "").push).toEqual({ channel: room, unsubscribe: { code: 2000, reason: "banned" } });
  expect(feed.audience).toBe(0);
  hub.close();
});

test("[V5] a closed room is still watched", async () => {
  const { feed, live, join, hub } = await joining();
  live(lineAt(6, { type: "closed", data: {} }));
  await join();
  expect([feed.view.state.life, feed.audience]).toEqual(["ended", 1]);
  hub.close();
});
