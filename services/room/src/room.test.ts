import { type ClientInfo, type JsonObject, MessageId, type SendCommand, UserId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { Dedupe } from "./dedupe.ts";
import { GiftLedger } from "./gift-ledger.ts";
import { HeartLedger } from "./heart-ledger.ts";
import { type Facts, Room } from "./room.ts";

const at = (now: number): Facts => ({ now, judge: () => ({ action: undefined, matches: [] }) });
const kim = { user: UserId.parse("kim"), client: "c1" } as ClientInfo;

function room(): Room {
  const limits = { windowMs: 600_000, entries: 100, segment: 10 };
  const dedupe = (key: string) => new Dedupe({ key, limits, nextName: () => "s" });
  const hearts = new HeartLedger(dedupe("h"), new Map());
  return new Room({ head: 0, dedupe: dedupe("k"), hearts, gifts: new GiftLedger(dedupe("g")) });
}

function send(id: string, data: JsonObject = { text: id }, from: ClientInfo | "server" = kim): SendCommand {
  const author = from === "server" ? { author: "" as const } : { author: from.user, info: from };
  return { v: 1, command: "send", id: MessageId.parse(id), data, ...author };
}

/** A room in which these messages came one after the other. */
function roomAfter(...commands: SendCommand[]): Room {
  const it = room();
  for (const command of commands) {
    const decision = it.decide(command, at(1_000));
    if (decision.kind === "append") for (const { event } of decision.events) it.apply(event);
  }
  return it;
}

describe("a room", () => {
  test("[V2] hears the first 16 whom a message mentions", () => {
    const users = Array.from({ length: 20 }, (_, i) => `u${i}`);
    const decision = room().decide(send("a", { text: "all of you", mentions: [7, "", ...users] }), at(0));
    expect(decision).toMatchObject({ kind: "append", events: [{ mentions: users.slice(0, 16) }] });
  });

  test("[R1] gives the next message the next place", () => {
    expect(room().decide(send("a"), at(0))).toMatchObject({ kind: "append", events: [{ event: { offset: 1 } }] });
    expect(roomAfter(send("a"), send("b")).decide(send("c"), at(0))).toMatchObject({
      kind: "append",
      events: [{ event: { offset: 3 } }],
    });
  });

  test("[R2] answers a repeated message with the place it already has, whatever its data", () => {
    const it = roomAfter(send("a"), send("b"));
    expect(it.decide(send("a", { text: "something else" }), at(5_000))).toEqual({ kind: "repeat", offset: 1 });
    expect(it.decide(send("a", {}, "server"), at(5_000))).toMatchObject({ kind: "append" });
  });

  test("[P1] [P3] the event has the data as it was sent, who sent it, and string tags", () => {
    const data = { text: "안녕 👋", n: 0.1, nested: { a: [1, null, true] }, 한글: "키" };
    const decision = room().decide(send("a", data), at(1_700_000_000_000));
    expect(decision).toEqual({
      kind: "append",
      events: [
        {
          event: { data, info: kim, offset: 1, tags: { type: "posted", id: "a", time: "1700000000000" } },
          lane: "all",
          mentions: [],
        },
      ],
    });
  });

  test("[P2] only a text field is normalised", () => {
    const decision = room().decide(send("a", { text: "e\u0301\u0000", other: "e\u0301\u0000" }), at(0));
    expect(decision).toMatchObject({ events: [{ event: { data: { text: "é", other: "e\u0301\u0000" } } }] });
  });

  test("[P3] what the server itself says has no info", () => {
    const decision = room().decide(send("a", {}, "server"), at(0));
    expect(decision.kind === "append" && "info" in decision.events[0].event).toBe(false);
  });

  test("deciding changes nothing", () => {
    const it = room();
    expect(it.decide(send("a"), at(0))).toEqual(it.decide(send("a"), at(0)));
    expect(it.head).toBe(0);
  });
});
