// The faults, all of them.
import { databaseFaults } from "./database-faults.ts";
import type { Fault } from "./fault.ts";
import { gatewayFaults } from "./gateway-faults.ts";
import { partitionMs, strandMinority } from "./minority.ts";
import { natsFaults } from "./nats-faults.ts";
import { rollingRestart } from "./rolling.ts";
import { roomFaults } from "./room-faults.ts";

export const faults: readonly Fault[] = [
  ...roomFaults,
  ...gatewayFaults,
  ...natsFaults,
  { name: "a room and a gateway in the minority", limitMs: partitionMs, run: strandMinority },
  ...databaseFaults,
  rollingRestart,
];
