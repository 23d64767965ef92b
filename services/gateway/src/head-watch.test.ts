import { RequestTimeout } from "@madang/bus";
import {
  type Audience,
  type HeadsQuery,
  type HeadsReply,
  limits,
  MemberId,
  type Position,
  RoomId,
  rendezvous,
  subjects,
} from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { HeadWatch } from "./head-watch.ts";
import { Owners } from "./owners.ts";

const all = ["room-a", "room-b", "room-c"].map((member) => MemberId.parse(member));
const gateway = MemberId.parse("gateway-x");
const [a, b] = all as [MemberId, MemberId];
const roomsOf = (count: number) => Array.from({ length: count }, (_, n) => RoomId.parse(`live:r${n}`));

/** A watch over rooms whose owners answer with the heads given. */
function setUp(rooms: RoomId[], heads: Map<RoomId, Position> = new Map()) {
  const at = new Map<RoomId, Position>(rooms.map((room) => [room, { epoch: "e", offset: 1 }]));
  const world = { members: [a, b], silent: new Set<MemberId>(), pauses: [] as number[], duringGrace: () => {} };
  const asked: { subject: string; rooms: readonly RoomId[]; audiences: readonly Audience[] }[] = [];
  const viewers = new Map<RoomId, string[]>();
  const rechecked: RoomId[] = [];
  const caughtUp: RoomId[] = [];
  const feedOf = (room: RoomId) => {
    const behind = ({ epoch, offset }: Position) => epoch !== at.get(room)?.epoch || offset > (at.get(room)?.offset ?? 0);
    return {
      room,
      get audience() {
        return viewers.get(room)?.length ?? 0;
      },
      infos: () => (viewers.get(room) ?? []).map((user) => ({ user })),
      isBehind: behind,
      catchUp: (position: Position) => {
        if (behind(position)) caughtUp.push(room);
      },
      recheck: async () => void rechecked.push(room),
    };
  };
  const watch = new HeadWatch({
    self: gateway,
    pause: async (ms) => {
      world.pauses.push(ms);
      world.duringGrace();
    },
    hub: {
      feeds: () => rooms.map(feedOf) as never,
      get: (room: RoomId) => (at.has(room) ? (feedOf(room) as never) : undefined),
    },
    owners: new Owners({
      members: () => world.members,
      bus: {
        request: async (subject, data) => {
          const query = JSON.parse(Buffer.from(data).toString()) as HeadsQuery;
          expect(query.gateway).toBe(gateway);
          expect(data.length).toBeLessThan(1024 * 1024);
          asked.push({ subject, rooms: query.rooms, audiences: query.audiences ?? [] });
          if ([...world.silent].some((member) => subject === subjects.heads(member))) throw new RequestTimeout(subject);
          const known = query.rooms.flatMap((room) => (heads.has(room) ? [{ room, ...(heads.get(room) as Position) }] : []));
          return Buffer.from(JSON.stringify({ v: 1, heads: known } satisfies HeadsReply));
        },
      },
    }),
  });
  const told = async (work: () => Promise<void>) => {
    asked.length = 0;
    await work();
    return asked.map(({ audiences }) => audiences);
  };
  return { watch, world, at, asked, viewers, told, rechecked, caughtUp };
}

