import { streamName } from "@madang/contracts";
import type { JetStreamManager } from "@nats-io/jetstream";
import { expect, test } from "vitest";
import type { SubscriberNews } from "./news.ts";
import { StreamPlace } from "./stream-place.ts";

/** A stream that ends at `last`, and a consumer that has done all up to `floor`. */
function server(floor: number, last: number) {
  const manager = {
    streams: { info: async () => ({ created: "then", state: { first_seq: 1, last_seq: last } }) },
    consumers: { info: async () => ({ ack_floor: { stream_seq: floor } }) },
  };
  const told: SubscriberNews[] = [];
  const place = new StreamPlace({ shard: 0, durable: "bot", start: "all", report: (news) => told.push(news) });
  return { place, told, manager: manager as unknown as JetStreamManager };
}

test("one that starts anew goes on behind what its consumer has done", async () => {
  const { place, manager, told } = server(80, 100);
  await place.ensure(manager);
  expect([place.isDone(80), place.isDone(81), told]).toEqual([true, false, []]);
});

test("one that starts anew does not take for done what a stream that was put back is yet to have", async () => {
  const { place, manager } = server(100, 80);
  await expect(place.ensure(manager)).rejects.toThrow(`${streamName(0)} ends at 80, before 100`);
});
