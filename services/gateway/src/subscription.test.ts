import {
  type Batch,
  encodeBatch,
  type HistoryQuery,
  type Line,
  type Position,
  RoomId,
  subjects,
  type UserId,
} from "@madang/contracts";
import { eventAt } from "@madang/devkit";
import { createLogger } from "@madang/runtime";
import { expect, test } from "vitest";
import { type Frame, payloadOf } from "./frame.ts";
import { Hub } from "./hub.ts";
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
      info: { user: "kim", client: "c" } as never,
      speaker: { user: "kim" as UserId, role: "viewer" },
      outbox: outbox as never,
      wantsJoinLeave: false,
      onEnded: () => {},
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
