import type { Line } from "@madang/contracts";
import { lineAt } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { partFor } from "./delivery.ts";
import { payloadOf } from "./frame.ts";
import { RoomView } from "./room-view.ts";
import { recipient } from "./test-viewer.ts";
import { ViewerFrames } from "./viewer-frames.ts";

const view = new RoomView();
const skipped = (offset: number, author = "somebody", mentions: string[] = []) =>
  lineAt(offset, { lane: "skipped", author, mentions });
const offsets = (lines: readonly Line[]) => lines.map(({ offset }) => offset);
const part = (lines: Line[], reader = recipient()) => {
  const { lines: own, skip } = partFor(reader, lines, view);
  return { own: offsets(own), ...(skip ? { ...skip.skip, at: skip.offset } : {}) };
};

describe("what of some lines a reader gets", () => {
  test("[V2] each lane has its readers: authors, those who are mentioned, staff", () => {
    const lines = [
      lineAt(1, { author: "lee" }),
      lineAt(2, { lane: "shadow", author: "lee" }),
      lineAt(3, { lane: "moderators", author: "mod" }),
      skipped(4, "lee"),
      skipped(5, "choi", ["kim"]),
    ];
    expect(part(lines, recipient("kim")).own).toEqual([1, 5]);
    expect(part(lines, recipient("lee")).own).toEqual([1, 2, 4]);
    expect(part(lines, recipient("mod", { role: "moderator" })).own).toEqual([1, 2, 3, 4, 5]);
  });

  test("[V3] what was sampled out is declared, and with what comes it is all there was", () => {
    const declared = { from: 2, to: 5, count: 3, reason: "sampled" };
    expect(part([lineAt(1), skipped(2), skipped(3), lineAt(4), skipped(5)])).toEqual({ own: [1, 4], ...declared, at: 5 });
    expect(part([lineAt(1), lineAt(2)])).toEqual({ own: [1, 2] });
    expect(part([skipped(1), skipped(2)])).toEqual({ own: [], from: 1, to: 2, count: 2, reason: "sampled", at: 2 });
    // Their own is not skipped, and neither is anything for staff.
    expect(part([skipped(1), skipped(2, "kim")]).own).toEqual([2]);
    expect(part([skipped(1)], recipient("mod", { role: "owner" }))).toEqual({ own: [1] });
  });

  test("[V3] the declaration never takes an SDK back: it has the offset of the last line where that is further on", () => {
    expect(part([skipped(1), lineAt(2)])).toEqual({ own: [2], from: 1, to: 1, count: 1, reason: "sampled", at: 2 });
  });

  test("[V2] other lanes are not declared", () => {
    expect(part([lineAt(1, { lane: "shadow", author: "lee" }), lineAt(2, { lane: "moderators" })])).toEqual({ own: [] });
  });

  test("[V9] the words of those whom one blocks are left out, and what they do to the room is not", () => {
    const reader = recipient("kim", { blocked: ["lee"] });
    const lines = [
      lineAt(1, { author: "lee" }),
      lineAt(2, { author: "lee", type: "edited" }),
      lineAt(3, { author: "lee", type: "deleted" }),
      lineAt(4, { author: "choi" }),
      lineAt(5),
    ];
    expect(part(lines, reader)).toEqual({ own: [3, 4, 5] });
  });
});

describe("some lines as frames", () => {
  const frames = (lines: Line[], { signals = [] as string[], blocked = [] as string[] } = {}) =>
    new ViewerFrames({ room: "r" as never, lines, signals, view, isBlocked: (author) => blocked.includes(author) });
  const read = (all: ViewerFrames, reader = recipient()) => {
    const frame = all.of(reader);
    return (
      frame &&
      payloadOf(frame)
        .toString()
        .split("\n")
        .map((line) => JSON.parse(line).push.pub)
    );
  };

  test("[S4] are one for all where all lines are for all, whatever they are", () => {
    const all = frames([lineAt(1, { author: "kim" }), lineAt(2)], { signals: ['{"data":{},"tags":{"type":"counters"}}'] });
    expect(all.shared).toBeDefined();
    expect(all.of(recipient("kim"))).toBe(all.of(recipient("mod", { role: "owner" })));
    expect(read(all)?.map(({ offset }) => offset)).toEqual([1, 2, undefined]);
  });

  test("[V2] are made once for all who get the same", () => {
    const all = frames([lineAt(1), skipped(2, "lee"), lineAt(3, { lane: "shadow", author: "lee" })]);
    const of = (user: string, more = {}) => all.of(recipient(user, more));
    expect(all.shared).toBeUndefined();
    expect(of("kim")).toBe(of("choi"));
    expect(of("lee")).not.toBe(of("kim"));
    expect(of("lee")).toBe(of("lee"));
    expect(of("mod", { role: "moderator" })).toBe(of("mod2", { role: "owner" }));
    expect(read(all, recipient("lee"))?.map(({ offset }) => offset)).toEqual([1, 2, 3]);
  });

  test("[V3] end with what was skipped, behind any other signal", () => {
    const all = frames([lineAt(1), skipped(2)], { signals: ['{"data":{},"tags":{"type":"counters"}}'] });
    expect(read(all)?.map(({ tags }) => tags.type)).toEqual(["posted", "counters", "skip"]);
    const skip = { data: { from: 2, to: 2, count: 1, reason: "sampled" }, offset: 2, tags: { type: "skip" } };
    expect(read(all)?.at(-1)).toEqual(skip);
  });

  test("[V2] are none for those for whom nothing is in it", () => {
    const all = frames([lineAt(1, { lane: "moderators" })]);
    expect(all.of(recipient())).toBeUndefined();
    expect(read(all, recipient("mod", { role: "moderator" }))).toHaveLength(1);
  });

  test("[V4] differ by part of the audience", () => {
    const split = new RoomView();
    split.apply([lineAt(1, { type: "resharded", data: { shards: 2 } })]);
    const lines = [lineAt(2, { lane: "shard:0" }), lineAt(3, { lane: "shard:1" }), lineAt(4)];
    const all = new ViewerFrames({ room: "r" as never, lines, signals: [], view: split, isBlocked: () => false });
    expect(read(all, { ...recipient("a"), hash: 8 })?.map(({ offset }) => offset)).toEqual([2, 4]);
    expect(read(all, { ...recipient("b"), hash: 9 })?.map(({ offset }) => offset)).toEqual([3, 4]);
    expect(all.of({ ...recipient("c"), hash: 11 })).toBe(all.of({ ...recipient("b"), hash: 9 }));
    expect(read(all, recipient("mod", { role: "moderator" }))).toHaveLength(3);
  });

  test("[V9] are special for whoever blocks somebody who speaks in them, and for nobody else", () => {
    const all = frames([lineAt(1, { author: "lee" }), lineAt(2, { author: "choi" })], { blocked: ["lee"] });
    const blocker = recipient("kim", { blocked: ["lee"] });
    expect(read(all, blocker)?.map(({ offset }) => offset)).toEqual([2]);
    expect(read(all, recipient("park", { blocked: ["nobody here"] }))).toHaveLength(2);
    expect(all.of(recipient("park"))).toBe(all.of(recipient("yoon")));
    expect(frames([lineAt(1, { author: "choi" })], { blocked: ["lee"] }).shared).toBeDefined();
  });
});
