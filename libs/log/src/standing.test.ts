import { RoomId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { AppendRefused, Fenced, LogUnavailable, RolledBack } from "./errors.ts";
import type { StoredRecord } from "./ports.ts";
import { stillStands, type Witnesses } from "./standing.ts";

const room = RoomId.parse("live:standing");
const at = { epoch: "e", generation: 3, head: 8, furthest: 9, sequence: 40, batchId: "mine-4" };
const mine: StoredRecord = { room, sequence: 40, generation: 3, batchId: "mine-4", time: 0, body: new Uint8Array() };
const entry = { epoch: "e", generation: 3, head: 5 };

function ask({
  last = mine,
  there = entry,
  stored,
}: {
  last?: StoredRecord | "none";
  there?: typeof entry | "none";
  stored?: number;
} = {}) {
  const witnesses: Witnesses = {
    records: { last: async () => (last === "none" ? undefined : last) },
    registry: { load: async () => (there === "none" ? undefined : there) },
    storeHead: async () => {
      if (stored === undefined) throw new Error("does not answer");
      return { epoch: "e", offset: stored };
    },
  };
  return stillStands(witnesses, room, at);
}

describe("[R4] [R7] a writer on a log that may have been put back", () => {
  test("stands where its record is the last, nobody claimed since, and the store knows no more than it", async () => {
    await ask();
    await ask({ stored: 8 });
    await ask({ there: "none" });
    // What is newer is its own batch on its way, or the append is refused.
    await ask({ last: { ...mine, sequence: 41, batchId: "mine-5" }, stored: 9 });
  });

  test.each([
    ["another has claimed it since, though the log has lost that", { there: { ...entry, generation: 4 } }, Fenced],
    ["another went further under the same generation", { there: { ...entry, head: 10 } }, Fenced],
    ["its place was given to a record of another's", { last: { ...mine, batchId: "yours-4" } }, RolledBack],
    ["the store has what another wrote", { stored: 9 }, RolledBack],
    ["its record is lost", { last: { ...mine, sequence: 39, batchId: "mine-3" } }, AppendRefused],
    ["all records are lost", { last: "none" as const }, AppendRefused],
  ])("does not when %s", async (_, found, error) => {
    await expect(ask(found)).rejects.toThrow(error);
  });

  test("does not know while the log cannot be asked", async () => {
    const away = async () => Promise.reject(new LogUnavailable("away"));
    await expect(
      stillStands({ records: { last: away }, registry: { load: async () => entry }, storeHead: away }, room, at),
    ).rejects.toThrow(LogUnavailable);
  });
});
