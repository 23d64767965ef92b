import { RoomId } from "@madang/contracts";
import { headers } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { headersOf, toRecord } from "./stored-record.ts";

const room = RoomId.parse("live:record");

test("[R4] a record whose writer's generation is no number counts as one of before all claims", () => {
  const generations = ["x", "-3", "1e400", undefined].map((generation) => {
    const fields = generation === undefined ? undefined : headersOf({ generation: 1, batchId: "b", body: new Uint8Array() });
    fields?.set("Madang-Generation", generation ?? "");
    return toRecord(room, { sequence: 1, time: 0, headers: fields ?? headers(), body: new Uint8Array() }).generation;
  });
  expect(generations).toEqual([0, 0, 0, 0]);
});
