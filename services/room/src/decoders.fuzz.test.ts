// What a room service reads off the bus and out of buckets: it is understood, answered with an error, or counts as not there.
import type { Directory } from "@madang/actor";
import type { Bus, BusMessage } from "@madang/bus";
import { Action, buckets, encodeJson, globalWords, MemberId, RoomId, RoomReply, subjects } from "@madang/contracts";
import { fuzz, jsonBytesNear } from "@madang/devkit";
import { Registry, Snapshots } from "@madang/log";
import { RoomState } from "@madang/room-state";
import { expect, test } from "vitest";
import { Card } from "./card.ts";
import { Intake } from "./intake.ts";
import type { RoomMessage } from "./room-actor.ts";
import { WordLists } from "./word-lists.ts";

const room = RoomId.parse("live:in");
const self = MemberId.parse("room-a");

test("[P7] a command is told to its room as it should be, or refused with 107", async () => {
  const handlers = new Map<string, (message: BusMessage) => void>();
  const told: RoomMessage[] = [];
  const bus = { subscribe: (subject: string, handler: (message: BusMessage) => void) => handlers.set(subject, handler) };
  const rooms = { size: 0, tellIfRunning: (_: RoomId, message: RoomMessage) => told.push(message) > 0 };
  new Intake({ bus: bus as unknown as Bus, self, rooms: rooms as unknown as Directory<RoomId, RoomMessage> });
  const by = { user: "kim", role: "owner", info: { user: "kim", client: "c" } };
  const examples = [
    { v: 1, command: "send", author: "kim", id: "m", info: by.info, data: { text: "hi" }, role: "viewer", registeredAt: 5 },
    { v: 1, command: "hearts", hearts: [["kim", "m", "a", 5]] },
    { v: 1, command: "act", by, id: "m", action: { type: "ban", user: "lee", seconds: 5, reason: "x" } },
    { v: 1, command: "act", by, id: "m", action: { type: "configure", settings: { slowModeMs: 5 } } },
    { v: 1, command: "act", by, id: "m", action: { type: "edit", offset: 5, data: {} } },
  ];
  await fuzz(jsonBytesNear(examples), (data) => {
    told.length = 0;
    const answers: RoomReply[] = [];
    const respond = (bytes: Uint8Array) => void answers.push(RoomReply.parse(JSON.parse(Buffer.from(bytes).toString())));
    handlers.get(subjects.commandsTo(self))?.({ subject: subjects.command(self, room), data, header: () => "", respond });
    expect(told.length + answers.length).toBe(1);
    for (const answer of answers) expect(answer).toMatchObject({ kind: "refused", refusal: { code: 107 } });
    for (const message of told) {
      if (message.kind !== "command") continue;
      const { command } = message;
      if (command.command === "act") expect(Action.safeParse(command.action).success).toBe(true);
      else if (command.command === "send") expect(command.data).toBeTypeOf("object");
    }
  });
});

test("[R7] a snapshot that cannot be read counts as none", async () => {
  const snapshot = { v: 1, epoch: "e", generation: 3, head: 9, sequence: 5, batchId: "b", state: { a: 1 } };
  await fuzz(jsonBytesNear([snapshot]), async (value) => {
    const snapshots = new Snapshots({ get: async () => ({ value, revision: 1 }) } as never);
    const loaded = await snapshots.load(room);
    if (loaded !== undefined) expect(Number.isSafeInteger(loaded.head) && typeof loaded.epoch === "string").toBe(true);
  });
});

test("[R7] an entry of the registry that cannot be read counts as none", async () => {
  const entry = { v: 1, epoch: "e", generation: 3, head: 9, settled: true };
  await fuzz(jsonBytesNear([entry, { v: 1, complete: true }]), async (value) => {
    const registry = new Registry({ get: async () => ({ value, revision: 1 }), replace: async () => 2 } as never);
    expect(typeof (await registry.complete())).toBe("boolean");
    expect(typeof (await registry.raise(room, { epoch: "e", generation: 9, head: 20 }))).toBe("boolean");
    await registry.restore(room, { epoch: "e", offset: 5 });
  });
});

test("[G24] a card that cannot be read counts as none", async () => {
  await fuzz(jsonBytesNear([new RoomState().toStored()]), async (value) => {
    const card = new Card({ get: async () => ({ value, revision: 1 }) } as never, room);
    const loaded = await card.load();
    if (loaded !== undefined) RoomState.restore(loaded);
    card.close();
  });
});

test("[G16] a list of words is used, or the one before it stays", async () => {
  const list = { v: 1, rules: [{ pattern: "bad", match: "word", action: "mask" }], allow: ["badminton"] };
  let push = (_: Uint8Array) => {};
  const bus = {
    subscribe: (_: string, handler: (message: { subject: string; data: Uint8Array }) => void) => {
      push = (data) => handler({ subject: `$KV.${buckets.words}.${globalWords}`, data });
      return { close: () => {} };
    },
    onEvent: () => {},
  };
  const lists = new WordLists({
    bus: bus as never,
    bucket: { get: async () => ({ value: encodeJson(list), revision: 1 }) } as never,
    onError: () => {},
  });
  await lists.open();
  await fuzz(jsonBytesNear([list]), (bytes) => {
    push(bytes);
    expect(lists.judge(room, "a bad badminton word").matches).toBeInstanceOf(Array);
  });
  lists.close();
});