describe("watching how far rooms are", () => {
  test("[L7] asks each member once for all the rooms of which it is first or second candidate, and only for them", async () => {
    const rooms = roomsOf(40);
    const { watch, world, asked } = setUp(rooms);
    world.members = all;
    await watch.look();
    expect(asked).toHaveLength(all.length);
    for (const member of all) {
      const its = rooms.filter((room) => rendezvous(room, all).indexOf(member) < 2);
      expect(asked.find(({ subject }) => subject === subjects.heads(member))?.rooms).toEqual(its);
    }
  });

  test("[L7] asks for many rooms in several questions of a bounded size", async () => {
    const { watch, world, asked } = setUp(roomsOf(2 * limits.headsRooms + 1));
    world.members = [a];
    await watch.look();
    expect(asked.map(({ rooms }) => rooms.length)).toEqual([limits.headsRooms, limits.headsRooms, 1]);
  });

  test("[L7] catches up with what is still missing after a moment, and only with that", async () => {
    const [late, onItsWay, even] = roomsOf(3) as [RoomId, RoomId, RoomId];
    const heads = new Map([late, onItsWay].map((room) => [room, { epoch: "e", offset: 2 }]));
    heads.set(even, { epoch: "e", offset: 1 });
    const { watch, world, at, caughtUp } = setUp([late, onItsWay, even], heads);
    world.members = [a];
    world.duringGrace = () => void at.set(onItsWay, { epoch: "e", offset: 2 });
    await watch.look();
    expect(world.pauses).toEqual([limits.headsGraceMs]);
    expect(caughtUp).toEqual([late]);
  });

  test("[L7] a room in another epoch is behind too", async () => {
    const [room] = roomsOf(1) as [RoomId];
    const { watch, world, caughtUp } = setUp([room], new Map([[room, { epoch: "f", offset: 1 }]]));
    world.members = [a];
    await watch.look();
    expect(caughtUp).toEqual([room]);
  });

  test("[L7] looks in the log for the rooms whose owner has changed, once", async () => {
    const rooms = roomsOf(40);
    const { watch, world, rechecked } = setUp(rooms);
    await watch.look();
    expect(rechecked).toEqual([]);
    world.members = [a];
    await watch.look();
    await watch.look();
    expect(rechecked.toSorted()).toEqual(rooms.filter((room) => rendezvous(room, [a, b])[0] === b).toSorted());
  });

  test("[L7] one that is silent keeps nobody from asking the others", async () => {
    const rooms = roomsOf(40);
    const heads = new Map(rooms.map((room) => [room, { epoch: "e", offset: 2 }]));
    const { watch, world, caughtUp } = setUp(rooms, heads);
    world.silent.add(a);
    await watch.look();
    expect(caughtUp).toEqual(rooms);
  });
});

describe("telling how many watch", () => {
  const [room, other] = roomsOf(2) as [RoomId, RoomId];

  test("[N3] every candidate hears it with each question, whether or not it has changed", async () => {
    const { watch, viewers, told } = setUp([room]);
    viewers.set(room, ["kim", "kim", "lee"]);
    const audience = { room, clients: 3, users: ["kim", "lee"] };
    expect(await told(() => watch.look())).toEqual([[audience], [audience]]);
    expect(await told(() => watch.look())).toEqual([[audience], [audience]]);
  });

  test("[N3] in between, only of the rooms where it has changed, and nothing where none has", async () => {
    const { watch, world, viewers, told, asked } = setUp([room, other]);
    world.members = [a];
    viewers.set(room, ["kim"]).set(other, ["lee"]);
    await watch.report();
    expect(await told(() => watch.report())).toEqual([]);
    viewers.set(room, ["kim", "park"]);
    expect(await told(() => watch.report())).toEqual([[{ room, clients: 2, users: ["kim", "park"] }]]);
    // It asks nothing then.
    expect(asked.map(({ rooms }) => rooms)).toEqual([[]]);
  });

  test("[N3] that nobody is left is told once, also of a room that is not watched any more, and again if it was not heard", async () => {
    const rooms = [room];
    const { watch, world, viewers, told } = setUp(rooms);
    world.members = [a];
    viewers.set(room, ["kim"]);
    await watch.report();
    viewers.delete(room);
    rooms.length = 0;
    world.silent.add(a);
    const nobody = [[{ room, clients: 0, users: [] }]];
    expect(await told(() => watch.report())).toEqual(nobody);
    world.silent.clear();
    expect(await told(() => watch.report())).toEqual(nobody);
    expect(await told(() => watch.report())).toEqual([]);
    expect(await told(() => watch.look())).toEqual([]);
  });

  test("[N3] many large rooms are told of in messages that NATS takes", async () => {
    const rooms = roomsOf(100);
    const { watch, world, viewers, told } = setUp(rooms);
    world.members = [a];
    for (const one of rooms)
      viewers.set(
        one,
        Array.from({ length: 200 }, (_, n) => `${n}${"김".repeat(120)}`),
      );
    const parts = await told(() => watch.look());
    expect(parts.length).toBeGreaterThan(10);
    expect(parts.flat().map((audience) => audience.room)).toEqual(rooms);
  });
});
