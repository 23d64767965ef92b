/** Who used the processors, by the operating system's account. Linux only: elsewhere a server's share is NaN. */
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Processors' worth of time, over the time between start and stop. */
export interface Usage {
  readonly seconds: number;
  /** All processes of the stack and their descendants, brokers and databases among them. */
  readonly serverCores: number;
  readonly generatorCores: number;
  /** All else on the machine, this process included: the noise. */
  readonly otherCores: number;
  /** Of the stack's processes, by name. */
  readonly byProcess: { readonly [name: string]: number };
}

export interface Metered {
  /** Of the generator. */
  readonly generators: readonly number[];
  /** What the stack's processes are called; the others go by the name that the system has for them. */
  readonly names: ReadonlyMap<number, string>;
  /** Where the stack was not started by us: its first processes. Without: all that this process has started but the generator. */
  readonly roots?: readonly number[];
}

/** Starts counting; the function ends it. */
export function meter(metered: Metered): () => Usage {
  const began = { at: performance.now(), busy: busySeconds(), processes: processes() };
  return () => {
    const ended = { at: performance.now(), busy: busySeconds(), processes: processes() };
    const seconds = (ended.at - began.at) / 1000;
    const used = (pid: number) => {
      const before = began.processes.get(pid)?.seconds ?? 0;
      return Math.max(0, (ended.processes.get(pid)?.seconds ?? 0) - before) / seconds;
    };
    const generators = treesOf(metered.generators, ended.processes);
    const servers = treesOf(metered.roots ?? [process.pid], ended.processes).filter(
      (pid) => pid !== process.pid && !generators.includes(pid),
    );
    const byProcess: { [name: string]: number } = {};
    for (const pid of servers) {
      const name = metered.names.get(pid) ?? ended.processes.get(pid)?.name ?? "unknown";
      byProcess[name] = (byProcess[name] ?? 0) + used(pid);
    }
    const sum = (pids: readonly number[]) => pids.reduce((total, pid) => total + used(pid), 0);
    const serverCores = ended.processes.size === 0 ? Number.NaN : sum(servers);
    const generatorCores = ended.processes.size === 0 ? Number.NaN : sum(generators);
    const otherCores = Math.max(0, (ended.busy - began.busy) / seconds - (serverCores || 0) - (generatorCores || 0));
    return { seconds, serverCores, generatorCores, otherCores, byProcess };
  };
}

/** KiB of physical memory of one process; NaN where the system does not say. */
export function residentKiB(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]);
  } catch {
    return Number.NaN;
  }
}

interface Process {
  readonly parent: number;
  readonly name: string;
  readonly seconds: number;
}

function processes(): Map<number, Process> {
  const found = new Map<number, Process>();
  try {
    for (const name of readdirSync("/proc")) {
      const pid = Number(name);
      const process = Number.isInteger(pid) ? read(pid) : undefined;
      if (process !== undefined) found.set(pid, process);
    }
  } catch {
    // No such system.
  }
  return found;
}

/** USER_HZ, which Linux fixes for what it shows to programs. */
const ticksPerSecond = 100;

function read(pid: number): Process | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in brackets may hold anything, so fields are counted from behind it: state is the third.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    const name = text.slice(text.indexOf("(") + 1, text.lastIndexOf(")"));
    return { parent: Number(fields[1]), name, seconds: scheduledSeconds(pid) ?? ticks / ticksPerSecond };
  } catch {
    return undefined; // It ended while we looked.
  }
}

/** To the nanosecond, where the kernel keeps it: what a thread that has ended had used is missing. */
function scheduledSeconds(pid: number): number | undefined {
  try {
    let total = 0;
    for (const task of readdirSync(`/proc/${pid}/task`))
      total += Number.parseInt(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1"), 10) / 1e9;
    return total;
  } catch {
    return undefined;
  }
}

function treesOf(roots: readonly number[], all: ReadonlyMap<number, Process>): number[] {
  const isOfTree = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (roots.includes(pid) || isOfTree(all.get(pid)?.parent));
  return [...all.keys()].filter(isOfTree);
}

function busySeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}
