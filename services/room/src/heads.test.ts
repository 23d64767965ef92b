import { type Counters, decodeJson, encodeJson, HeadsReply, MemberId, RoomId, subjects } from "@madang/contracts";
import { describe, expect, test, vi } from "vitest";
import { Activity } from "./activity.ts";
import { answerHeads, type LiveRooms } from "./heads.ts";

const [self, gateway] = [MemberId.parse("room-1"), MemberId.parse("gateway-1")];
const [awake, asleep] = [RoomId.parse("live:awake"), RoomId.parse("live:asleep")];

const counters: Counters = {
  ...{ state: "open", viewers: 3, users: 2, peak: 9, comments: 5, hearts: {}, supporters: [], sampled: false, shards: 1 },
  gifts: { count: 0, amounts: {} },
};

function heads() {
  const hear = vi.fn();
  const live: LiveRooms = new Map([
    [awake, { position: { epoch: "e", offset: 7 }, counters, viewers: 3, activity: new Activity(), hear }],
  ]);
  let handler: ((message: never) => void) | undefined;
  const bus = {
    subscribe: (subject: string, heard: typeof handler) => {
      expect(subject).toBe(subjects.heads(self));
      handler = heard;
      return { close: () => {} };
    },
  };
  answerHeads({ bus: bus as never, self, live });
  const ask = (query: object) => {
    let answer: HeadsReply | undefined;
    const respond = (data: Uint8Array) => {
      answer = decodeJson(HeadsReply, data);
    };
    handler?.({ data: encodeJson({ v: 1, ...query }), respond } as never);
    return answer?.heads;
  };
  return { ask, hear };
}

describe("where rooms stand", () => {
  test("[L7] is said of those that are awake, and wakes no other", () => {
    const { ask } = heads();
    expect(ask({ rooms: [awake, asleep] })).toEqual([{ room: awake, epoch: "e", offset: 7 }]);
  });

  test("[A13] comes with what is counted there, for those who ask for it", () => {
    const { ask } = heads();
    expect(ask({ rooms: [awake, asleep], counters: true })).toEqual([{ room: awake, epoch: "e", offset: 7, counters }]);
  });

  test("[G21] a gateway says with its question how many watch, also of rooms that it asks nothing about", () => {
    const { ask, hear } = heads();
    const audiences = [awake, asleep].map((room) => ({ room, clients: 2, users: ["kim"] }));
    expect(ask({ rooms: [], gateway, audiences })).toEqual([]);
    expect(hear.mock.calls).toEqual([[gateway, audiences[0]]]);
    ask({ rooms: [awake], audiences });
    expect(hear).toHaveBeenCalledTimes(1);
  });
});
