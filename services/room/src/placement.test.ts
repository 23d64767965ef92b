import { Bus, type Membership, RequestTimeout } from "@madang/bus";
import { limits, MemberId, RoomId, rendezvous, subjects } from "@madang/contracts";
import { testNats } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { NotOwner, Placement } from "./placement.ts";

const room = RoomId.parse("live:placed");
const [first, second] = rendezvous(
  room,
  ["room-a", "room-b"].map((member) => MemberId.parse(member)),
) as [MemberId, MemberId];

const steady = () => Promise.resolve(true);

async function setUp() {
  const nats = await testNats();
  const bus = await Bus.connect({ url: nats.url, name: "test", onHandlerError: () => {} });
  const placed = (self: MemberId) =>
    new Placement({ self, bus, steady, membership: { live: () => [first, second] } as unknown as Membership });
  const close = async () => {
    await bus.close();
    await nats[Symbol.asyncDispose]();
  };
  return { bus, placed, [Symbol.asyncDispose]: close };
}

describe("who may claim a room", () => {
  test("[R4] the first candidate, and another only when those before it give no sign of life", async () => {
    await using at = await setUp();
    expect(await at.placed(first).mayClaim(room)).toBeUndefined();
    // Nobody listens for the first candidate: it is gone.
    expect(await at.placed(second).mayClaim(room)).toBe(first);
    const answering = at.bus.subscribe(subjects.ping(first), (message) => message.respond(new Uint8Array()));
    await expect(at.placed(second).mayClaim(room)).rejects.toThrow(NotOwner);
    answering.close();
    // It listens and does not answer: it hangs.
    at.bus.subscribe(subjects.ping(first), () => {});
    // One that others do not see, and that does not find itself among the living, is behind all of them.
    const unseen = at.placed(MemberId.parse("room-unseen"));
    const alive = at.bus.subscribe(subjects.ping(second), (message) => message.respond(new Uint8Array()));
    await expect(unseen.mayClaim(room)).rejects.toThrow(NotOwner);
    alive.close();
    const asked = performance.now();
    await at.placed(second).mayClaim(room);
    expect(performance.now() - asked).toBeGreaterThanOrEqual(limits.memberPingMs - 5);
  });
});

describe("a room that was lost", () => {
  const bus = { connected: true, changes: 0, request: () => Promise.reject(new RequestTimeout("no sign of life")) };
  const placed = (self: MemberId, live: MemberId[]) => {
    let clock = 0;
    const placement = new Placement({ self, bus, steady, membership: { live: () => live }, now: () => clock, random: () => 0.5 });
    return { placement, pass: (ms: number) => (clock += ms) };
  };

  test("[R4] to one that stands behind us is left to it for a while: two do not take turns", async () => {
    const { placement, pass } = placed(first, [first, second]);
    placement.handleLost(room);
    await expect(placement.mayClaim(room)).rejects.toThrow(NotOwner);
    await placement.mayClaim(RoomId.parse("live:another"));
    pass(limits.claimAgainMs * 1.5 - 1);
    await expect(placement.mayClaim(room)).rejects.toThrow(NotOwner);
    pass(1);
    await placement.mayClaim(room);
  });

  test("[R4] to one that stands before us is ours again as soon as that gives no sign of life", async () => {
    const { placement } = placed(second, [first, second]);
    placement.handleLost(room);
    await placement.mayClaim(room);
  });
});
