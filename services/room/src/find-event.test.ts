import { encodeHistoryReply, type Line, RoomId, subjects } from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import { describe, expect, test } from "vitest";
import { findEvent } from "./find-event.ts";

const room = RoomId.parse("live:find");
const line: Line = { offset: 7, type: "posted", author: "", lane: "shadow", mentions: ["lee"], line: Buffer.from("{}") };

const logWith = (lines: Line[] | undefined) => ({ page: async () => lines && { from: 7, lines } });
const storeThat = (answer: () => Promise<Uint8Array>) => ({
  request: async (subject: string) => (subject === subjects.history ? answer() : Promise.reject(new Error(subject))),
});
const silent = storeThat(() => Promise.reject(new Error("nobody")));

describe("one event of a room", () => {
  test("is in the log, and nobody else is asked", async () => {
    expect(await findEvent({ log: logWith([line]), bus: silent }, room, 7)).toBe(line);
  });

  test("that the log has no more is in the store, with its lane and mentions", async () => {
    const bus = storeThat(async () => encodeHistoryReply({ ok: true, page: { from: 7, lines: [line] } }));
    expect(await findEvent({ log: logWith(undefined), bus }, room, 7)).toEqual(line);
  });

  test("that neither has is none", async () => {
    const bus = storeThat(async () => encodeHistoryReply({ ok: true, page: { from: 7, lines: [] } }));
    expect(await findEvent({ log: logWith(undefined), bus }, room, 7)).toBeUndefined();
  });

  test("cannot be told of when the log has it no more and no store answers", async () => {
    await expect(findEvent({ log: logWith(undefined), bus: silent }, room, 7)).rejects.toThrow(LogUnavailable);
  });
});
