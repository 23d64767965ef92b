// The faults, and what each may cost those who send.
import type { RoomId } from "@madang/contracts";
import { pause } from "@madang/runtime";
import type { ClusterSite, Member } from "./cluster-site.ts";
import { leaderOf } from "./stream-leader.ts";

export interface Fault {
  readonly name: string;
  /** Longest time in which a room acknowledges nothing. */
  readonly stallMs: number;
  /** Resolves once the fault is over and whatever died runs again. */
  run(site: ClusterSite, room: RoomId, outageMs: number): Promise<void>;
}

async function end(member: Member, how: "kill" | "stop"): Promise<void> {
  const { running } = member;
  // Gone from the list first: nobody is sent there any more.
  member.running = undefined;
  await running?.[how]();
}

async function nodeThatLeads(site: ClusterSite, room: RoomId) {
  const name = await leaderOf(site.nats.url, room);
  const node = site.nats.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`no node is called ${name}`);
  return node;
}

export const faults: readonly Fault[] = [
  {
    name: "room owner kill -9",
    stallMs: 3_000,
    run: async (site, room) => {
      const owner = site.ownerOf(room);
      await end(owner, "kill");
      await pause(3_000);
      await owner.start();
    },
  },
  {
    name: "room owner SIGSTOP",
    stallMs: 5_000,
    run: async (site, room, outageMs) => {
      const { running } = site.ownerOf(room);
      running?.signal("SIGSTOP");
      await pause(Math.min(outageMs, 10_000));
      running?.signal("SIGCONT");
    },
  },
  {
    name: "room owner SIGTERM",
    stallMs: 3_000,
    run: async (site, room) => {
      const owner = site.ownerOf(room);
      await end(owner, "stop");
      await owner.start();
    },
  },
  {
    name: "NATS stream leader kill -9",
    stallMs: 15_000,
    run: async (site, room, outageMs) => {
      const leader = await nodeThatLeads(site, room);
      await leader.kill();
      await pause(Math.min(outageMs, 8_000));
      await leader.restart();
    },
  },
  {
    name: "NATS stream leader cut off from its peers",
    stallMs: 20_000,
    run: async (site, room, outageMs) => {
      const leader = await nodeThatLeads(site, room);
      leader.isolate();
      await pause(Math.min(outageMs, 8_000));
      leader.rejoin();
    },
  },
  {
    name: "gateway kill -9",
    stallMs: 10_000,
    run: async (site) => {
      const [gateway] = site.gateways;
      if (gateway === undefined) return;
      await end(gateway, "kill");
      await pause(2_000);
      await gateway.start();
    },
  },
  {
    name: "all of NATS kill -9",
    // The outage itself, and 15 s.
    stallMs: 20_000,
    run: async (site) => {
      await Promise.all(site.nats.nodes.map((node) => node.kill()));
      await pause(2_000);
      await Promise.all(site.nats.nodes.map((node) => node.restart()));
    },
  },
  {
    name: "database away",
    stallMs: 2_000,
    run: async (site, _, outageMs) => {
      site.databaseRoad.cut();
      await pause(outageMs);
      site.databaseRoad.mend();
    },
  },
];
