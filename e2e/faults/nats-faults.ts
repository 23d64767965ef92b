import type { RoomId } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { pause } from "@madang/runtime";
import { inSync, leaderOf, leaderOfMembers, ownersOf } from "./broker.ts";
import { type ClusterSite, memberIdOf } from "./cluster-site.ts";
import { type Fault, nodeNamed, nothingElse } from "./fault.ts";

const allAwayMs = 2_000;

export const natsFaults: readonly Fault[] = [
  {
    name: "NATS stream leader kill -9",
    limitMs: 15_000,
    run: async ({ site, room, outageMs }) => {
      const leader = nodeNamed(site, await leaderOf(site.nats.url, room));
      await leader.kill();
      await pause(Math.min(outageMs, 8_000));
      await leader.restart();
      return nothingElse;
    },
  },
  {
    name: "NATS stream leader cut off from its peers",
    // The promise of 15 s is for one that dies: this one first has to notice, and there may be another election when it is back.
    limitMs: 20_000,
    run: async ({ site, room, outageMs }) => {
      const leader = nodeNamed(site, await leaderOf(site.nats.url, room));
      leader.isolate();
      await pause(Math.min(outageMs, 8_000));
      leader.rejoin();
      return nothingElse;
    },
  },
  {
    name: "every link to NATS 200 ms slower",
    // Nothing fails: as much as for a hung owner, which some may be taken for.
    limitMs: 5_000,
    run: async ({ site, outageMs }) => {
      const links = [...site.rooms, ...site.gateways, ...site.persistence].flatMap((member) => member.links);
      for (const link of links) link.delay(100);
      await pause(Math.min(outageMs, 5_000));
      for (const link of links) link.delay(0);
      return nothingElse;
    },
  },
  {
    name: "all of NATS kill -9",
    // The outage itself, and 15 s.
    limitMs: allAwayMs + 15_000,
    run: async ({ site }) => {
      await Promise.all(site.nats.nodes.map((node) => node.kill()));
      await pause(allAwayMs);
      await Promise.all(site.nats.nodes.map((node) => node.restart()));
      return nothingElse;
    },
  },
  {
    name: "rolling lame-duck restart of NATS",
    limitMs: 3_000,
    run: async ({ site }) => {
      for (const node of site.nats.nodes) {
        // The state that an operator, or a stateful set's readiness, waits for.
        await inSync(site.nats.url);
        await node.lameDuck();
        await node.restart();
      }
      await inSync(site.nats.url);
      return nothingElse;
    },
  },
  {
    name: "NATS leader of the leases kill -9",
    limitMs: 15_000,
    run: async ({ site, rooms, outageMs }) => {
      // A fault before this one may have left a room with a stand-in, from which it is yet to come back.
      const before = await eventually(
        async () => {
          const owners = await ownersOf(site.nats.url, rooms);
          const away = rooms.filter((room) => owners.get(room) !== rightfulOwner(site, room));
          if (away.length > 0) throw new Error(`${away} are with stand-ins`);
          return owners;
        },
        { withinMs: 20_000, everyMs: 250 },
      );
      const leader = nodeNamed(site, await leaderOfMembers(site.nats.url));
      await leader.kill();
      await pause(Math.min(outageMs, 10_000));
      await leader.restart();
      const after = await ownersOf(site.nats.url, rooms);
      const moved = rooms.filter((room) => before.get(room) !== after.get(room));
      return { findings: moved.map((room) => `${room} moved from ${before.get(room)} to ${after.get(room)}`) };
    },
  },
];

function rightfulOwner(site: ClusterSite, room: RoomId): string | undefined {
  const { running } = site.ownerOf(room);
  return running && memberIdOf(running);
}
