import { pause } from "@madang/runtime";
import { type Fault, nothingElse } from "./fault.ts";

export const databaseFaults: readonly Fault[] = [
  {
    name: "database away",
    limitMs: 2_000,
    run: async ({ site, outageMs }) => {
      site.databaseRoad.cut();
      await pause(outageMs);
      site.databaseRoad.mend();
      return nothingElse;
    },
  },
  {
    name: "links to the database go dead",
    limitMs: 2_000,
    run: async ({ site }) => {
      site.databaseRoad.stall();
      await pause(5_000);
      return nothingElse;
    },
  },
];
