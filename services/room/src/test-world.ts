/** Room services for tests, on memory: what outlives every process, and the services that come and go on it. */
import { Directory, type Rejection } from "@madang/actor";
import {
  type Action,
  type Counters,
  type HeartsCommand,
  type JsonObject,
  MessageId,
  type RoomCommand,
  RoomId,
  type RoomReply,
  roomKey,
  type SendCommand,
  type Speaker,
  site,
  UserId,
} from "@madang/contracts";
import {
  AppendUnanswered,
  EventLog,
  type EventLogOptions,
  LogUnavailable,
  MemoryBucket,
  MemoryRecordStore,
  type NewRecord,
  Registry,
  Snapshots,
} from "@madang/log";
import type { StoredRoomState } from "@madang/room-state";
import { createLogger } from "@madang/runtime";
import type { Verdict } from "@madang/words";
import { expect } from "vitest";
import type { StoredGift } from "./decision.ts";
import type { LiveRooms } from "./heads.ts";
import { replyToRejection } from "./intake.ts";
import { Reviews } from "./reviews.ts";
import { type RoomMessage, restartHelps, startRoomActor } from "./room-actor.ts";

export const room = RoomId.parse("live:actor");
const logger = createLogger("test", "silent");

export class HeldStore extends MemoryRecordStore {
  held: (() => void)[] | undefined;
  trouble: Error | undefined;
  /** Set: nothing is answered, and nothing can be read. What was on its way is stored when somebody says so, if it still may be. */
  late: (() => Promise<unknown>)[] | undefined;
  override async append(id: RoomId, record: NewRecord, expectedLast: number): Promise<number> {
    if (this.held !== undefined) await new Promise<void>((resolve) => this.held?.push(resolve));
    if (this.trouble !== undefined) throw this.trouble;
    if (this.late === undefined) return super.append(id, record, expectedLast);
    this.late.push(() => super.append(id, record, expectedLast));
    throw new AppendUnanswered("no answer");
  }
  override async last(id: RoomId) {
    if (this.late !== undefined) throw new LogUnavailable("no leader");
    return super.last(id);
  }
}

/** Trouble with it is all writes that fail. */
class HeldBucket extends MemoryBucket {
  trouble: Error | undefined;
  held: Promise<void> | undefined;
  override async replace(key: string, value: Uint8Array, over: number | undefined): Promise<number | undefined> {
    await this.held;
    if (this.trouble !== undefined) throw this.trouble;
    return super.replace(key, value, over);
  }
}

/** What outlives every process: records, snapshots, segments, gifts, cards; and a store that is away until a test says what it knows. */
export function world() {
  const records = new HeldStore();
  const snapshots = new Snapshots(new MemoryBucket());
  const registry = new Registry(new MemoryBucket());
  const segments = new MemoryBucket();
  const gifts = new MemoryBucket();
  const cards = new HeldBucket();
  const finding: { held?: Promise<void> } = {};
  const store = { gift: async (_id: string): Promise<StoredGift | undefined> => undefined };
  const words = { judge: (_text: string): Verdict => ({ action: undefined, matches: [] }) };
  let clock = 1_000_000;
  const pass = (ms: number) => {
    clock += ms;
  };
  const service = (owner = "me", storeHead: EventLogOptions["storeHead"] = async () => undefined) => {
    const log = new EventLog({
      records,
      registry,
      snapshots,
      epoch: "e",
      storeHead,
      now: () => clock,
      monotonic: () => clock,
      pause: async (ms) => pass(ms),
    });
    const live: LiveRooms = new Map();
    const told: Counters[] = [];
    const reviews = new Reviews(logger);
    const rooms = new Directory<RoomId, RoomMessage>({
      start: (id, self) =>
        startRoomActor({
          ...{ id, self, live, owner, log, segments, gifts, cards, now: () => clock, logger },
          judge: (_, text) => words.judge(text),
          find: async (id, offset) => {
            await finding.held;
            const page = await log.page({ room: id, from: offset, to: offset, reverse: false, maxBytes: 1 });
            return page?.lines[0];
          },
          findGift: (_, id) => store.gift(id),
          reviews,
          tell: (_, counters) => told.push(counters),
        }),
      reject: (message, why: Rejection) => message.kind === "command" && message.reply(replyToRejection(why)),
      onFailure: (error) => (restartHelps(error) ? "restart" : "stop"),
      onError: () => {},
    });
    const send = (id: string, data: JsonObject = { text: id }, user = "kim") =>
      new Promise<RoomReply>((resolve) => {
        const author = UserId.parse(user);
        const command: SendCommand = {
          v: 1,
          command: "send",
          author,
          id: MessageId.parse(id),
          info: { user: author, client: "c" as never },
          data,
        };
        rooms.tell(room, { kind: "command", command, reply: resolve });
      });
    const ask = (command: RoomCommand) =>
      new Promise<RoomReply>((resolve) => rooms.tell(room, { kind: "command", command, reply: resolve }));
    const act = (id: string, action: Action, by: Speaker = site) =>
      ask({ v: 1, command: "act", by, id: MessageId.parse(id), action });
    const hearts = (...batch: [user: string, id: string, count: number][]) => {
      const hearts = batch.map(([user, id, count]): HeartsCommand["hearts"][number] => [
        UserId.parse(user),
        MessageId.parse(id),
        "heart",
        count,
      ]);
      return ask({ v: 1, command: "hearts", hearts });
    };
    return { rooms, send, act, hearts, live, told };
  };
  return { records, snapshots, registry, segments, gifts, cards, store, words, finding, service, pass };
}

export const committed = (offset: number, duplicate = false) => ({ v: 1, kind: "committed", epoch: "e", offset, duplicate });

export type World = ReturnType<typeof world>;

export const kim = UserId.parse("kim");
/** A sequence behind all records. */
export const everything = Number.MAX_SAFE_INTEGER;
export const counted = (...counts: number[]) => ({ v: 1, kind: "counted", counts });

export async function cardOf({ cards }: World): Promise<StoredRoomState | undefined> {
  const there = await cards.get(roomKey(room));
  return there && JSON.parse(Buffer.from(there.value).toString());
}

export async function snapshotOf({ snapshots }: World): Promise<Record<string, unknown> & { room: StoredRoomState }> {
  return (await snapshots.load(room))?.state as never;
}

/** The totals that a later owner goes on from: it counts one more. */
export async function heartsAt(at: World): Promise<number> {
  const heir = at.service("counter");
  expect(await heir.hearts(["counter", crypto.randomUUID(), 1])).toMatchObject({ kind: "counted", counts: [1] });
  await heir.rooms.drain(5_000);
  return ((await snapshotOf(at)).room.totals.hearts.heart ?? 0) - 1;
}
