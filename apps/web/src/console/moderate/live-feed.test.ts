import type { Entry, Gap, Room } from "@madang/client";
import { expect, test } from "vitest";
import { LiveFeed } from "./live-feed.ts";

const gap = (from: number, to: number): Gap => ({ kind: "gap", key: "gap", from, to, filling: false });

test("a moderator's feed reads what was missed by itself, each part once, and not what nobody could look through", () => {
  const filled: number[] = [];
  const room = {
    view: { entries: [] as Entry[] },
    subscribe: () => () => {},
    async fillGap({ from }: Gap) {
      filled.push(from);
    },
    setReading() {},
  };
  const feed = new LiveFeed(room as unknown as Room);
  const show = (...entries: Entry[]) => {
    room.view = { entries };
    feed.resume();
    feed.start()();
    feed.start()();
  };
  show(gap(11, 1_200));
  expect(filled).toEqual([11]);
  // The rest of it.
  show(gap(1_011, 1_200));
  expect(filled).toEqual([11, 1_011]);
  show({ ...gap(1_011, 1_200), filling: true }, gap(20_000, 90_000));
  expect(filled).toEqual([11, 1_011]);
});
