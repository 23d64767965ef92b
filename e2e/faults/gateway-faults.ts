import { RoomId } from "@madang/contracts";
import { pause } from "@madang/runtime";
import { Crowd } from "./crowd.ts";
import { end, type Fault, nothingElse } from "./fault.ts";

const crowdSize = 1_000;
/** What is promised to all clients, those that send among them: the back-off that they have by themselves grows to 20 s. */
const backWithinMs = 30_000;

export const gatewayFaults: readonly Fault[] = [
  {
    name: "gateway kill -9 with 1,000 viewers",
    limitMs: backWithinMs,
    run: async ({ site, seed }) => {
      const [gateway] = site.gateways;
      if (gateway === undefined) throw new Error("no gateway");
      const room = RoomId.parse(`live:crowd${seed}`);
      await using crowd = await Crowd.gather(site, { at: gateway, size: crowdSize, room });
      const killedAt = performance.now();
      await end(gateway, "kill");
      const backMs = await crowd.back(killedAt, backWithinMs).catch((error: Error) => error.message);
      await gateway.start();
      const findings = await crowd.findings();
      return typeof backMs === "string"
        ? { findings: [`after ${backWithinMs} ms ${backMs}`, ...findings] }
        : { findings, measured: `the last viewer was back after ${Math.round(backMs)} ms` };
    },
  },
  {
    name: "gateway's link to NATS goes dead",
    // It notices within 4 s; the client of a send that was lost on the way gives up after 5 s, and sends again.
    limitMs: 10_000,
    run: async ({ site, outageMs }) => {
      const links = site.gateways[0]?.links ?? [];
      for (const link of links) link.stall();
      await pause(Math.min(outageMs, 8_000));
      for (const link of links) link.bury();
      return nothingElse;
    },
  },
];
