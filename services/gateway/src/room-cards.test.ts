import { Bus, type BusMessage } from "@madang/bus";
import { RoomId } from "@madang/contracts";
import { eventually, testNats } from "@madang/devkit";
import { openLog } from "@madang/log";
import { expect, test } from "vitest";
import { RoomCards } from "./room-cards.ts";

test("[V1] a room's card is read from its bucket, and every new one is heard of as it is put", async () => {
  await using nats = await testNats();
  const bus = await Bus.connect({ url: nats.url, name: "cards", onHandlerError: () => {} });
  const { cards: bucket } = await openLog(bus.connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
  const cards = new RoomCards({ bus, bucket });
  const room = RoomId.parse("live:cards");
  const heard: string[] = [];
  const subscription = cards.follow(room, (card) => void heard.push(Buffer.from(card).toString()));
  expect(await cards.read(room)).toBeUndefined();
  await bus.flush(1_000);
  await bucket.put("live.cards", Buffer.from("one"));
  await bucket.put("live.others", Buffer.from("another"));
  await bucket.put("live.cards", Buffer.from("two"));
  await eventually(() => expect(heard).toEqual(["one", "two"]));
  expect(Buffer.from((await cards.read(room)) ?? []).toString()).toBe("two");
  subscription.close();
  await bus.close();
});

test("a card that is taken away is none", () => {
  const handlers: ((message: BusMessage) => void)[] = [];
  const subscribe = (_: string, handler: (message: BusMessage) => void) => {
    handlers.push(handler);
    return { close: () => {} };
  };
  const heard: unknown[] = [];
  const cards = new RoomCards({ bus: { subscribe }, bucket: { get: async () => undefined } });
  cards.follow(RoomId.parse("r"), (card) => void heard.push(card));
  handlers[0]?.({ data: new Uint8Array() } as BusMessage);
  expect(heard).toEqual([]);
});
