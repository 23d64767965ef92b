import { limits, RoomId } from "@madang/contracts";
import { expect, test } from "vitest";
import { appendFenced } from "./append-fenced.ts";
import { AppendRefused, LogUnavailable } from "./errors.ts";
import { MemoryRecordStore } from "./memory/memory-record-store.ts";

const room = RoomId.parse("live:fenced");

test("[R7] a log counts as rolled back only when every look for so long has found it behind: one without an answer begins anew", async () => {
  let clock = 0;
  const looks = ["behind", "unknown", "behind"];
  class Behind extends MemoryRecordStore {
    override append = async () => {
      if (looks.length > 0) throw new AppendRefused("wrong last sequence");
      return 8;
    };
    override last = async () => {
      const look = looks.shift();
      if (look === "unknown") throw new LogUnavailable("no leader");
      return { room, sequence: 6, time: 0, generation: 1, batchId: "older", body: Buffer.from("") };
    };
  }
  const appended = appendFenced(new Behind(), {
    room,
    record: { generation: 1, batchId: "mine", body: Buffer.from("") },
    expectedLast: 7,
    stillStands: async () => {},
    now: () => clock,
    pause: async () => {
      clock += limits.rolledBackAfterMs * 0.6;
    },
  });
  expect(await appended).toBe(8);
});
