/** What is kept of a long soak, so that a finding can be looked into, and a later run be put beside it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { conditions } from "../machine.ts";
import { bench } from "../places.ts";
import { format } from "../report/write.ts";
import type { LoopDelay } from "../service-vitals.ts";
import type { Alive, Sample } from "./vitals.ts";

export interface SoakRun {
  readonly minutes: number;
  readonly warmUpSeconds: number;
  readonly perSecond: number;
  /** Share of that rate. */
  readonly kept: number;
  readonly acknowledged: number;
  readonly faults: readonly string[];
}

const everySeconds = 20;
const tenths = (value: number) => Math.round(value * 10) / 10;

/** Answers the file. */
export function keepRecord(
  run: SoakRun,
  seen: {
    site: { readonly names: ReadonlyMap<number, string> };
    samples: ReadonlyMap<number, readonly Sample[]>;
    alive: ReadonlyMap<number, readonly Alive[]>;
    loops: ReadonlyMap<number, LoopDelay>;
    /** Between two samples. */
    turnSeconds: number;
  },
): string {
  const { site, samples, alive, loops, turnSeconds } = seen;
  const processes = [...samples].map(([pid, all]) => ({
    name: site.names.get(pid),
    loop: loops.get(pid),
    alive: (alive.get(pid) ?? []).map(({ atS, memoryMb }) => [Math.round(atS), tenths(memoryMb)]),
    columns: ["atS", "memoryMb", "descriptors"],
    samples: all
      .filter((_, turn) => turn % (everySeconds / turnSeconds) === 0)
      .map(({ atS, memoryMb, descriptors }) => [Math.round(atS), tenths(memoryMb), descriptors]),
  }));
  const record = { ...conditions(new Date()), ...run, processes };
  const file = join(bench, "results", `${record.date.slice(0, 10)}-soak.json`);
  writeFileSync(file, JSON.stringify(record));
  format(file);
  return file;
}
