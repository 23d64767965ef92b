/** Who used the processors, by the operating system's account. Linux only: elsewhere a server's share is NaN. */
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Processors' worth of time, over the time between start and stop. */
export interface Usage {
  readonly seconds: number;
  /** The all-in-one and all its descendants, the broker among them. */
  readonly serverCores: number;
  /** This process. */
  readonly generatorCores: number;
  /** All else on the machine: the noise. */
  readonly otherCores: number;
}

/** Starts counting; the function ends it. */
export function meter(serverPid: number): () => Usage {
  const began = { at: performance.now(), own: process.cpuUsage(), server: treeSeconds(serverPid), busy: busySeconds() };
  return () => {
    const seconds = (performance.now() - began.at) / 1000;
    const { user, system } = process.cpuUsage(began.own);
    const generatorCores = (user + system) / 1e6 / seconds;
    const serverCores = (treeSeconds(serverPid) - began.server) / seconds;
    const otherCores = Math.max(0, (busySeconds() - began.busy) / seconds - generatorCores - (serverCores || 0));
    return { seconds, serverCores, generatorCores, otherCores };
  };
}

/** USER_HZ, which Linux fixes for what it shows to programs. */
const ticksPerSecond = 100;

function treeSeconds(root: number): number {
  const processes = new Map<number, { parent: number; ticks: number }>();
  try {
    for (const name of readdirSync("/proc")) {
      const pid = Number(name);
      const stat = Number.isInteger(pid) ? readStat(pid) : undefined;
      if (stat !== undefined) processes.set(pid, stat);
    }
  } catch {
    return Number.NaN;
  }
  const isOfTree = (pid: number): boolean => pid === root || isOfTreeByParent(processes.get(pid)?.parent);
  const isOfTreeByParent = (parent: number | undefined): boolean => parent !== undefined && parent > 1 && isOfTree(parent);
  let ticks = 0;
  for (const [pid, stat] of processes) if (isOfTree(pid)) ticks += stat.ticks;
  return ticks / ticksPerSecond;
}

function readStat(pid: number): { parent: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in brackets may hold anything, so fields are counted from behind it: state is the third.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined; // It ended while we looked.
  }
}

function busySeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}
