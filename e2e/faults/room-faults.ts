import { pause } from "@madang/runtime";
import { end, type Fault, nothingElse } from "./fault.ts";

export const roomFaults: readonly Fault[] = [
  {
    name: "room owner kill -9",
    limitMs: 3_000,
    run: async ({ site, room }) => {
      const owner = site.ownerOf(room);
      await end(owner, "kill");
      await pause(3_000);
      await owner.start();
      return nothingElse;
    },
  },
  {
    name: "room owner hangs (SIGSTOP)",
    limitMs: 5_000,
    run: async ({ site, room, outageMs }) => {
      const { running } = site.ownerOf(room);
      running?.signal("SIGSTOP");
      await pause(Math.min(outageMs, 10_000));
      running?.signal("SIGCONT");
      return nothingElse;
    },
  },
  {
    name: "room owner SIGTERM",
    limitMs: 3_000,
    run: async ({ site, room }) => {
      const owner = site.ownerOf(room);
      await end(owner, "stop");
      await owner.start();
      return nothingElse;
    },
  },
  {
    name: "room owner's link to NATS goes dead",
    // As for one that hangs.
    limitMs: 5_000,
    run: async ({ site, room, outageMs }) => {
      const { links } = site.ownerOf(room);
      for (const link of links) link.stall();
      // As long as the owner itself takes to notice, and once more.
      await pause(Math.min(outageMs, 8_000));
      // NATS would notice within 15 s: until then it takes the former connection for a second one of the same member.
      for (const link of links) link.bury();
      return nothingElse;
    },
  },
];
