import { type Counters, encodeJson, type MemberId, RoomId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { Owners } from "./owners.ts";

const room = RoomId.parse("live:a");
const counted = (comments: number): Counters => ({
  ...{ state: "open", viewers: 0, users: 0, peak: 0, comments, hearts: {}, supporters: [], sampled: false, shards: 1 },
  gifts: { count: 0, amounts: {} },
});

/** Of members that answer in turn; undefined: not at all. */
function owners(...answers: (object[] | undefined)[]): Owners {
  const members = answers.map((_, index) => `room-${index}` as MemberId);
  return new Owners({
    members: () => members,
    bus: {
      request: async () => {
        const heads = answers.shift();
        if (heads === undefined) throw new Error("no answer");
        return encodeJson({ v: 1, heads });
      },
    } as never,
  });
}

describe("the owner of a room that nobody watches", () => {
  const head = { room, epoch: "e", offset: 3 };

  test("[A13] tells what is counted there", async () => {
    expect(await owners([{ ...head, counters: counted(3) }], []).counters(room)).toEqual(counted(3));
    expect(await owners(undefined, [{ ...head, counters: counted(3) }]).counters(room)).toEqual(counted(3));
  });

  test("[A13] is the one that is further, where two think that they are", async () => {
    const former = { ...head, offset: 2, counters: counted(2) };
    expect(await owners([former], [{ ...head, counters: counted(3) }]).counters(room)).toEqual(counted(3));
  });

  test("[A13] may be nobody, or of a version that does not tell", async () => {
    expect(await owners([], []).counters(room)).toBeUndefined();
    expect(await owners(undefined, undefined).counters(room)).toBeUndefined();
    expect(await owners([head]).counters(room)).toBeUndefined();
    expect(await owners().counters(room)).toBeUndefined();
  });
});
