import {
  decodeJson,
  encodeJson,
  limits,
  MessageId,
  RoomId,
  StoreGiftQuery,
  type StoreGiftReply,
  subjects,
} from "@madang/contracts";
import { expect, test } from "vitest";
import { findGift } from "./find-gift.ts";

const room = RoomId.parse("live:gifts");
const id = MessageId.parse("pay-1");

const storeThat = (answer: (query: StoreGiftQuery) => StoreGiftReply | Promise<never>) => ({
  request: async (subject: string, data: Uint8Array, { timeoutMs }: { timeoutMs: number }) => {
    expect([subject, timeoutMs < limits.roomRequestMs]).toEqual([subjects.storeGift, true]);
    return encodeJson(await answer(decodeJson(StoreGiftQuery, data)));
  },
});

test("[G27] a gift is asked for by its room and its id, and is there, or is not up to where the room is stored", async () => {
  const bus = storeThat((query) => ({
    v: 1,
    ok: true,
    upTo: 9,
    ...(query.id === id && query.room === room ? { offset: 4 } : {}),
  }));
  expect(await findGift(bus, room, id)).toMatchObject({ offset: 4, upTo: 9 });
  expect((await findGift(bus, room, MessageId.parse("pay-2")))?.offset).toBeUndefined();
});

test("[G27] nobody can tell where no store answers, or it is away", async () => {
  expect(
    await findGift(
      storeThat(() => Promise.reject(new Error("nobody"))),
      room,
      id,
    ),
  ).toBeUndefined();
  expect(
    await findGift(
      storeThat(() => ({ v: 1, ok: false })),
      room,
      id,
    ),
  ).toBeUndefined();
});
