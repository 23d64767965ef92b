import { describe, expect, test } from "vitest";
import { type Batch, decodeBatch, type EventEntry, encodeBatch, eventsOf, MalformedBatch } from "./batch.ts";
import type { Line } from "./events.ts";
import { cutPage, decodeHistoryReply, encodeHistoryReply } from "./history.ts";
import { UserId } from "./ids.ts";

const event = (offset: number, line = `{"data":{"text":"안녕 👋"},"offset":${offset}}`): EventEntry => ({
  kind: "event",
  offset,
  type: "posted",
  author: UserId.parse("kim"),
  lane: "all",
  mentions: [],
  line: Buffer.from(line),
});
const toLine = ({ kind: _, ...line }: EventEntry): Line => line;
const batch = (...entries: Batch["entries"]): Batch => ({ epoch: "e", head: 2, time: 1, entries });

describe("a batch", () => {
  test("[L1] comes back as it was, lines byte for byte", () => {
    const note = { kind: "note", type: "claim", line: Buffer.from('{"claim":{}}') } as const;
    const original = batch(note, event(1), { ...event(2), mentions: ["lee"] });
    const decoded = decodeBatch(encodeBatch(original));
    expect(decoded).toEqual(original);
    expect(eventsOf(decoded).map(({ line }) => Buffer.from(line).toString())).toEqual(
      [event(1), event(2)].map(({ line }) => line.toString()),
    );
  });

  test("reads from a view into a larger buffer, as the client hands it over", () => {
    const bytes = encodeBatch(batch(event(1)));
    const larger = Buffer.concat([Buffer.from("xxx"), bytes, Buffer.from("yyy")]);
    expect(eventsOf(decodeBatch(larger.subarray(3, 3 + bytes.length)))).toHaveLength(1);
  });

  test("of another version, cut, or with a hole is malformed", () => {
    const good = Buffer.from(encodeBatch(batch(event(1), event(2)))).toString();
    const bad = [
      "",
      "nope\n",
      "null\n",
      good.slice(0, -5),
      `${good}x`,
      good.replace('"v":1', '"v":2'),
      good.replace('"epoch":"e",', ""),
      good.replace('"offset":2', '"offset":3'),
    ];
    for (const text of bad) expect(() => decodeBatch(Buffer.from(text)), text).toThrow(MalformedBatch);
  });
});

describe("a history reply", () => {
  test("comes back as it was", () => {
    const page = { from: 7, lines: [event(7, "{}"), { ...event(8), lane: "shard:2" as const, mentions: ["lee"] }].map(toLine) };
    expect(decodeHistoryReply(encodeHistoryReply({ ok: true, page }))).toEqual({ ok: true, page });
    expect(decodeHistoryReply(encodeHistoryReply({ ok: false, reason: "lost" }))).toEqual({ ok: false, reason: "lost" });
  });

  test("[H2] is cut from the side that is asked last, and keeps one line however long", () => {
    const page = { from: 1, lines: ["aaaa", "bbbb", "cccc"].map((line, index) => event(1 + index, line)) };
    expect(cutPage(page, { maxBytes: 8, reverse: false })).toEqual({ from: 1, lines: page.lines.slice(0, 2) });
    expect(cutPage(page, { maxBytes: 8, reverse: true })).toEqual({ from: 2, lines: page.lines.slice(1) });
    expect(cutPage(page, { maxBytes: 1, reverse: true })).toEqual({ from: 3, lines: page.lines.slice(2) });
  });
});
